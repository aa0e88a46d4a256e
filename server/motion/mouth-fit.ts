import { MOUTH_WEIGHTS } from './expression-strengths.ts';
import { mouthWidth } from './face-measures.ts';

/** Base of the nose and tip of the chin: what lies between is as high as the jaw lets a mouth open. */
const NOSE_BASE = 2;
const CHIN = 152;
/** Mouths differ by less than this; what seems to differ more is a reference that is not at rest. */
const LEAST_RATIO = 0.75;
const MOST_RATIO = 1.3;

/** How a driver's mouth is to move a portrait's: factors for displacements across and down the face. */
export interface MouthFit {
  readonly across: number;
  readonly down: number;
}

/** From the driver's mouth to the portrait's, as both are at rest; shapes in the head's own frame, canonical units. */
export function fitMouth(driver: Float64Array, portrait: Float64Array): MouthFit {
  return {
    across: ratio(mouthWidth(portrait), mouthWidth(driver)),
    down: ratio(lowerFace(portrait), lowerFace(driver)),
  };
}

/** Applies the fit to the displacements (`LANDMARK_COUNT × 3`) of mouth, jaw and cheeks, in place. */
export function applyMouthFit(expression: Float64Array, { across, down }: MouthFit): void {
  if (across === 1 && down === 1) return;
  for (let point = 0; point < MOUTH_WEIGHTS.length; point++) {
    expression[3 * point] *= 1 + MOUTH_WEIGHTS[point] * (across - 1);
    expression[3 * point + 1] *= 1 + MOUTH_WEIGHTS[point] * (down - 1);
  }
}

function ratio(portrait: number, driver: number): number {
  return Math.min(MOST_RATIO, Math.max(LEAST_RATIO, portrait / driver));
}

function lowerFace(shape: Float64Array): number {
  return Math.max(0.1, shape[3 * CHIN + 1] - shape[3 * NOSE_BASE + 1]);
}
