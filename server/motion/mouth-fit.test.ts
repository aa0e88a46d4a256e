import { describe, expect, it } from 'vitest';
import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { applyMouthFit, fitMouth } from './mouth-fit.ts';

const driver = Float64Array.from(CANONICAL_FACE);
const CORNER = 3 * LIPS.upperInner[0];
const LOWER_LIP = 3 * LIPS.lowerInner[5] + 1;
const FOREHEAD = 151;

/** The canonical face with another mouth and chin. */
function faceWith(mouthWidth: number, lowerFace = 1): Float64Array {
  const shape = driver.slice();
  for (const points of Object.values(LIPS)) {
    for (const point of new Set(points)) shape[3 * point] = CANONICAL_FACE[3 * point] * mouthWidth;
  }
  const base = shape[3 * 2 + 1];
  shape[3 * 152 + 1] = base + (shape[3 * 152 + 1] - base) * lowerFace;
  return shape;
}

describe('fitMouth', () => {
  it('changes nothing between faces that are alike', () => {
    expect(fitMouth(driver, driver)).toEqual({ across: 1, down: 1 });
  });

  it('widens less what is smaller, opens by the height of the lower face', () => {
    const fit = fitMouth(driver, faceWith(0.8, 0.9));
    expect(fit.across).toBeCloseTo(0.8, 2);
    expect(fit.down).toBeCloseTo(0.9, 2);
  });

  it('stays within what mouths differ by', () => {
    expect(fitMouth(faceWith(0.3), driver).across).toBeLessThanOrEqual(1.3);
    expect(fitMouth(driver, faceWith(0.1, 0.1)).down).toBeGreaterThanOrEqual(0.75);
  });
});

describe('applyMouthFit', () => {
  it('acts on the mouth and not on the forehead', () => {
    const expression = new Float64Array(CANONICAL_FACE.length).fill(0.1);
    applyMouthFit(expression, { across: 0.8, down: 1.2 });
    expect(expression[CORNER]).toBeCloseTo(0.08, 5);
    expect(expression[LOWER_LIP]).toBeCloseTo(0.12, 5);
    expect(expression[3 * FOREHEAD]).toBeCloseTo(0.1, 5);
    expect(expression[3 * FOREHEAD + 1]).toBeCloseTo(0.1, 5);
  });
});
