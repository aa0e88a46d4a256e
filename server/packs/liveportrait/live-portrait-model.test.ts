import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import type { InlineGraphRunner } from '../../inference/inline-graph-runner.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { drawStandInLabel } from '../stand-in-label.ts';
import type { LivePortraitManifest } from '../store/pack-manifest.ts';
import {
  everyNth,
  imageOf,
  largestDifference,
  planesOf,
  SpoilingRunner,
  WatchedRunner,
} from '../testing/stored-reference.ts';
import { LivePortraitModel } from './live-portrait-model.ts';
import { livePortraitOptionsSchema } from './live-portrait-options.ts';
import { faceWithRatios, OUTPUT_SIZE_PX, openTinyPack, REFERENCE, SIZE_PX } from './testing/reference.ts';

const { eyes, lips, wantedEyes, wantedLips } = REFERENCE.ratios;
const PORTRAIT_FACE = faceWithRatios(eyes, lips);
const DRIVER_FACE = faceWithRatios([wantedEyes, wantedEyes], wantedLips);
/** Nothing but motion. */
const PLAIN = { stitching: false, closedLips: false };
const BY_RATIO = { ...PLAIN, eyeRatio: wantedEyes, lipRatio: wantedLips };

let manifest: LivePortraitManifest;
let runner: InlineGraphRunner;
beforeAll(async () => {
  ({ manifest, runner } = await openTinyPack());
});
afterAll(() => runner.close());

function drivingFrame(index: 1 | 2, timeMs: number, change: Partial<DrivingFrame> = {}): DrivingFrame {
  return {
    picture: planesOf(REFERENCE.pictures[index]),
    sizePx: SIZE_PX,
    landmarks: DRIVER_FACE,
    timeMs,
    mode: 'relative',
    smoothing: 0,
    reference: 'keep',
    ...change,
  };
}

interface Show {
  readonly mode?: DrivingFrame['mode'];
  readonly weights?: LivePortraitManifest['weights'];
  readonly out?: RgbaImage;
}

/** Prepares the reference's portrait and drives it with the reference's two frames. */
async function perform(controls: object, { mode = 'relative', weights = 'trained', out }: Show = {}) {
  const watched = new WatchedRunner(runner);
  const options = livePortraitOptionsSchema.parse(controls);
  const model = new LivePortraitModel({ ...manifest, weights }, watched, options);
  const portrait = await model.prepare(imageOf(REFERENCE.pictures[0], SIZE_PX), PORTRAIT_FACE);
  const still = createRgbaImage(SIZE_PX, SIZE_PX);
  await model.animate(portrait, drivingFrame(1, 0, { mode, reference: 'this' }), still);
  await model.animate(portrait, drivingFrame(2, 40, { mode }), out ?? still);
  return { watched, portrait };
}

describe('LivePortraitModel', () => {
  test('sees the stored motion in the portrait and in driving frames', async () => {
    const { watched, portrait } = await perform({});
    const seen = watched.runs.filter(({ graph }) => graph === 'motion');
    expect(seen).toHaveLength(3);
    for (const [name, expected] of Object.entries(REFERENCE.motion)) {
      const all = Float32Array.from(seen.flatMap(({ outputs }) => [...outputs[name].data]));
      expect(largestDifference(all, expected)).toBeLessThan(2e-5);
    }
    expect(largestDifference(portrait.keypoints, REFERENCE.source)).toBeLessThan(1e-5);
  });

  test.each(['relative', 'absolute'] as const)('draws the stored picture, %s', async (mode) => {
    const { watched } = await perform({}, { mode });
    const { inputs, outputs } = watched.last('warping');
    expect(largestDifference(inputs.kp_driving.data, REFERENCE.moved[mode])).toBeLessThan(2e-5);
    expect(largestDifference(inputs.kp_source.data, REFERENCE.source)).toBeLessThan(1e-5);
    const kept = everyNth(outputs.out.data, OUTPUT_SIZE_PX, REFERENCE.pictureStep);
    expect(largestDifference(kept, REFERENCE.drawn[mode])).toBeLessThan(1e-4);
  });

  test.each<[string, object, DrivingFrame['mode']]>([
    ['plain', PLAIN, 'relative'],
    ['ownRotation', { ...PLAIN, relativeRotation: false }, 'relative'],
    ['stitched', { closedLips: false, multiplier: 1.5 }, 'relative'],
    ['eyesByRatio', { ...PLAIN, eyeRatio: wantedEyes }, 'relative'],
    ['eyesByRatio', { ...PLAIN, eyeRatio: 'driver' }, 'relative'],
    ['lipsByRatio', { lipRatio: wantedLips }, 'relative'],
    ['lipsByRatio', { lipRatio: 'driver' }, 'relative'],
    ['bothByRatio', { ...BY_RATIO, multiplier: 0.7 }, 'relative'],
    ['bothAbsolute', BY_RATIO, 'absolute'],
    ['retargetingAlone', { ...BY_RATIO, stitching: true, officialRetargeting: true }, 'relative'],
    ['retargetingOfficialAbsolute', { ...BY_RATIO, officialRetargeting: true }, 'absolute'],
    ['relative-exp', { ...PLAIN, region: 'expression' }, 'relative'],
    ['relative-pose', { ...PLAIN, region: 'pose' }, 'relative'],
    ['relative-lip', { ...PLAIN, region: 'lips' }, 'relative'],
    ['relative-eyes', { ...PLAIN, region: 'eyes' }, 'relative'],
    ['absolute-all', PLAIN, 'absolute'],
    ['absolute-exp', { ...PLAIN, region: 'expression' }, 'absolute'],
    ['absolute-pose', { ...PLAIN, region: 'pose' }, 'absolute'],
    ['absolute-lip', { ...PLAIN, region: 'lips' }, 'absolute'],
    ['absolute-eyes', { ...PLAIN, region: 'eyes' }, 'absolute'],
  ])('moves keypoints as stored: %s with %j', async (name, controls, mode) => {
    const { watched } = await perform(controls, { mode });
    const moved = watched.last('warping').inputs.kp_driving.data;
    expect(largestDifference(moved, REFERENCE.moved[name])).toBeLessThan(2e-5);
    // A control that does nothing would agree with all of them.
    const others = Object.keys(REFERENCE.moved).filter((other) => other !== name);
    for (const other of others) expect(largestDifference(moved, REFERENCE.moved[other])).toBeGreaterThan(5e-4);
  });

  test('gives the driver’s picture to the motion network alone', async () => {
    const { watched } = await perform({});
    const { feature_3d, kp_source, ...others } = watched.last('warping').inputs;
    expect(Object.keys(others)).toEqual(['kp_driving']);
    expect([feature_3d.isConstant, kp_source.isConstant]).toEqual([true, true]);
    // The portrait was encoded once, from its own picture.
    const encoded = watched.runs.filter(({ graph }) => graph === 'appearance');
    expect(encoded).toHaveLength(1);
    expect(largestDifference(encoded[0].inputs.img.data, planesOf(REFERENCE.pictures[0]))).toBeLessThan(1e-6);
  });

  test('closes lips that are parted, and only those', async () => {
    const model = new LivePortraitModel(manifest, runner);
    const still = imageOf(REFERENCE.pictures[0], SIZE_PX);
    const parted = await model.prepare(still, PORTRAIT_FACE);
    const closed = await model.prepare(still, faceWithRatios(eyes, 0.02));
    expect(parted.closedLips).toHaveLength(63);
    expect(closed.closedLips).toBeNull();
  });

  test('does without graphs that a pack lacks, unless they are asked for', async () => {
    const { stitching, eyeRetargeting, lipRetargeting, ...graphs } = manifest.graphs;
    const poor = { ...manifest, graphs };
    const model = (controls: object) => new LivePortraitModel(poor, runner, livePortraitOptionsSchema.parse(controls));
    const watched = new WatchedRunner(runner);
    const bare = new LivePortraitModel(poor, watched);
    const portrait = await bare.prepare(imageOf(REFERENCE.pictures[0], SIZE_PX), PORTRAIT_FACE);
    await bare.animate(portrait, drivingFrame(1, 0), createRgbaImage(SIZE_PX, SIZE_PX));
    expect(new Set(watched.runs.map(({ graph }) => graph))).toEqual(new Set(['motion', 'appearance', 'warping']));
    expect(() => model({ stitching: true })).toThrow(/no graph stitching, which stitching needs/);
    expect(() => model({ eyeRatio: 'driver' })).toThrow(/no graph eyeRetargeting, which eyes by ratio needs/);
    expect(() => model({ lipRatio: 0.2 })).toThrow(/no graph lipRetargeting/);
  });

  test('says on every picture that random weights are a stand-in', async () => {
    const [honest, labelled] = [createRgbaImage(SIZE_PX, SIZE_PX), createRgbaImage(SIZE_PX, SIZE_PX)];
    await perform({}, { out: honest });
    await perform({}, { out: labelled, weights: 'random' });
    expect(labelled.data).not.toEqual(honest.data);
    drawStandInLabel(honest);
    expect(labelled.data).toEqual(honest.data);
  });

  test('refuses motion that is no number, and forgets it', async () => {
    const spoiling = new SpoilingRunner(runner, 'motion', 'exp');
    const model = new LivePortraitModel(manifest, spoiling);
    const portrait = await model.prepare(imageOf(REFERENCE.pictures[0], SIZE_PX), PORTRAIT_FACE);
    const out = createRgbaImage(SIZE_PX, SIZE_PX);
    const animate = (timeMs: number) => model.animate(portrait, drivingFrame(1, timeMs, { smoothing: 0.4 }), out);
    await animate(0);
    const good = out.data.slice();
    spoiling.spoils = true;
    await expect(animate(40)).rejects.toThrow(/exp of the graph motion is not a number/);
    spoiling.spoils = false;
    await animate(80);
    expect(out.data).toEqual(good);
  });

  test('refuses a portrait that is not square, unless it pastes the face back', async () => {
    const still = createRgbaImage(64, 60);
    const model = new LivePortraitModel(manifest, runner);
    await expect(model.prepare(still, PORTRAIT_FACE)).rejects.toThrow('square pictures, not 64×60');
    const pasting = new LivePortraitModel(manifest, runner, livePortraitOptionsSchema.parse({ pasteBack: true }));
    const portrait = await pasting.prepare(still, PORTRAIT_FACE);
    const out = createRgbaImage(64, 60);
    await pasting.animate(portrait, drivingFrame(1, 0), out);
    expect(pasting.takesAnyShape).toBe(true);
    expect(new Set(out.data).size).toBeGreaterThan(20);
  });
});

describe('livePortraitOptionsSchema', () => {
  test('begins as the official program, and refuses what is out of range', () => {
    expect(livePortraitOptionsSchema.parse({})).toMatchObject({ region: 'all', multiplier: 1, relativeRotation: true });
    for (const wrong of [{ region: 'nose' }, { multiplier: -1 }, { eyeRatio: 2 }, { lipRatio: 'x' }, { more: 1 }]) {
      expect(livePortraitOptionsSchema.safeParse(wrong).success).toBe(false);
    }
  });
});
