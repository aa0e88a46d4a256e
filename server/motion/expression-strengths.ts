import type { SessionSettings } from '../../shared/settings.ts';
import { BROWS, EYES, LIPS, SILHOUETTE, SKIN_TRIANGLES } from '../face/face-topology.ts';
import { partitionOfMesh } from './mesh-partition.ts';

/** Silhouette points from one temple over the chin to the other go with the mouth, the others with the brows. */
const JAW = SILHOUETTE.slice(10, 27);
const BROW_OUTLINE = SILHOUETTE.filter((point) => !JAW.includes(point));
const CHEEKS = [50, 280, 205, 425, 187, 411, 36, 266, 206, 426, 92, 322];
const NOSE_WINGS = [2, 97, 326, 98, 327, 64, 294, 48, 278, 1, 4];
const FOREHEAD = [151, 9, 107, 336];

const [MOUTH, BROW] = partitionOfMesh([
  [...LIPS.upperOuter, ...LIPS.lowerOuter, ...LIPS.upperInner, ...LIPS.lowerInner, ...JAW, ...CHEEKS, ...NOSE_WINGS],
  [...BROWS.flatMap(({ upper, lower }) => [...upper, ...lower]), ...BROW_OUTLINE, ...FOREHEAD],
  EYES.flatMap(({ upperLid, lowerLid, upperCrease, lowerCrease }) => [
    ...upperLid,
    ...lowerLid,
    ...upperCrease,
    ...lowerCrease,
  ]),
]);

/** How much each landmark belongs to mouth, jaw and cheeks. */
export const MOUTH_WEIGHTS: Float32Array = MOUTH;

/**
 * Multiplies the displacements in `expression` (`LANDMARK_COUNT × 3`), in place, by the strengths of the parts of the
 * face that they belong to. Between the parts the strengths blend; where all are equal, that is exactly the factor.
 */
export function scaleExpression(
  expression: Float32Array,
  { mouthStrength, browStrength, eyeStrength }: SessionSettings,
): void {
  for (let point = 0; point < MOUTH.length; point++) {
    const strength = strengthAt(point, mouthStrength, browStrength, eyeStrength);
    expression[3 * point] *= strength;
    expression[3 * point + 1] *= strength;
    expression[3 * point + 2] *= strength;
  }
}

/**
 * The same for what the light on each patch of the skin does (`SKIN_PATCH_COUNT`), but never more than it is: folds that
 * are made deeper look like dirt.
 */
export function scaleShading(
  change: Float32Array,
  { mouthStrength, browStrength, eyeStrength }: SessionSettings,
): void {
  const [mouth, brow, eye] = [mouthStrength, browStrength, eyeStrength].map((strength) => Math.min(1, strength));
  if (mouth === 1 && brow === 1 && eye === 1) return;
  for (let patch = 0; patch < change.length; patch++) {
    let strength = 0;
    for (let k = 0; k < 3; k++) strength += strengthAt(SKIN_TRIANGLES[3 * patch + k], mouth, brow, eye) / 3;
    change[patch] *= strength;
  }
}

function strengthAt(point: number, mouth: number, brow: number, eye: number): number {
  return eye + MOUTH[point] * (mouth - eye) + BROW[point] * (brow - eye);
}
