import { hullArea } from '../../motion/hull-area.ts';
import type { Keypoints } from './keypoints.ts';

/** Faces differ in size, but not so much: beyond this the keypoints of one of the pictures are wrong. */
const LARGEST_SCALE = 4;
/** A Jacobian that flattens everything has no inverse. */
const SMALLEST_DETERMINANT = 1e-6;

/**
 * How far the portrait's keypoints move where the driver's move by 1: the ratio of the sizes of the faces, which are
 * the square roots of the areas that their keypoints enclose.
 */
export function movementScale(source: Keypoints, reference: Keypoints): number {
  const scale = Math.sqrt(hullArea(source.value) / hullArea(reference.value));
  return Number.isFinite(scale) ? Math.min(Math.max(scale, 1 / LARGEST_SCALE), LARGEST_SCALE) : 1;
}

/**
 * Moves the portrait's keypoints (`source`) as the driver's have moved since the reference frame, into `out`:
 * `value = source + scale · (driving − reference)`, `jacobian = driving · reference⁻¹ · source` (Siarohin and others,
 * "First Order Motion Model for Image Animation", section 3.3).
 */
export function transferMotion(
  source: Keypoints,
  driving: Keypoints,
  reference: Keypoints,
  scale: number,
  out: Keypoints,
): void {
  for (let i = 0; i < out.value.length; i++) {
    out.value[i] = source.value[i] + scale * (driving.value[i] - reference.value[i]);
  }
  for (let i = 0; i < out.jacobian.length; i += 4) {
    transferJacobian(source.jacobian, driving.jacobian, reference.jacobian, i, out.jacobian);
  }
}

/** One matrix at offset `i`. Where the reference's cannot be inverted, the portrait's stays as it is. */
function transferJacobian(
  source: Float32Array,
  driving: Float32Array,
  reference: Float32Array,
  i: number,
  out: Float32Array,
): void {
  const [a, b, c, d] = [reference[i], reference[i + 1], reference[i + 2], reference[i + 3]];
  const determinant = a * d - b * c;
  if (!(Math.abs(determinant) > SMALLEST_DETERMINANT)) {
    for (let k = i; k < i + 4; k++) out[k] = source[k];
    return;
  }
  for (let row = i; row < i + 4; row += 2) {
    const left = (driving[row] * d - driving[row + 1] * c) / determinant;
    const right = (driving[row + 1] * a - driving[row] * b) / determinant;
    out[row] = left * source[i] + right * source[i + 2];
    out[row + 1] = left * source[i + 1] + right * source[i + 3];
  }
}
