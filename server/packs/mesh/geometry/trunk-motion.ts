import type { Similarity } from '../../../motion/procrustes.ts';
import { rollBetween } from '../../../motion/rotation.ts';
import { NECK_BASE, SKULL_JOINT } from './head-shape.ts';
import { softLimit } from './motion-limits.ts';

/**
 * The neck takes up this share of the head's shift, up to so many canonical units: who moves farther leans, and takes
 * the shoulders along.
 */
const NECK_SHARE = 0.7;
const MOST_OF_NECK = 0.4;
/** What the shoulders take up of the head's growth (its logarithm) and roll. */
const GROWTH_SHARE = 0.5;
const ROLL_SHARE = 0.15;

/** How the chest follows the head, damped: a similarity in the picture about the base of the neck. */
export class TrunkMotion {
  readonly #anchorX: number;
  readonly #anchorY: number;
  readonly #own: Similarity;
  #shiftX = 0;
  #shiftY = 0;
  #cosine = 1;
  #sine = 0;

  constructor(own: Similarity) {
    this.#own = own;
    this.#anchorX = xOf(own, NECK_BASE);
    this.#anchorY = yOf(own, NECK_BASE);
  }

  set(pose: Similarity): void {
    const own = this.#own;
    const shiftX = xOf(pose, SKULL_JOINT) - xOf(own, SKULL_JOINT);
    const shiftY = yOf(pose, SKULL_JOINT) - yOf(own, SKULL_JOINT);
    const shift = Math.hypot(shiftX, shiftY) / own.scale;
    const share = shift > 0 ? 1 - softLimit(NECK_SHARE * shift, MOST_OF_NECK) / shift : 0;
    this.#shiftX = share * shiftX;
    this.#shiftY = share * shiftY;
    const growth = Math.exp(GROWTH_SHARE * Math.log(pose.scale / own.scale));
    const roll = ROLL_SHARE * rollBetween(own.rotation, pose.rotation);
    this.#cosine = Math.cos(roll) * growth;
    this.#sine = Math.sin(roll) * growth;
  }

  /** Displacement of what is at (x, y) in the still. */
  shiftX(x: number, y: number): number {
    return this.#shiftX + (this.#cosine - 1) * (x - this.#anchorX) - this.#sine * (y - this.#anchorY);
  }

  shiftY(x: number, y: number): number {
    return this.#shiftY + this.#sine * (x - this.#anchorX) + (this.#cosine - 1) * (y - this.#anchorY);
  }
}

function xOf({ rotation: r, scale, translation: t }: Similarity, [x, y, z]: readonly number[]): number {
  return scale * (r[0] * x + r[1] * y + r[2] * z) + t[0];
}

function yOf({ rotation: r, scale, translation: t }: Similarity, [x, y, z]: readonly number[]): number {
  return scale * (r[3] * x + r[4] * y + r[5] * z) + t[1];
}
