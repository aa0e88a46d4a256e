import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { VideoReader } from '../video/video-reader.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { FaceModels } from './face-models.ts';
import { FaceTracker } from './face-tracker.ts';

const clipFile = fileURLToPath(new URL('../../client/public/gallery/driving-clip.mp4', import.meta.url));
const truthFile = new URL('../../models/gallery/driving-clip.json', import.meta.url);

/** What the renderer moved in each frame; `L` and `R` are the rendered person's own sides. */
const truthSchema = z.object({
  frames: z.array(
    z.object({
      jawOpen: z.number(),
      blinkL: z.number(),
      blinkR: z.number(),
      yawDeg: z.number(),
      rollDeg: z.number(),
    }),
  ),
});
type TruthFrame = z.infer<typeof truthSchema>['frames'][number];

let truth: TruthFrame[];
let faces: (FaceLandmarks | null)[];

beforeAll(async () => {
  truth = truthSchema.parse(JSON.parse(await readFile(truthFile, 'utf8'))).frames;
  faces = [];
  const models = await FaceModels.load();
  const tracker = new FaceTracker(models);
  const reader = await VideoReader.open(clipFile);
  try {
    for await (const { image } of reader.frames()) faces.push(await tracker.track(image));
  } finally {
    reader.close();
    await models.close();
  }
}, 120_000);
afterAll(() => {
  faces = [];
});

describe('the tracked driving clip', () => {
  test('has a face in every frame', () => {
    expect(faces).toHaveLength(truth.length);
    expect(faces.map((face, frame) => (face ? null : frame)).filter((frame) => frame !== null)).toEqual([]);
  });

  test('opens its lips when the jaw opens', () => {
    const gap = (points: Float32Array) => distance(points, 13, 14) / distance(points, 10, 152);
    expect(correlation(gap, (frame) => frame.jawOpen)).toBeGreaterThan(0.85);
  });

  test('shuts its lids when the person blinks', () => {
    const gap = (points: Float32Array) =>
      distance(points, 159, 145) / distance(points, 33, 133) + distance(points, 386, 374) / distance(points, 263, 362);
    expect(correlation(gap, (frame) => frame.blinkL + frame.blinkR)).toBeLessThan(-0.8);
  });

  test('turns and tilts with the head', () => {
    const yaw = (points: Float32Array) =>
      Math.atan2(points[3 * 263 + 2] - points[3 * 33 + 2], points[3 * 263] - points[3 * 33]);
    const roll = (points: Float32Array) =>
      Math.atan2(points[3 * 263 + 1] - points[3 * 33 + 1], points[3 * 263] - points[3 * 33]);
    expect(correlation(yaw, (frame) => frame.yawDeg)).toBeGreaterThan(0.97);
    // The renderer counts roll the other way round.
    expect(correlation(roll, (frame) => frame.rollDeg)).toBeLessThan(-0.95);
  });

  test('never jumps from frame to frame', () => {
    for (let frame = 1; frame < faces.length; frame++) {
      const [before, after] = [faces[frame - 1]!.points, faces[frame]!.points];
      const shift = Math.hypot(after[3] - before[3], after[4] - before[4]);
      expect(shift / distance(before, 10, 152)).toBeLessThan(0.15);
    }
  });
});

/** Pearson's correlation between something measured in the landmarks and something the renderer did. */
function correlation(measure: (points: Float32Array) => number, did: (frame: TruthFrame) => number): number {
  const measured = faces.map((face) => measure(face!.points));
  const done = truth.map(did);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanMeasured, meanDone] = [mean(measured), mean(done)];
  let both = 0;
  let squaresMeasured = 0;
  let squaresDone = 0;
  measured.forEach((value, i) => {
    both += (value - meanMeasured) * (done[i] - meanDone);
    squaresMeasured += (value - meanMeasured) ** 2;
    squaresDone += (done[i] - meanDone) ** 2;
  });
  return both / Math.sqrt(squaresMeasured * squaresDone);
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(
    points[3 * a] - points[3 * b],
    points[3 * a + 1] - points[3 * b + 1],
    points[3 * a + 2] - points[3 * b + 2],
  );
}
