import { beforeEach, describe, expect, it } from 'vitest';
import { CANONICAL_FACE } from './canonical-face.ts';
import { createReading, readFace } from './face-reading.ts';
import { GazeReader } from './gaze-reader.ts';

const FRAME_MS = 40;
const SEEN = [1, 1] as const;
const UNSEEN = [0, 0] as const;
const OPEN = [1, 1];
const neutral = readFace(CANONICAL_FACE, createReading());

let reader: GazeReader;
let timeMs: number;
beforeEach(() => {
  reader = new GazeReader();
  timeMs = 0;
});

/** Gaze of the last of `frames` frames with the irises at `x` of each eye from the reference. */
function look(
  x: readonly [number, number],
  irises: readonly [number, number] = SEEN,
  openings: ArrayLike<number> = OPEN,
  frames = 1,
): number[] {
  const face = readFace(CANONICAL_FACE, createReading());
  face.iris[0] += x[0];
  face.iris[2] += x[1];
  const out = new Float64Array(4);
  for (let i = 0; i < frames; i++) {
    reader.read(face, neutral, openings, irises, timeMs, out);
    timeMs += FRAME_MS;
  }
  return [out[0], out[2]];
}

describe('GazeReader', () => {
  it('follows irises that are seen, at once, and turns both eyes together', () => {
    expect(look([0, 0])[0]).toBeCloseTo(0, 9);
    const [left, right] = look([0.1, 0.14]);
    expect((left + right) / 2).toBeCloseTo(0.12, 6);
    expect(Math.abs(left - right)).toBeLessThan(0.02);
  });

  it('believes the eye whose iris is seen', () => {
    const [left, right] = look([0.1, -0.4], [1, 0]);
    expect(left).toBeCloseTo(0.1, 2);
    expect(right).toBeCloseTo(0.1, 2);
  });

  it('holds a gaze that is lost, then rests, however the landmarks jump', () => {
    look([0.1, 0.1], SEEN, OPEN, 5);
    expect(look([-0.5, 0.4], UNSEEN, OPEN, 5)[0]).toBeCloseTo(0.1, 6);
    let last = 0.1;
    for (let frame = 0; frame < 100; frame++) {
      const [now] = look([frame % 2 ? 0.5 : -0.5, 0.3], UNSEEN);
      expect(now).toBeLessThanOrEqual(last + 1e-9);
      last = now;
    }
    expect(last).toBeLessThan(0.005);
  });

  it('takes a gaze up again without a jump', () => {
    look([0, 0], SEEN, OPEN, 5);
    look([0, 0], UNSEEN, OPEN, 30);
    const first = look([0.2, 0.2])[0];
    expect(first).toBeGreaterThan(0.03);
    expect(first).toBeLessThan(0.15);
    expect(look([0.2, 0.2], SEEN, OPEN, 20)[0]).toBeCloseTo(0.2, 4);
  });

  it('stays behind closed lids where it was', () => {
    look([0.1, 0.1], SEEN, OPEN, 5);
    expect(look([-0.3, 0.3], SEEN, [0, 0], 60)[0]).toBeCloseTo(0.1, 6);
  });
});
