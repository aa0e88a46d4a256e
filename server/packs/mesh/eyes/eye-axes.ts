import type { EyePoints } from '../../../face/face-topology.ts';
import type { Similarity } from '../../../motion/procrustes.ts';

/**
 * Coordinates of one eye in a picture: `along` runs from the left corner (0) to the right (1), `across` down the head's
 * own vertical in canonical units, so that both turn, tilt and foreshorten as the head does.
 */
export interface EyeAxes {
  x: number;
  y: number;
  alongX: number;
  alongY: number;
  acrossX: number;
  acrossY: number;
  /** 1 / (along × across) */
  inverse: number;
}

export function createEyeAxes(): EyeAxes {
  return { x: 0, y: 0, alongX: 1, alongY: 0, acrossX: 0, acrossY: 1, inverse: 1 };
}

/** Reads the axes of `eye` from landmarks in pixels and the pose of the head. */
export function readEyeAxes(points: Float32Array, eye: EyePoints, { rotation, scale }: Similarity, out: EyeAxes): void {
  const left = 3 * eye.upperLid[0];
  const right = 3 * eye.upperLid[eye.upperLid.length - 1];
  out.x = points[left];
  out.y = points[left + 1];
  out.alongX = points[right] - points[left];
  out.alongY = points[right + 1] - points[left + 1];
  out.acrossX = rotation[1] * scale;
  out.acrossY = rotation[4] * scale;
  const area = out.alongX * out.acrossY - out.alongY * out.acrossX;
  out.inverse = 1 / (Math.abs(area) > 1e-6 ? area : 1e-6);
}

export function alongOf(axes: EyeAxes, x: number, y: number): number {
  return ((x - axes.x) * axes.acrossY - (y - axes.y) * axes.acrossX) * axes.inverse;
}

export function acrossOf(axes: EyeAxes, x: number, y: number): number {
  return ((y - axes.y) * axes.alongX - (x - axes.x) * axes.alongY) * axes.inverse;
}

export function xAt(axes: EyeAxes, along: number, across: number): number {
  return axes.x + along * axes.alongX + across * axes.acrossX;
}

export function yAt(axes: EyeAxes, along: number, across: number): number {
  return axes.y + along * axes.alongY + across * axes.acrossY;
}
