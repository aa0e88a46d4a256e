import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { RIGID_POINTS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';

/**
 * A face that comes nearer to the camera changes shape on the picture: nose and mouth, which are nearer still, grow
 * more than the temples. That is no expression. To first order the landmarks (in the head's own frame) move by
 * k · z · (x, y), with k = −(s − 1) / d for a head that has become s times larger, d being its distance at first, in
 * canonical units.
 */

/** The nearest that a head can have been at first: some 35 cm. Farther away everything is less. */
const LEAST_DISTANCE = 6;

/** k · z · (x, y) for k = 1, less what of it a head's pose takes up. `LANDMARK_COUNT × 3`. */
const GROWTH = growth();
const RIGID_GROWTH = RIGID_POINTS.reduce((sum, point) => sum + squaredLength(GROWTH, point), 0);

/**
 * Takes what leaning in or back does to a face out of `expression`, the displacements (`LANDMARK_COUNT × 3`, canonical
 * units) of a head that has become `scale` times larger. How much that is, is read from the points that ride on the
 * skull, within what the change of size can cause: a head that keeps its size keeps its expression as it is.
 */
export function straightenLeaning(expression: Float64Array, scale: number): void {
  const most = -(scale - 1) / LEAST_DISTANCE;
  if (most === 0) return;
  const amount = Math.min(Math.max(0, most), Math.max(Math.min(0, most), perspectiveOf(expression)));
  for (let i = 0; i < expression.length; i++) expression[i] -= amount * GROWTH[i];
}

/** k, fitted to the rigid points of `expression` by least squares. */
function perspectiveOf(expression: Float64Array): number {
  let sum = 0;
  for (const point of RIGID_POINTS) {
    for (let i = 3 * point; i < 3 * point + 2; i++) sum += expression[i] * GROWTH[i];
  }
  return sum / RIGID_GROWTH;
}

function growth(): Float64Array {
  const out = new Float64Array(3 * LANDMARK_COUNT);
  for (let i = 0; i < out.length; i += 3) {
    for (let axis = 0; axis < 2; axis++) out[i + axis] = CANONICAL_FACE[i + axis] * CANONICAL_FACE[i + 2];
  }
  // Translation and scale of the rigid points are pose; their mean is the origin of the canonical face.
  const mean = [0, 0];
  let [grown, size] = [0, 0];
  for (const point of RIGID_POINTS) {
    for (let axis = 0; axis < 2; axis++) {
      const [own, moved] = [CANONICAL_FACE[3 * point + axis], out[3 * point + axis]];
      mean[axis] += moved / RIGID_POINTS.length;
      grown += own * moved;
      size += own * own;
    }
    size += CANONICAL_FACE[3 * point + 2] ** 2;
  }
  for (let i = 0; i < out.length; i += 3) {
    for (let axis = 0; axis < 2; axis++) out[i + axis] -= mean[axis] + (grown / size) * CANONICAL_FACE[i + axis];
    out[i + 2] = -(grown / size) * CANONICAL_FACE[i + 2];
  }
  return out;
}

function squaredLength(values: Float64Array, point: number): number {
  return values[3 * point] ** 2 + values[3 * point + 1] ** 2;
}
