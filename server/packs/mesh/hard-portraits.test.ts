import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFaces } from '../../face/face-finder.ts';
import { FaceModels } from '../../face/face-models.ts';
import { LIPS } from '../../face/face-topology.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { cutPortrait } from '../../matting/cut-portrait.ts';
import { CANONICAL_FACE } from '../../motion/canonical-face.ts';
import { mouthOpening } from '../../motion/face-measures.ts';
import { createReading, type FaceReading, readFace } from '../../motion/face-reading.ts';
import type { Motion } from '../../motion/motion.ts';
import { neutralMotion } from '../../motion/motion-extractor.ts';
import { fromAngles, toAngles } from '../../motion/rotation.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../portraits/decode-picture.ts';
import { type DevelopedFace, developPicture } from '../../portraits/develop-portrait.ts';
import { HARD_PICTURE_NAMES, HARD_PICTURES, type HardPicture } from '../../portraits/testing/hard-faces.ts';
import { loadMotionModel } from '../../studio/motion-models.ts';
import type { MotionModel, Portrait } from '../motion-model.ts';

const DEGREE = Math.PI / 180;
const YAW_RAD = 14 * DEGREE;
let models: FaceModels;
let mesh: MotionModel;

beforeAll(async () => {
  [models, mesh] = await Promise.all([FaceModels.load(), loadMotionModel('mesh')]);
});
afterAll(() => models.close());

async function develop(name: HardPicture): Promise<readonly DevelopedFace[]> {
  const bytes = await HARD_PICTURES[name]();
  return (await developPicture(models, bytes, { ...DEFAULT_PICTURE_LIMITS, minFacePx: 40, crop: 'auto' })).faces;
}

function turned(yawRad: number): Motion {
  const motion = neutralMotion();
  fromAngles({ yawRad, pitchRad: 0, rollRad: 0 }, motion.rotation);
  return motion;
}

/** The lower lip and jaw lowered by so many canonical units. */
function opened(by: number): Motion {
  const motion = neutralMotion();
  const upperLip = new Set<number>(LIPS.upperInner);
  const lips = CANONICAL_FACE[3 * LIPS.lowerInner[5] + 1];
  for (let i = 0; i < CANONICAL_FACE.length / 3; i++) {
    if (CANONICAL_FACE[3 * i + 1] < lips - 0.01 || upperLip.has(i)) continue;
    const toCorner = Math.min(1, Math.abs(CANONICAL_FACE[3 * i]) / 0.55);
    motion.expression[3 * i + 1] = by * (1 - toCorner * toCorner);
  }
  return motion;
}

async function draw(portrait: Portrait, motion: Motion): Promise<RgbaImage> {
  const out = createRgbaImage(portrait.width, portrait.height);
  await mesh.animate(portrait, motion, out);
  return out;
}

async function read(picture: RgbaImage): Promise<FaceReading> {
  const [face] = await findFaces(models, picture);
  if (!face) throw new Error('no face is left in what was drawn');
  return readFace(face.points, createReading());
}

describe.each(HARD_PICTURE_NAMES)('a portrait with %s', (name) => {
  let face: DevelopedFace;
  let portrait: Portrait;

  beforeAll(async () => {
    const faces = await develop(name);
    expect(faces).toHaveLength(name === 'two faces' ? 2 : 1);
    face = faces[0];
    const { layers } = cutPortrait(face.still, face.landmarks, face.others);
    portrait = await mesh.prepare(face.still, face.landmarks, layers);
  });
  afterAll(() => portrait.close());

  test('is the still exactly when nothing moves', async () => {
    expect(Buffer.compare((await draw(portrait, neutralMotion())).data, face.still.data)).toBe(0);
  });

  test('turns to both sides as a face that is still found, over a picture without holes', async () => {
    const [left, right] = [await draw(portrait, turned(-YAW_RAD)), await draw(portrait, turned(YAW_RAD))];
    const turn = toAngles((await read(right)).pose.rotation).yawRad - toAngles((await read(left)).pose.rotation).yawRad;
    expect(turn / DEGREE).toBeGreaterThan(8);
    for (const { data } of [left, right]) expect(data.every((value, i) => i % 4 < 3 || value === 255)).toBe(true);
  });

  test('opens its mouth', async () => {
    const before = mouthOpening((await read(face.still)).shape);
    const after = mouthOpening((await read(await draw(portrait, opened(0.35)))).shape);
    expect(after - before).toBeGreaterThan(0.08);
  });

  test('closes its eyes', async () => {
    const open = (await read(face.still)).lidGap;
    const closed = (await read(await draw(portrait, { ...neutralMotion(), lidOpening: [0, 0] }))).lidGap;
    for (let e = 0; e < 2; e++) expect(closed[e]).toBeLessThan(Math.max(0.2, 0.85 * open[e]));
  });

  test('looks the same whenever it makes the same face', async () => {
    const first = await draw(portrait, turned(0.2));
    await draw(portrait, opened(0.3));
    expect(Buffer.compare((await draw(portrait, turned(0.2))).data, first.data)).toBe(0);
  });

  if (name === 'greyscale') {
    test('stays grey whatever it does', async () => {
      const { data } = await draw(portrait, { ...opened(0.35), lidOpening: [0, 0.4] });
      let mostColour = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [red, green, blue] = data.subarray(i, i + 3);
        mostColour = Math.max(mostColour, Math.max(red, green, blue) - Math.min(red, green, blue));
      }
      expect(mostColour).toBeLessThan(4);
    });
  }
});
