import type { EyePoints } from '../face/face-topology.ts';
import { LIPS } from '../face/face-topology.ts';

/** The line through an eye's corners: a frame of reference that turns and grows with the eye. */
export interface EyeFrame {
  /** The corner on the left. */
  x: number;
  y: number;
  /** Unit vector to the corner on the right. */
  directionX: number;
  directionY: number;
  /** Distance between the corners. */
  width: number;
}

export function createEyeFrame(): EyeFrame {
  return { x: 0, y: 0, directionX: 1, directionY: 0, width: 1 };
}

/** Reads the frame of `eye` in `points` (xyz triples) into `out`. */
export function readEyeFrame(points: ArrayLike<number>, eye: EyePoints, out: EyeFrame): EyeFrame {
  const left = 3 * eye.upperLid[0];
  const right = 3 * eye.upperLid[eye.upperLid.length - 1];
  const dx = points[right] - points[left];
  const dy = points[right + 1] - points[left + 1];
  out.x = points[left];
  out.y = points[left + 1];
  out.width = Math.max(1e-6, Math.hypot(dx, dy));
  out.directionX = dx / out.width;
  out.directionY = dy / out.width;
  return out;
}

/** Coordinates of (x, y) along and across the eye, in eye widths. */
export function alongEye(frame: EyeFrame, x: number, y: number): number {
  return ((x - frame.x) * frame.directionX + (y - frame.y) * frame.directionY) / frame.width;
}

export function acrossEye(frame: EyeFrame, x: number, y: number): number {
  return ((y - frame.y) * frame.directionX - (x - frame.x) * frame.directionY) / frame.width;
}

const scratch = createEyeFrame();

/** Mean distance of the lids in the middle of the eye, in eye widths: some 0.35 open, 0.1 closed. */
export function lidGap(points: ArrayLike<number>, eye: EyePoints): number {
  let sum = 0;
  for (let k = 3; k <= 5; k++) {
    const upper = 3 * eye.upperLid[k];
    const lower = 3 * eye.lowerLid[k];
    sum += Math.hypot(points[upper] - points[lower], points[upper + 1] - points[lower + 1]);
  }
  return sum / 3 / readEyeFrame(points, eye, scratch).width;
}

/** Distance of the inner lips in the middle of the mouth over its width: 0 closed, 0.7 wide open. Never negative. */
export function mouthOpening(points: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 3; k <= 7; k++) {
    const upper = 3 * LIPS.upperInner[k];
    const lower = 3 * LIPS.lowerInner[k];
    sum += Math.max(0, points[lower + 1] - points[upper + 1]);
  }
  return sum / 5 / mouthWidth(points);
}

/** Distance between the inner corners of the mouth. */
export function mouthWidth(points: ArrayLike<number>): number {
  const left = 3 * LIPS.upperInner[0];
  const right = 3 * LIPS.upperInner[LIPS.upperInner.length - 1];
  return Math.max(1e-6, Math.hypot(points[right] - points[left], points[right + 1] - points[left + 1]));
}
