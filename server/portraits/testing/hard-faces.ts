import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { VideoReader } from '../../video/video-reader.ts';
import { GALLERY_DIR } from './gallery-pictures.ts';

const SIDE_PX = 320;
/** A frame of the gallery's driving clip in which both eyes are shut. */
const SHUT_FRAME = 100;

/** A rendered person whose portrait is hard to animate (`models/gallery/test_faces.py`). */
function rendered(name: 'fringe' | 'open-mouth' | 'profile'): Promise<Buffer> {
  return small(path.join(import.meta.dirname, 'faces', `${name}.jpg`));
}

/** Someone of the gallery. */
function ofGallery(id: string): Promise<Buffer> {
  return small(path.join(GALLERY_DIR, `${id}.jpg`));
}

function small(file: string): Promise<Buffer> {
  return sharp(readFileSync(file)).resize(SIDE_PX, SIDE_PX).png().toBuffer();
}

async function closedEyes(): Promise<Buffer> {
  const reader = await VideoReader.open(path.join(GALLERY_DIR, 'driving-clip.mp4'));
  try {
    for await (const { index, image } of reader.frames()) {
      if (index !== SHUT_FRAME) continue;
      const { width, height, data } = image;
      return await sharp(data, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer();
    }
    throw new Error('the driving clip is shorter than it was');
  } finally {
    reader.close();
  }
}

/** Pictures as users have them that a portrait can be made of, by what is hard about them. */
export const HARD_PICTURES = {
  beard: () => ofGallery('rohan'),
  glasses: () => ofGallery('tobias'),
  'closed eyes': closedEyes,
  fringe: () => rendered('fringe'),
  'open mouth': () => rendered('open-mouth'),
  profile: () => rendered('profile'),
  'two faces': async () =>
    onWall(700, 400, [
      { input: await ofGallery('rohan'), left: 10, top: 40 },
      { input: await ofGallery('tobias'), left: 370, top: 60 },
    ]),
  'tiny face': async () => {
    const small = await sharp(await rendered('fringe'))
      .resize(150, 150)
      .toBuffer();
    return onWall(640, 480, [{ input: small, left: 300, top: 200 }]);
  },
  greyscale: async () =>
    sharp(await ofGallery('tobias'))
      .greyscale()
      .jpeg({ quality: 92 })
      .toBuffer(),
  transparency: async () => cutOut(await ofGallery('tobias')),
  'at the edge': async () =>
    sharp(await ofGallery('rohan'))
      .extract({ left: 70, top: 0, width: 170, height: 250 })
      .toBuffer(),
} satisfies Record<string, () => Promise<Buffer>>;

export type HardPicture = keyof typeof HARD_PICTURES;
export const HARD_PICTURE_NAMES = Object.keys(HARD_PICTURES) as HardPicture[];

function onWall(width: number, height: number, people: OverlayOptions[]): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#8d8478' } })
    .composite(people)
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** An oval around the head and shoulders, with nothing around it. */
function cutOut(picture: Buffer): Promise<Buffer> {
  const oval = `<svg width="${SIDE_PX}" height="${SIDE_PX}"><ellipse cx="160" cy="190" rx="120" ry="170"/></svg>`;
  return sharp(picture)
    .ensureAlpha()
    .composite([{ input: Buffer.from(oval), blend: 'dest-in' }])
    .png()
    .toBuffer();
}
