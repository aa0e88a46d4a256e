import { describe, expect, it } from 'vitest';
import { coupleLids, openingFromGap } from './lid-opening.ts';

const coupled = (left: number, right: number, yawRad = 0) => {
  const openings = Float64Array.of(left, right);
  coupleLids(openings, yawRad);
  return [...openings];
};

describe('openingFromGap', () => {
  it('is 1 at the open gap, 0 at the closed one and below', () => {
    expect(openingFromGap(0.3, 0.12, 0.3)).toBeCloseTo(1, 9);
    expect(openingFromGap(0.12, 0.12, 0.3)).toBe(0);
    expect(openingFromGap(0.05, 0.12, 0.3)).toBe(0);
    expect(openingFromGap(0.21, 0.12, 0.3)).toBeCloseTo(0.5, 9);
  });

  it('opens wider than the reference, within limits', () => {
    expect(openingFromGap(0.36, 0.11, 0.3)).toBeGreaterThan(1.1);
    expect(openingFromGap(2, 0.11, 0.3)).toBeLessThan(1.5);
  });
});

describe('coupleLids', () => {
  it('makes of hardly different eyes one', () => {
    const [left, right] = coupled(0.5, 0.55);
    expect(left).toBeCloseTo(right, 9);
  });

  it('leaves eyes apart that differ', () => {
    expect(coupled(0, 1)).toEqual([0, 1]);
    const [left, right] = coupled(0.55, 0.85);
    expect(left).toBeCloseTo(0.55, 2);
    expect(right).toBeCloseTo(0.85, 2);
  });

  it('closes one eye wholly in a wink, and no eye in a blink', () => {
    const [left, right] = coupled(0.1, 0.95);
    expect(left).toBeLessThan(0.01);
    expect(right).toBeCloseTo(0.95, 2);
    const [both] = coupled(0.2, 0.22);
    expect(both).toBeCloseTo(0.21, 2);
  });

  it('believes the near eye of a turned head', () => {
    const [left, right] = coupled(0.84, 1, 0.35);
    expect(left).toBeCloseTo(right, 1);
    expect(right).toBeGreaterThan(0.9);
  });

  it('moves without a jump from a blink to a wink', () => {
    let last = coupled(0.2, 0.2);
    for (let other = 0.2; other <= 1; other += 0.01) {
      const now = coupled(0.2, other);
      for (let e = 0; e < 2; e++) expect(Math.abs(now[e] - last[e])).toBeLessThan(0.05);
      last = now;
    }
  });
});
