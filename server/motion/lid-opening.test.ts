import { describe, expect, it } from 'vitest';
import { coupleLids, openingFromGap } from './lid-opening.ts';

const coupled = (left: number, right: number, yawRad = 0) => {
  const openings = Float64Array.of(left, right);
  coupleLids(openings, yawRad);
  return [...openings];
};

describe('openingFromGap', () => {
  it('is 1 at the reference and 0 where a landmark model sees closed lids', () => {
    for (const reference of [0.22, 0.3, 0.4]) {
      expect(openingFromGap(reference, reference)).toBeCloseTo(1, 9);
      expect(openingFromGap(0.1, reference)).toBe(0);
    }
  });

  it('opens wider than the reference, within limits', () => {
    expect(openingFromGap(0.36, 0.3)).toBeGreaterThan(1.1);
    expect(openingFromGap(2, 0.3)).toBeLessThan(1.5);
  });
});

describe('coupleLids', () => {
  it('makes small differences one blink and leaves a wink', () => {
    const [left, right] = coupled(0.5, 0.6);
    expect(left).toBeCloseTo(right, 9);
    expect(coupled(0, 1)).toEqual([0, 1]);
  });

  it('believes the near eye of a turned head', () => {
    const [left, right] = coupled(0.7, 1, 0.35);
    expect(left).toBeCloseTo(right, 9);
    expect(right).toBeGreaterThan(0.9);
  });
});
