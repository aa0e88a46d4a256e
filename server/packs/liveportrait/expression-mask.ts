import type { MotionRegion } from './live-portrait-options.ts';

/** Keypoints around the eyes and the lips, as the official program has them. */
export const EYE_KEYPOINTS = [11, 13, 15, 16, 18];
export const LIP_KEYPOINTS = [6, 12, 14, 17, 19, 20];

/** Of an absolute expression these keypoints are taken whole, … */
const ABSOLUTE_KEYPOINTS = [1, 2, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
/** … and of these others some coordinates: keypoint and axis. The rest is the shape of the face, not its expression. */
const ABSOLUTE_COORDINATES = [
  [3, 1],
  [4, 1],
  [5, 2],
  [8, 2],
  [9, 1],
  [9, 2],
];

/**
 * Which coordinates of the expression (`K × 3`) are the driver's: 1, else 0. Keypoints beyond those that the regions
 * know take part in `all` and `expression` with relative motion alone.
 * @param held keypoints whose expression stays the portrait's
 */
export function expressionMask(
  keypointCount: number,
  region: MotionRegion,
  mode: 'relative' | 'absolute',
  held: readonly number[],
): Uint8Array {
  const mask = new Uint8Array(3 * keypointCount);
  const take = (keypoints: readonly number[], value: 0 | 1) => {
    for (const keypoint of keypoints) mask.fill(value, 3 * keypoint, 3 * keypoint + 3);
  };
  if (region === 'eyes') take(EYE_KEYPOINTS, 1);
  else if (region === 'lips') take(LIP_KEYPOINTS, 1);
  else if (region !== 'pose') {
    if (mode === 'relative') mask.fill(1);
    else {
      take(ABSOLUTE_KEYPOINTS, 1);
      for (const [keypoint, axis] of ABSOLUTE_COORDINATES) mask[3 * keypoint + axis] = 1;
    }
  }
  take(held, 0);
  return mask;
}
