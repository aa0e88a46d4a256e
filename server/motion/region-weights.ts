import { BROWS, EYES, LIPS, SILHOUETTE } from '../face/face-topology.ts';
import { FACE_REGIONS, type FaceRegion } from '../face/face-visibility.ts';
import { partitionOfMesh } from './mesh-partition.ts';

const [EYE_LEFT, EYE_RIGHT] = EYES.map(({ upperLid, lowerLid, upperCrease, lowerCrease }) => [
  ...upperLid,
  ...lowerLid,
  ...upperCrease,
  ...lowerCrease,
]);

/** Where each region is wholly itself. */
const SEEDS: Record<FaceRegion, readonly number[]> = {
  mouth: [...LIPS.upperOuter, ...LIPS.lowerOuter, ...LIPS.upperInner, ...LIPS.lowerInner, 164, 0, 18, 200],
  // The outline from one angle of the jaw over the chin to the other.
  jaw: [...SILHOUETTE.slice(12, 25), 199, 175, 208, 428],
  cheekLeft: [50, 205, 187, 123, 147, 36, 93, 234],
  cheekRight: [280, 425, 411, 352, 376, 266, 323, 454],
  eyeLeft: EYE_LEFT,
  eyeRight: EYE_RIGHT,
  brows: [...BROWS.flatMap(({ upper, lower }) => [...upper, ...lower]), 9, 8],
  forehead: [10, 109, 338, 67, 297, 103, 332, 54, 284, 151, 108, 337, 69, 299],
};

/** For each region, in the order of `FACE_REGIONS`, how much each landmark belongs to it; at each they sum to 1. */
export const REGION_WEIGHTS: readonly Float32Array[] = partitionOfMesh(FACE_REGIONS.map((region) => SEEDS[region]));

/** For each landmark the region, as an index in `FACE_REGIONS`, that it belongs to most. */
export const REGION_OF: Uint8Array = Uint8Array.from(REGION_WEIGHTS[0], (_, point) => {
  const shares = REGION_WEIGHTS.map((weights) => weights[point]);
  return shares.indexOf(Math.max(...shares));
});
