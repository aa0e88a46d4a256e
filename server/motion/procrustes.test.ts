import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignSimilarity, applySimilarity, identitySimilarity, invertSimilarity } from './procrustes.ts';
import { fromRotationVector } from './rotation.ts';

const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
const similarity = fc
  .record({
    turn: fc.tuple(coordinate, coordinate, fc.double({ min: -1, max: 1, noNaN: true })),
    scale: fc.double({ min: 0.05, max: 400, noNaN: true }),
    translation: fc.tuple(coordinate, coordinate, coordinate),
  })
  .map(({ turn, scale, translation }) => ({
    rotation: fromRotationVector(turn, new Float64Array(9)),
    scale,
    translation: Float64Array.from(translation, (value) => value * 100),
  }));
/** Points that are spread in all three directions. */
const points = fc
  .array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 4, maxLength: 30 })
  .map((list) => Float64Array.from([[3, 0, 0], [0, 3, 0], [0, 0, 3], [-1, -2, -3], ...list].flat()));
const all = (list: Float64Array) => Array.from({ length: list.length / 3 }, (_, i) => i);

describe('alignSimilarity', () => {
  it('recovers any rotation, scale and translation exactly', () => {
    fc.assert(
      fc.property(points, similarity, (from, truth) => {
        const to = applySimilarity(truth, from, new Float64Array(from.length));
        const found = alignSimilarity(from, to, all(from), identitySimilarity());
        expect(found.scale / truth.scale).toBeCloseTo(1, 6);
        for (let k = 0; k < 9; k++) expect(found.rotation[k]).toBeCloseTo(truth.rotation[k], 6);
        const again = applySimilarity(found, from, new Float64Array(from.length));
        for (let i = 0; i < to.length; i++) expect(Math.abs(again[i] - to[i])).toBeLessThan(1e-5 * truth.scale);
      }),
    );
  });

  it('gives a proper rotation even where a mirror image would fit better', () => {
    const from = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3);
    const mirrored = from.map((value, i) => (i % 3 === 0 ? -value : value));
    const { rotation: r } = alignSimilarity(from, mirrored, [0, 1, 2, 3], identitySimilarity());
    const determinant =
      r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]);
    expect(determinant).toBeCloseTo(1, 9);
  });

  it('looks only at the given points', () => {
    const from = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 5, 5, 5);
    const to = from.slice();
    to[12] = 99;
    const found = alignSimilarity(from, to, [0, 1, 2, 3], identitySimilarity());
    expect(found.scale).toBeCloseTo(1, 9);
    expect(found.translation[0]).toBeCloseTo(0, 9);
  });

  it('stays finite where all points coincide', () => {
    const found = alignSimilarity(
      new Float64Array(12),
      Float64Array.of(...new Array(12).fill(1)),
      [0, 1, 2, 3],
      identitySimilarity(),
    );
    expect(found.scale).toBe(0);
    expect([...found.rotation, ...found.translation].every(Number.isFinite)).toBe(true);
  });
});

describe('invertSimilarity', () => {
  it('undoes applySimilarity', () => {
    fc.assert(
      fc.property(points, similarity, (list, transform) => {
        const there = applySimilarity(transform, list, new Float64Array(list.length));
        const back = invertSimilarity(transform, there, new Float64Array(list.length));
        for (let i = 0; i < list.length; i++) expect(back[i]).toBeCloseTo(list[i], 6);
      }),
    );
  });
});
