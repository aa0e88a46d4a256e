import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { BROWS, EYES, LIPS, meshNeighbours, SKIN_TRIANGLES } from '../face/face-topology.ts';
import { scaleExpression } from './expression-strengths.ts';

const CHIN = 152;
const FOREHEAD = 151;
const MOUTH_POINTS = [...LIPS.upperOuter, ...LIPS.lowerInner, CHIN];
const BROW_POINTS = [...BROWS[0].upper, ...BROWS[1].lower, FOREHEAD];
const EYE_POINTS = [...EYES[0].upperLid, ...EYES[1].lowerLid, EYES[0].irisCenter];

/** What becomes of a displacement of 1 at each landmark. */
function factors(strengths: Partial<typeof DEFAULT_SETTINGS>): number[] {
  const expression = new Float32Array(3 * LANDMARK_COUNT).fill(1);
  scaleExpression(expression, { ...DEFAULT_SETTINGS, ...strengths });
  return Array.from({ length: LANDMARK_COUNT }, (_, point) => expression[3 * point + 1]);
}

describe('scaleExpression', () => {
  it('leaves an expression exactly as it is at full strengths', () => {
    for (const factor of factors({})) expect(factor).toBe(1);
  });

  it('acts on each part of the face separately', () => {
    const parts = { mouthStrength: MOUTH_POINTS, browStrength: BROW_POINTS, eyeStrength: EYE_POINTS } as const;
    for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
      const scaled = factors({ [name]: 0 });
      for (const [other, points] of Object.entries(parts)) {
        for (const point of points) expect(scaled[point]).toBeCloseTo(other === name ? 0 : 1, 5);
      }
    }
  });

  it('blends between the parts without a tear', () => {
    for (const name of ['mouthStrength', 'browStrength', 'eyeStrength']) {
      const scaled = factors({ [name]: 0 });
      for (const factor of scaled) {
        expect(factor).toBeGreaterThanOrEqual(-1e-6);
        expect(factor).toBeLessThanOrEqual(1 + 1e-6);
      }
      const means = meshNeighbours(SKIN_TRIANGLES).map(
        (around, point) => around.reduce((sum, other) => sum + scaled[other], 0) / around.length - scaled[point],
      );
      for (const difference of means) expect(Math.abs(difference)).toBeLessThan(0.75);
      expect(scaled.filter((factor) => factor > 0.1 && factor < 0.9).length).toBeGreaterThan(30);
    }
  });
});
