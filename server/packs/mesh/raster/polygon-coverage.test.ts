import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolygonCoverage } from './polygon-coverage.ts';

const total = (coverage: PolygonCoverage) =>
  coverage.values.subarray(0, coverage.width * coverage.height).reduce((sum, value) => sum + value, 0);

describe('PolygonCoverage', () => {
  it('covers as much as the polygon’s area, wherever its corners are', () => {
    const coordinate = fc.double({ min: 1, max: 60, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, coordinate, coordinate, (ax, ay, bx, by, cx, cy) => {
        const coverage = new PolygonCoverage();
        expect(coverage.fill(Float64Array.of(ax, ay, bx, by, cx, cy), 3, 1, 64, 64)).toBe(true);
        const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
        expect(Math.abs(total(coverage) - area)).toBeLessThan(0.01 + area * 1e-3);
        for (const value of coverage.values.subarray(0, coverage.width * coverage.height)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('gives each pixel the part of it that is inside', () => {
    const coverage = new PolygonCoverage();
    coverage.fill(Float64Array.of(2.25, 3.5, 5, 3.5, 5, 6, 2.25, 6), 4, 0, 16, 16);
    const at = (x: number, y: number) => coverage.values[(y - coverage.top) * coverage.width + x - coverage.left];
    expect(at(2, 4)).toBeCloseTo(0.75, 5);
    expect(at(3, 3)).toBeCloseTo(0.5, 5);
    expect(at(2, 3)).toBeCloseTo(0.375, 5);
    expect(at(4, 5)).toBeCloseTo(1, 5);
  });

  it('is cut at the picture’s border, and empty outside of it', () => {
    const coverage = new PolygonCoverage();
    coverage.fill(Float64Array.of(-8, -8, 8, -8, 8, 8, -8, 8), 4, 2, 64, 64);
    expect(total(coverage)).toBeCloseTo(64, 3);
    expect(coverage.fill(Float64Array.of(-30, -30, -20, -30, -20, -20), 3, 2, 64, 64)).toBe(false);
  });
});
