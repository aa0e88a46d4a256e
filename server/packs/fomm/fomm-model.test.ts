import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaceLandmarks, LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import type { InlineGraphRunner } from '../../inference/inline-graph-runner.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { drawStandInLabel } from '../stand-in-label.ts';
import type { FommManifest } from '../store/pack-manifest.ts';
import { largestDifference, SpoilingRunner, WatchedRunner } from '../testing/stored-reference.ts';
import { FommModel } from './fomm-model.ts';
import {
  openTinyPack,
  REFERENCE,
  referenceImage,
  referenceKeypoints,
  referencePlanes,
  SIZE_PX,
} from './testing/reference.ts';

const FACE: FaceLandmarks = {
  points: Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => 32 + 20 * Math.sin(i * i)),
  confidence: 1,
};

let manifest: FommManifest;
let runner: InlineGraphRunner;
beforeAll(async () => {
  ({ manifest, runner } = await openTinyPack());
});
afterAll(() => runner.close());

function drivingFrame(index: 1 | 2, timeMs: number, change: Partial<DrivingFrame> = {}): DrivingFrame {
  return {
    picture: referencePlanes(index),
    sizePx: SIZE_PX,
    landmarks: FACE,
    timeMs,
    mode: 'relative',
    smoothing: 0,
    reference: 'keep',
    ...change,
  };
}

/** Prepares the reference's portrait and drives it with the reference's two frames. */
async function perform(mode: DrivingFrame['mode'], out: RgbaImage, weights: FommManifest['weights'] = 'trained') {
  const watched = new WatchedRunner(runner);
  const model = new FommModel({ ...manifest, weights }, watched);
  const portrait = await model.prepare(referenceImage(0), FACE);
  await model.animate(portrait, drivingFrame(1, 0, { mode, reference: 'this' }), out);
  await model.animate(portrait, drivingFrame(2, 40, { mode }), out);
  return { watched, portrait, model };
}

/** The pixels that the reference keeps of a picture of three planes. */
function kept(planes: Float32Array): Float32Array {
  const step = REFERENCE.pictureStep;
  return planes.filter((_, i) => (i % SIZE_PX) % step === 0 && (Math.floor(i / SIZE_PX) % SIZE_PX) % step === 0);
}

describe('FommModel', () => {
  test('sees the stored keypoints in the portrait and in driving frames', async () => {
    const { watched } = await perform('relative', createRgbaImage(SIZE_PX, SIZE_PX));
    const seen = watched.runs.filter(({ graph }) => graph === 'keypoints');
    expect(seen).toHaveLength(3);
    for (const [index, { outputs }] of seen.entries()) {
      const expected = referenceKeypoints(index as 0 | 1 | 2);
      expect(largestDifference(outputs.value.data, expected.value)).toBeLessThan(2e-5);
      expect(largestDifference(outputs.jacobian.data, expected.jacobian)).toBeLessThan(2e-5);
    }
  });

  test.each(['relative', 'absolute'] as const)('draws the stored picture, %s', async (mode) => {
    const out = createRgbaImage(SIZE_PX, SIZE_PX);
    const { watched } = await perform(mode, out);
    const { inputs, outputs } = watched.last('frame');
    const expected = REFERENCE.frames[mode];
    expect(largestDifference(inputs.driving_value.data, expected.value)).toBeLessThan(5e-5);
    expect(largestDifference(inputs.driving_jacobian.data, expected.jacobian)).toBeLessThan(5e-5);
    expect(largestDifference(kept(outputs.picture.data), expected.picture)).toBeLessThan(1e-4);
    const plane = SIZE_PX * SIZE_PX;
    const drawn = Float32Array.from({ length: 3 * plane }, (_, i) => out.data[4 * (i % plane) + Math.floor(i / plane)]);
    const bytes = kept(drawn).map((byte) => byte / 255);
    expect(largestDifference(bytes, expected.picture)).toBeLessThan(0.51 / 255);
  });

  test('gives the driver’s picture to the keypoint network alone', async () => {
    const { watched } = await perform('relative', createRgbaImage(SIZE_PX, SIZE_PX));
    const { features, thumbnail, source_value, source_jacobian, ...others } = watched.last('frame').inputs;
    expect(Object.keys(others)).toEqual(['driving_value', 'driving_jacobian']);
    expect(others.driving_value.data.length + others.driving_jacobian.data.length).toBe(30);
    for (const tensor of [features, thumbnail, source_value, source_jacobian]) expect(tensor.isConstant).toBe(true);
    // The portrait was encoded once, from its own picture.
    const encoded = watched.runs.filter(({ graph }) => graph === 'source');
    expect(encoded).toHaveLength(1);
    expect(largestDifference(encoded[0].inputs.image.data, referencePlanes(0))).toBeLessThan(1e-6);
  });

  test('enlarges what it draws to the portrait’s size', async () => {
    const large = createRgbaImage(160, 160);
    const model = new FommModel({ ...manifest, weights: 'trained' }, runner);
    const still = createRgbaImage(160, 160);
    still.data.fill(180);
    const portrait = await model.prepare(still, FACE);
    await model.animate(portrait, drivingFrame(1, 0), large);
    expect(new Set(large.data).size).toBeGreaterThan(20);
    await expect(model.animate(portrait, drivingFrame(1, 40), createRgbaImage(64, 64))).rejects.toThrow(RangeError);
  });

  test('says on every picture that random weights are a stand-in', async () => {
    const [honest, labelled] = [createRgbaImage(SIZE_PX, SIZE_PX), createRgbaImage(SIZE_PX, SIZE_PX)];
    await perform('relative', honest);
    await perform('relative', labelled, 'random');
    expect(labelled.data).not.toEqual(honest.data);
    drawStandInLabel(honest);
    expect(labelled.data).toEqual(honest.data);
  });

  test('refuses a portrait that is not square', async () => {
    const model = new FommModel(manifest, runner);
    await expect(model.prepare(createRgbaImage(64, 60), FACE)).rejects.toThrow('square pictures, not 64×60');
  });

  test('draws the same again', async () => {
    const [first, second] = [createRgbaImage(SIZE_PX, SIZE_PX), createRgbaImage(SIZE_PX, SIZE_PX)];
    await perform('relative', first);
    await perform('relative', second);
    expect(second).toEqual(first);
  });

  test('refuses keypoints that are no numbers, and forgets them', async () => {
    const spoiling = new SpoilingRunner(runner, 'keypoints', 'value');
    const model = new FommModel(manifest, spoiling);
    const portrait = await model.prepare(referenceImage(0), FACE);
    const out = createRgbaImage(SIZE_PX, SIZE_PX);
    const animate = (timeMs: number) => model.animate(portrait, drivingFrame(1, timeMs, { smoothing: 0.4 }), out);
    await animate(0);
    const good = out.data.slice();
    spoiling.spoils = true;
    await expect(animate(40)).rejects.toThrow(/value of the graph keypoints is not a number.*float32/);
    spoiling.spoils = false;
    await animate(80);
    expect(out.data).toEqual(good);
  });
});
