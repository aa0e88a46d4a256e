import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { EYES } from '../../face/face-topology.ts';

/** Corners of the mouth, and the middles of the inner edges of both lips. */
const MOUTH = { left: 61, right: 291, upper: 13, lower: 14 };
/** Of the nine points of a lid. */
const MIDDLE = 4;
const LAST = 8;

/**
 * How far the two eyes are open, height over width, the one on the left of the picture first. The retargeting networks
 * were trained with ratios of 203 other landmarks, of which these points are the nearest.
 */
export function eyeRatios({ points }: FaceLandmarks): [number, number] {
  const [left, right] = EYES.map(({ upperLid, lowerLid }) =>
    ratio(points, upperLid[MIDDLE], lowerLid[MIDDLE], upperLid[0], upperLid[LAST]),
  );
  return [left, right];
}

/** How far the lips are apart, gap over the mouth's width. */
export function lipRatio({ points }: FaceLandmarks): number {
  return ratio(points, MOUTH.upper, MOUTH.lower, MOUTH.left, MOUTH.right);
}

function ratio(points: Float32Array, a: number, b: number, c: number, d: number): number {
  const distance = (i: number, j: number) =>
    Math.hypot(points[3 * i] - points[3 * j], points[3 * i + 1] - points[3 * j + 1]);
  return distance(a, b) / (distance(c, d) + 1e-6);
}
