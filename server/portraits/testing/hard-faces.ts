import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';

/** Rendered people whose portraits are hard to animate (`models/gallery/test_faces.py`), 320 pixels a side. */
const RENDERED = ['beard', 'closed-eyes', 'fringe', 'glasses', 'open-mouth', 'profile'] as const;
type RenderedFace = (typeof RENDERED)[number];

const SIDE_PX = 320;

function rendered(name: RenderedFace): Buffer {
  return readFileSync(path.join(import.meta.dirname, 'faces', `${name}.jpg`));
}

/** Pictures as users have them that a portrait can be made of, by what is hard about them. */
export const HARD_PICTURES = {
  ...(Object.fromEntries(RENDERED.map((name) => [name, async () => rendered(name)])) as Record<
    RenderedFace,
    () => Promise<Buffer>
  >),
  'two faces': () =>
    onWall(700, 400, [
      { input: rendered('beard'), left: 10, top: 40 },
      { input: rendered('glasses'), left: 370, top: 60 },
    ]),
  'tiny face': async () => {
    const small = await sharp(rendered('fringe')).resize(150, 150).toBuffer();
    return onWall(640, 480, [{ input: small, left: 300, top: 200 }]);
  },
  greyscale: () => sharp(rendered('glasses')).greyscale().jpeg({ quality: 92 }).toBuffer(),
  transparency: () => cutOut(rendered('glasses')),
  'at the edge': () => sharp(rendered('beard')).extract({ left: 70, top: 0, width: 170, height: 250 }).png().toBuffer(),
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
