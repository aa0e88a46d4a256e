import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { FaceModels } from '../face/face-models.ts';
import { LIPS } from '../face/face-topology.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { ObservingTracker } from '../occlusion/observing-tracker.ts';
import { VideoReader } from '../video/video-reader.ts';
import type { Motion } from './motion.ts';
import { MotionExtractor } from './motion-extractor.ts';
import { toAngles } from './rotation.ts';

const clipFile = fileURLToPath(new URL('../../client/public/gallery/driving-clip.mp4', import.meta.url));
const truthFile = new URL('../../models/gallery/driving-clip.json', import.meta.url);
/** `L` and `R` are the rendered person's own sides: the person's right eye is on the left of the picture. */
const truthSchema = z.object({
  frames: z.array(z.object({ jawOpen: z.number(), blinkL: z.number(), blinkR: z.number(), yawDeg: z.number() })),
});
type Truth = z.infer<typeof truthSchema>['frames'][number];

let truth: Truth[];
/** The motions of the whole clip as a live session has them: default settings, its own reference. */
let motions: Motion[];

beforeAll(async () => {
  truth = truthSchema.parse(JSON.parse(await readFile(truthFile, 'utf8'))).frames;
  const models = await FaceModels.load();
  const reader = await VideoReader.open(clipFile);
  const tracker = new ObservingTracker(new FaceTracker(models));
  const extractor = new MotionExtractor();
  extractor.configure({ ...DEFAULT_SETTINGS, mirror: false });
  motions = [];
  try {
    for await (const { image, timeMs } of reader.frames()) {
      motions.push(extractor.extract((await tracker.track(image))!, timeMs));
    }
  } finally {
    reader.close();
    await models.close();
  }
}, 120_000);

/** The motions in the middle of runs of at least three frames of which `is` holds. */
function during(is: (frame: Truth) => boolean): Motion[] {
  return motions.filter((_, i) => i > 0 && i + 1 < truth.length && [i - 1, i, i + 1].every((k) => is(truth[k])));
}

const gapOf = ({ expression }: Motion) =>
  expression[3 * LIPS.lowerInner[5] + 1] - expression[3 * LIPS.upperInner[5] + 1];

describe('the motion of the driving clip', () => {
  test('closes both lids wholly when the person does', () => {
    const closed = during(({ blinkL, blinkR }) => blinkL > 0.9 && blinkR > 0.9);
    expect(closed.length).toBeGreaterThan(2);
    for (const { lidOpening } of closed) expect(Math.max(...lidOpening)).toBeLessThan(0.12);
  });

  test('winks with one eye, the other stays open', () => {
    const winking = during(({ blinkL, blinkR }) => Math.abs(blinkL - blinkR) > 0.9);
    expect(winking.length).toBeGreaterThan(3);
    for (const { lidOpening } of winking) {
      expect(Math.min(...lidOpening)).toBeLessThan(0.1);
      expect(Math.max(...lidOpening)).toBeGreaterThan(0.6);
    }
  });

  test('keeps the eyes open in between', () => {
    for (const { lidOpening } of during(({ blinkL, blinkR }) => blinkL === 0 && blinkR === 0)) {
      expect(Math.min(...lidOpening)).toBeGreaterThan(0.45);
    }
  });

  test('opens the mouth with the jaw, and keeps it closed else', () => {
    expect(
      correlation(
        motions.map(gapOf),
        truth.map(({ jawOpen }) => jawOpen),
      ),
    ).toBeGreaterThan(0.85);
    const wide = during(({ jawOpen }) => jawOpen > 0.7).map(gapOf);
    expect(Math.min(...wide)).toBeGreaterThan(0.2);
  });

  test('turns as far as the head', () => {
    const yaws = motions.map(({ rotation }) => toAngles(rotation).yawRad);
    expect(
      Math.abs(
        correlation(
          yaws,
          truth.map(({ yawDeg }) => yawDeg),
        ),
      ),
    ).toBeGreaterThan(0.97);
  });

  test('comes back to where it began: nothing drifts', () => {
    const { expression, scale, rotation } = motions[truth.findLastIndex(isAtRest)];
    expect(expression.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThan(0.09);
    expect(Math.abs(scale - 1)).toBeLessThan(0.03);
    expect(Math.abs(toAngles(rotation).yawRad)).toBeLessThan(0.06);
  });

  test('is finite and within bounds', () => {
    for (const { expression, lidOpening, gaze, scale } of motions) {
      expect(expression.every((value) => Math.abs(value) < 1)).toBe(true);
      for (const value of lidOpening) expect(value >= 0 && value < 1.5).toBe(true);
      for (const value of gaze.flat()) expect(Math.abs(value)).toBeLessThan(0.4);
      expect(scale > 0.8 && scale < 1.25).toBe(true);
    }
  });
});

const isAtRest = ({ jawOpen, blinkL, blinkR, yawDeg }: Truth) =>
  jawOpen < 0.01 && blinkL === 0 && blinkR === 0 && Math.abs(yawDeg) < 1;

/** Pearson's. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, i) => {
    both += (value - meanA) * (b[i] - meanB);
    squaresA += (value - meanA) ** 2;
    squaresB += (b[i] - meanB) ** 2;
  });
  return both / Math.sqrt(squaresA * squaresB);
}
