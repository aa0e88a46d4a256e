import { LANDMARK_COUNT } from '../../../face/face-landmarks.ts';
import { BROWS, EYES, LIPS, meshNeighbours, SKIN_TRIANGLES } from '../../../face/face-topology.ts';

/** Weights that are given; the others follow from their neighbours. */
const ANCHORS: readonly (readonly [weight: number, points: readonly number[]])[] = [
  // The skull under the hairline and before the ears does not take part.
  [0, [10, 109, 338, 67, 297, 103, 332, 54, 284, 21, 251, 162, 389, 127, 356, 234, 454]],
  // Along the jaw it grows quickly: an opening mouth moves the outline of the face.
  [0.3, [93, 323]],
  [0.65, [132, 361]],
  [0.85, [58, 288]],
  [1, [172, 397, 136, 365, 150, 149, 176, 148, 152, 377, 400, 378, 379, 199, 200, 18]],
  [1, [...LIPS.upperOuter, ...LIPS.lowerOuter, ...LIPS.upperInner, ...LIPS.lowerInner, 205, 425]],
  [1, BROWS.flatMap((brow) => [...brow.upper, ...brow.lower])],
  // The nose is cartilage.
  [0.65, [1, 4, 5, 195, 197, 6, 168, 2, 98, 327, 94]],
  [0.8, EYES.flatMap((eye) => [...eye.upperLid, ...eye.lowerLid])],
];

const RELAXATIONS = 60;

/**
 * How much of an expression each landmark takes up, 0..1: all of it at mouth, brows and lids, none at the upper
 * outline of the face, smooth over the mesh in between (relaxed on its graph), so that the hair does not follow a smile.
 */
export const EXPRESSION_WEIGHTS: Float32Array = relax();

function relax(): Float32Array {
  const weights = new Float32Array(LANDMARK_COUNT).fill(0.6);
  const given = new Set<number>();
  for (const [weight, points] of ANCHORS) {
    for (const point of points) {
      weights[point] = weight;
      given.add(point);
    }
  }
  const neighbours = meshNeighbours(SKIN_TRIANGLES);
  for (let round = 0; round < RELAXATIONS; round++) {
    neighbours.forEach((around, point) => {
      if (given.has(point) || around.length === 0) return;
      let sum = 0;
      for (const other of around) sum += weights[other];
      weights[point] = sum / around.length;
    });
  }
  return weights;
}
