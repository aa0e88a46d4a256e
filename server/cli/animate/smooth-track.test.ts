import { describe, expect, test } from 'vitest';
import { CANONICAL_FACE } from '../../motion/canonical-face.ts';
import type { TrackedFrame } from './driving-track.ts';
import { smoothTrack } from './smooth-track.ts';

const FRAME_MS = 33;
const SCALE = 60;
const NOSE_TIP = 1;

/** The canonical face, moved right by `x` pixels from frame to frame; null: no face. */
function track(xs: readonly (number | null)[]): TrackedFrame[] {
  return xs.map((x, i) => ({
    ticks: i,
    durationTicks: 1,
    timeMs: i * FRAME_MS,
    face:
      x === null
        ? null
        : { points: CANONICAL_FACE.map((value, k) => value * SCALE + (k % 3 === 0 ? x : 0)), confidence: 1 },
  }));
}

/** Where the nose is in each frame, without its place in the canonical face. */
function places(frames: readonly TrackedFrame[]): (number | null)[] {
  return frames.map(({ face }) => face && face.points[NOSE_TIP * 3] - CANONICAL_FACE[NOSE_TIP * 3] * SCALE);
}

describe('smoothTrack', () => {
  test('calms the jitter of a still face', () => {
    const frames = track(Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.3 : -0.3)));
    smoothTrack(frames);
    for (const x of places(frames).slice(5, 55)) expect(Math.abs(x!)).toBeLessThan(0.12);
  });

  test('delays nothing: a step stays where it was, on both of its sides alike', () => {
    const frames = track(Array.from({ length: 60 }, (_, i) => (i < 30 ? 0 : 60)));
    smoothTrack(frames);
    const x = places(frames) as number[];
    expect(x[29]).toBeLessThan(30);
    expect(x[30]).toBeGreaterThan(30);
    expect(x[27] + x[32]).toBeCloseTo(60, -1);
  });

  test('lets a blink through: three frames of quick motion keep most of their depth', () => {
    const frames = track([0, 0, 0, 0, 0, 8, 12, 8, 0, 0, 0, 0, 0]);
    smoothTrack(frames);
    expect(places(frames)[6]).toBeGreaterThan(8);
  });

  test('does not smooth over a gap, and leaves it a gap', () => {
    const frames = track([0, 0, null, 100, 100, null]);
    smoothTrack(frames);
    expect(places(frames).map((x) => x && Math.round(x))).toEqual([0, 0, null, 100, 100, null]);
  });
});
