import { describe, expect, it } from 'vitest';
import { PooledFilter } from './pooled-filter.ts';

const FRAME_MS = 33;
const TUNING = { minCutoffHz: 2, beta: 45, restSpeed: 0.035 };
/** Two parts of 50 values each. */
const PARTS = Uint8Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1));

/** −1..1, the same for the same arguments. */
const noise = (frame: number, i: number) => Math.sin(frame * 12.9898 + i * 78.233) * Math.cos(frame * 4.1 + i);

function run(frames: number, valueAt: (frame: number, i: number) => number, tuning = TUNING): Float64Array[] {
  const filter = new PooledFilter(PARTS);
  return Array.from({ length: frames }, (_, frame) => {
    const values = Float64Array.from(PARTS, (_, i) => valueAt(frame, i));
    filter.filter(values, frame * FRAME_MS, tuning);
    return values;
  });
}

describe('PooledFilter', () => {
  it('calms jitter to less than half', () => {
    const calmed = run(90, (frame, i) => 0.002 * noise(frame, i));
    const step = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / 100;
    let [filtered, raw] = [0, 0];
    for (let frame = 30; frame < 90; frame++) {
      filtered += step(calmed[frame], calmed[frame - 1]);
      raw += PARTS.reduce((sum, _, i) => sum + 0.002 * Math.abs(noise(frame, i) - noise(frame - 1, i)), 0) / 100;
    }
    expect(filtered).toBeLessThan(0.45 * raw);
  });

  it('follows a part that moves within two frames, and leaves the other calm', () => {
    const moved = run(40, (frame, i) => (frame >= 30 && i < 50 ? 0.2 : 0) + 0.002 * noise(frame, i));
    for (let i = 0; i < 50; i++) expect(moved[31][i]).toBeGreaterThan(0.17);
    const still = run(40, (frame, i) => 0.002 * noise(frame, i));
    for (let i = 50; i < 100; i++) expect(moved[35][i]).toBeCloseTo(still[35][i], 12);
  });

  it('passes everything through without a cutoff, and the first values always', () => {
    const free = run(5, (frame, i) => noise(frame, i), {
      minCutoffHz: Number.POSITIVE_INFINITY,
      beta: 0,
      restSpeed: 0,
    });
    free.forEach((values, frame) => {
      expect(values[7]).toBe(noise(frame, 7));
    });
    expect(run(1, (frame, i) => noise(frame, i))[0][3]).toBe(noise(0, 3));
  });

  it('stays where it is when time does not go on', () => {
    const filter = new PooledFilter(PARTS);
    filter.filter(new Float64Array(100), 50, TUNING);
    const values = new Float64Array(100).fill(1);
    filter.filter(values, 50, TUNING);
    expect(values[0]).toBe(0);
  });
});
