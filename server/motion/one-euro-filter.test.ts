import { describe, expect, it } from 'vitest';
import { OneEuroFilter } from './one-euro-filter.ts';

const TUNING = { minCutoffHz: 1.5, beta: 5 };
const FRAME_MS = 1000 / 30;

/** Values of one dimension through a fresh filter, 30 per second. */
function filtered(values: readonly number[], tuning = TUNING): number[] {
  const filter = new OneEuroFilter(1);
  return values.map((value, i) => {
    const held = Float64Array.of(value);
    filter.filter(held, i * FRAME_MS, tuning);
    return held[0];
  });
}

const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

describe('OneEuroFilter', () => {
  it('lets the first value pass', () => {
    expect(filtered([7])).toEqual([7]);
  });

  it('calms jitter around a value at rest', () => {
    const jitter = Array.from({ length: 90 }, (_, i) => 0.01 * Math.sin(i * 2.9) + 0.01 * Math.sin(i * 1.7 + 1));
    expect(spread(filtered(jitter).slice(30))).toBeLessThan(0.4 * spread(jitter.slice(30)));
  });

  it('follows a quick move within two frames, and comes to its end', () => {
    const step = [...new Array(10).fill(0), ...new Array(30).fill(1)];
    const out = filtered(step);
    expect(out[11]).toBeGreaterThan(0.75);
    expect(out.at(-1)).toBeCloseTo(1, 2);
  });

  it('passes everything with an infinite cutoff', () => {
    const values = [1, 5, -3, 8];
    expect(filtered(values, { minCutoffHz: Number.POSITIVE_INFINITY, beta: 0 })).toEqual(values);
  });

  it('stays where it is while time does not advance', () => {
    const filter = new OneEuroFilter(1);
    const pass = (value: number, timeMs: number) => {
      const held = Float64Array.of(value);
      filter.filter(held, timeMs, TUNING);
      return held[0];
    };
    expect(pass(1, 100)).toBe(1);
    expect(pass(9, 100)).toBe(1);
    expect(pass(9, 50)).toBe(1);
    expect(pass(9, 133)).toBeGreaterThan(1);
  });

  it('takes the next value as it is after a long gap and after a reset', () => {
    const filter = new OneEuroFilter(1);
    const held = Float64Array.of(1);
    filter.filter(held, 0, TUNING);
    held[0] = 5;
    filter.filter(held, 60_000, TUNING);
    expect(held[0]).toBeCloseTo(5, 1);
    filter.reset();
    held[0] = -2;
    filter.filter(held, 60_001, TUNING);
    expect(held[0]).toBe(-2);
  });

  it('opens for a group of values as one', () => {
    const filter = new OneEuroFilter(4, 2);
    filter.filter(Float64Array.of(0, 0, 0, 0), 0, TUNING);
    const next = Float64Array.of(0.01, 1, 0.01, 0);
    filter.filter(next, FRAME_MS, TUNING);
    expect(next[0]).toBeGreaterThan(2 * next[2]);
  });
});
