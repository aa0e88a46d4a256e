import type { Similarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';

/**
 * The head behind the face, in canonical units (see `canonical-face.ts`). Measured on the mean head of the ICT-FaceKit
 * rig by `models/canonical/measure_head.py`.
 */

/** The skull as an ellipsoid about x = 0; 4 % root mean square off the rig's. */
export const SKULL = { centre: [0, -0.07, 1.09], axes: [1.27, 1.62, 1.63] } as const;
/** Of an ear that stands free: where its rim is in depth, and the end of its lobe in depth and height. */
export const EAR = { rimDepth: 1.2, lobeDepth: 0.85, rimHeight: 0.5, lobeHeight: 0.95 } as const;
/** The neck below the jaw: a cylinder whose axis is so deep, and its radius. */
export const NECK = { depth: 1.25, radius: 0.92 } as const;
/** Where the skull sits on the neck, and the neck on the trunk. */
export const SKULL_JOINT = [0, 1, 1.2] as const;
const DEEPEST_HAIR = 0.25;
const THIN_HAIR = 0.15;
const THICK_HAIR = 0.4;
export const NECK_BASE = [0, 2.7, 1.4] as const;
/** Height of the chin, and of the jaw's corners at their distance from the middle. */
export const CHIN_HEIGHT = 1.89;
export const JAW_CORNER = { aside: 0.97, height: 1.2 } as const;

/** Height of the jaw's edge, `aside` of the middle. */
export function jawHeight(aside: number): number {
  const toCorner = Math.min(1, Math.abs(aside) / JAW_CORNER.aside);
  return CHIN_HEIGHT + (JAW_CORNER.height - CHIN_HEIGHT) * toCorner * toCorner;
}

/**
 * Hair has more of its mass behind the skull's middle than before it: where it stands out from the face by
 * `thickness` (canonical units), the middle of head and hair lies deeper, by so much.
 */
export function hairBehind(thickness: number): number {
  return DEEPEST_HAIR * smoothstep(THIN_HAIR, THICK_HAIR, thickness);
}

/**
 * Depth, in the pixels of a picture, at which the outline of skull and hair seen under `pose` lies at (x, y): the outline
 * of an ellipsoid lies in a plane through its centre. `behind`: see `hairBehind`.
 */
export function outlineDepth(pose: Similarity, behind: number): (x: number, y: number) => number {
  const { rotation: r, scale, translation: t } = pose;
  const { axes } = SKULL;
  const centre = [SKULL.centre[0], SKULL.centre[1], SKULL.centre[2] + behind];
  // The plane's normal is A⁻² d for a line of sight d and the ellipsoid's axes A, all in the head's frame.
  const normal = axes.map((axis, k) => r[6 + k] / axis ** 2);
  const turned = (row: number, v: readonly number[]) =>
    r[3 * row] * v[0] + r[3 * row + 1] * v[1] + r[3 * row + 2] * v[2];
  const [nx, ny, nz] = [turned(0, normal), turned(1, normal), turned(2, normal)];
  const [cx, cy, cz] = [0, 1, 2].map((row) => scale * turned(row, centre) + t[row]);
  return (x, y) => cz - (nx * (x - cx) + ny * (y - cy)) / nz;
}

/**
 * The turn of the skull, as if it were a sphere, that brings the outline which is seen along `from` to that seen along
 * `to` (rotations of poses): an axis (unit vector) and an angle in the ellipsoid's own measure.
 */
export class OutlineTurn {
  readonly #axis = new Float64Array(3);
  readonly #centre: readonly number[];
  #angleRad = 0;

  /** `behind`: see `hairBehind`. */
  constructor(behind: number) {
    this.#centre = [SKULL.centre[0], SKULL.centre[1], SKULL.centre[2] + behind];
  }

  set(from: Float64Array, to: Float64Array): void {
    const { axes } = SKULL;
    const a = this.#axis;
    let [fx, fy, fz] = [from[6] / axes[0], from[7] / axes[1], from[8] / axes[2]];
    let [tx, ty, tz] = [to[6] / axes[0], to[7] / axes[1], to[8] / axes[2]];
    const f = Math.hypot(fx, fy, fz);
    const t = Math.hypot(tx, ty, tz);
    [fx, fy, fz] = [fx / f, fy / f, fz / f];
    [tx, ty, tz] = [tx / t, ty / t, tz / t];
    a[0] = fy * tz - fz * ty;
    a[1] = fz * tx - fx * tz;
    a[2] = fx * ty - fy * tx;
    const sine = Math.hypot(a[0], a[1], a[2]);
    this.#angleRad = Math.atan2(sine, fx * tx + fy * ty + fz * tz);
    if (sine > 1e-12) for (let k = 0; k < 3; k++) a[k] /= sine;
    else this.#angleRad = 0;
  }

  /** Moves point `i` (an index of its x) of `points` over the skull by the fraction `share` of the turn, into `out`. */
  slide(points: Float64Array, i: number, share: number, out: Float64Array): void {
    const { axes } = SKULL;
    const centre = this.#centre;
    const [ax, ay, az] = this.#axis;
    const x = (points[i] - centre[0]) / axes[0];
    const y = (points[i + 1] - centre[1]) / axes[1];
    const z = (points[i + 2] - centre[2]) / axes[2];
    const angle = this.#angleRad * share;
    const sine = Math.sin(angle);
    const cosine = Math.cos(angle);
    const along = (ax * x + ay * y + az * z) * (1 - cosine);
    out[0] = centre[0] + axes[0] * (x * cosine + (ay * z - az * y) * sine + ax * along);
    out[1] = centre[1] + axes[1] * (y * cosine + (az * x - ax * z) * sine + ay * along);
    out[2] = centre[2] + axes[2] * (z * cosine + (ax * y - ay * x) * sine + az * along);
  }
}
