import { describe, expect, it } from 'vitest';
import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { sealLips } from './lip-sealing.ts';

const MIDDLE = 5;
const TOUCHING_GAP = 0.03;

/** The canonical face with inner lips `gap` apart everywhere and the mouth `width` as wide. */
function faceWith(gap: number, width = 1): Float64Array {
  const shape = Float64Array.from(CANONICAL_FACE);
  for (let k = 0; k < LIPS.upperInner.length; k++) {
    const [upper, lower] = [3 * LIPS.upperInner[k], 3 * LIPS.lowerInner[k]];
    const y = (shape[upper + 1] + shape[lower + 1]) / 2;
    const apart = k === 0 || k === LIPS.upperInner.length - 1 ? 0 : gap / 2;
    shape[upper + 1] = y - apart;
    shape[lower + 1] = y + apart;
    shape[upper] *= width;
    if (lower !== upper) shape[lower] *= width;
  }
  return shape;
}

/** How far the middle of the inner lips parts, relative to `neutral`, once sealed. */
function opening(face: Float64Array, neutral: Float64Array): number {
  const expression = face.map((value, i) => value - neutral[i]);
  sealLips(expression, face, neutral, TOUCHING_GAP);
  return expression[3 * LIPS.lowerInner[MIDDLE] + 1] - expression[3 * LIPS.upperInner[MIDDLE] + 1];
}

describe('sealLips', () => {
  it('changes nothing where nothing moves', () => {
    const neutral = faceWith(0.01);
    expect(opening(neutral, neutral)).toBeCloseTo(0, 9);
  });

  it('keeps a mouth closed whose lips only seem to part', () => {
    expect(opening(faceWith(0.024), faceWith(0.005))).toBeCloseTo(0, 9);
  });

  it('keeps pursed lips closed at a gap that would be an open mouth at rest', () => {
    expect(opening(faceWith(0.07, 0.86), faceWith(0.01))).toBeLessThan(0.02);
    expect(opening(faceWith(0.07), faceWith(0.01))).toBeGreaterThan(0.06);
  });

  it('leaves an open mouth as wide as it is, an O too', () => {
    expect(opening(faceWith(0.4), faceWith(0.01))).toBeCloseTo(0.39, 6);
    expect(opening(faceWith(0.4, 0.85), faceWith(0.01))).toBeCloseTo(0.39, 6);
  });

  it('leaves an O round up to its corners, where its lips are close', () => {
    const [face, neutral] = [faceWith(0.4, 0.8), faceWith(0.01)];
    const besideCorner = [3 * LIPS.upperInner[1] + 1, 3 * LIPS.lowerInner[1] + 1];
    face[besideCorner[0]] += 0.15;
    face[besideCorner[1]] -= 0.15;
    const expression = face.map((value, i) => value - neutral[i]);
    const before = expression.slice();
    sealLips(expression, face, neutral, TOUCHING_GAP);
    for (const i of besideCorner) expect(expression[i]).toBeCloseTo(before[i], 6);
  });

  it('closes from an open reference', () => {
    expect(opening(faceWith(0.01), faceWith(0.3))).toBeCloseTo(-0.29, 6);
  });

  it('opens without a jump', () => {
    const neutral = faceWith(0.01);
    for (let gap = 0.01; gap < 0.3; gap += 0.002) {
      const step = opening(faceWith(gap + 0.002, 0.9), neutral) - opening(faceWith(gap, 0.9), neutral);
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThan(0.008);
    }
  });
});
