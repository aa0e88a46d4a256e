import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { EYES, meshNeighbours, SKIN_TRIANGLES } from '../face/face-topology.ts';

const RELAXATIONS = 200;

/**
 * Divides the face among parts: for each part a weight per landmark (`LANDMARK_COUNT`, 0..1), 1 at the part's own
 * seeds, 0 at the others', smooth over the mesh in between (each free point is the mean of its neighbours). At every
 * landmark the weights of all parts sum to 1. The irises go with the lids around them.
 */
export function partitionOfMesh(seeds: readonly (readonly number[])[]): readonly Float32Array[] {
  const owner = new Int16Array(LANDMARK_COUNT).fill(-1);
  for (const [part, points] of seeds.entries()) for (const point of points) owner[point] = part;
  const neighbours = meshNeighbours(SKIN_TRIANGLES);
  const weights = seeds.map((_, part) =>
    Float64Array.from(owner, (of) => (of === part ? 1 : of < 0 ? 1 / seeds.length : 0)),
  );
  for (let round = 0; round < RELAXATIONS; round++) {
    neighbours.forEach((around, point) => {
      if (owner[point] >= 0 || around.length === 0) return;
      for (const weight of weights) {
        let sum = 0;
        for (const other of around) sum += weight[other];
        weight[point] = sum / around.length;
      }
    });
  }
  for (const { irisCenter, irisRing, upperLid, lowerLid } of EYES) {
    for (const weight of weights) {
      const mean = (weight[upperLid[4]] + weight[lowerLid[4]]) / 2;
      for (const point of [irisCenter, ...irisRing]) weight[point] = mean;
    }
  }
  return weights.map((weight) => Float32Array.from(weight));
}
