import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { FaceModels } from '../face/face-models.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../motion/canonical-face.ts';
import type { Tracker } from './face-performer.ts';
import { DEFAULT_MOTION_MODEL, loadMotionModel } from './motion-models.ts';
import { createFacePerformer, createPerformerFactory } from './performer-factory.ts';

/** The real tracker, motion extractor and mesh pack; only the portrait is a drawing. */
const SIZE = 256;

/** The canonical face in the middle of the picture, turned by `yawRad`. */
function canonicalLandmarks(yawRad = 0): FaceLandmarks {
  const points = new Float32Array(CANONICAL_FACE.length);
  const [cos, sin] = [Math.cos(yawRad), Math.sin(yawRad)];
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = CANONICAL_FACE.subarray(i, i + 3);
    points[i] = SIZE / 2 + (x * cos + z * sin) * 45;
    points[i + 1] = SIZE / 2 + y * 45;
    points[i + 2] = (z * cos - x * sin) * 45;
  }
  return { points, confidence: 1 };
}

function gradient(): RgbaImage {
  const image = createRgbaImage(SIZE, SIZE);
  for (let i = 0; i < image.data.length; i += 4) {
    const [x, y] = [(i / 4) % SIZE, Math.floor(i / 4 / SIZE)];
    image.data.set([x, y, (x * 7 + y * 13) % 256], i);
  }
  return image;
}

function noise(seed: number): RgbaImage {
  const image = createRgbaImage(320, 240);
  let state = seed;
  for (let i = 0; i < image.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (i % 4 !== 3) image.data[i] = state >>> 24;
  }
  return image;
}

const portrait = () => ({ still: gradient(), landmarks: canonicalLandmarks() });

let models: FaceModels;
beforeAll(async () => {
  models = await FaceModels.load();
});
afterAll(() => models.close());

describe('the performer with its real parts', () => {
  test('shows the marked still portrait, the same whatever a camera without a face shows', async () => {
    const createPerformer = createPerformerFactory(models, await loadMotionModel(DEFAULT_MOTION_MODEL));
    const shown: Buffer[] = [];
    for (const driving of [noise(1), noise(99), createRgbaImage(640, 480)]) {
      const performer = await createPerformer(portrait(), DEFAULT_SETTINGS);
      for (let i = 0; i < 5; i++) {
        const { image, state, landmarks } = await performer.perform(driving, i * 40);
        expect([state, landmarks]).toEqual(['still', null]);
        shown.push(Buffer.from(image.data));
      }
      performer.close();
    }
    for (const image of shown) expect(image.equals(shown[0])).toBe(true);
    // In the middle, away from the label, it is the still itself.
    const rows = gradient().data.subarray(0, (SIZE * SIZE * 4) / 2);
    expect(shown[0].subarray(0, rows.length).equals(rows)).toBe(true);
  });

  test('leaves nothing open where the pack refuses the portrait', async () => {
    let [opened, closed] = [0, 0];
    const refused = createFacePerformer({
      models,
      model: {
        ...(await loadMotionModel(DEFAULT_MOTION_MODEL)),
        prepare: () => Promise.reject(new Error('no square')),
      },
      portrait: portrait(),
      settings: DEFAULT_SETTINGS,
      openTracker: () => {
        opened++;
        return { track: async () => null, close: () => closed++ };
      },
    });
    await expect(refused).rejects.toThrow('no square');
    expect(opened).toBe(closed);
  });

  test('moves the portrait with the driver, holds it, and lets it rest', async () => {
    let sees: FaceLandmarks | null = canonicalLandmarks();
    const tracker: Tracker = { track: async () => sees };
    const performer = await createFacePerformer({
      models,
      model: await loadMotionModel(DEFAULT_MOTION_MODEL),
      portrait: portrait(),
      settings: DEFAULT_SETTINGS,
      openTracker: () => tracker,
    });
    const nothing = createRgbaImage(1, 1);
    const rows = (data: Uint8Array) => Buffer.from(data.subarray(0, SIZE * SIZE * 3));
    const still = rows(gradient().data);
    const neutral = rows((await performer.perform(nothing, 0)).image.data);
    expect(meanDifference(neutral, still)).toBeLessThan(1);

    sees = canonicalLandmarks(0.25);
    let timeMs = 0;
    let turned = neutral;
    for (let i = 0; i < 25; i++) {
      timeMs += 40;
      turned = rows((await performer.perform(nothing, timeMs)).image.data);
    }
    expect(meanDifference(turned, still)).toBeGreaterThan(3);

    sees = null;
    expect(rows((await performer.perform(nothing, timeMs + 500)).image.data).equals(turned)).toBe(true);
    const rested = await performer.perform(nothing, timeMs + 2500);
    expect(rested.state).toBe('still');
    expect(rows(rested.image.data).equals(still)).toBe(true);
    performer.close();
  });
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
