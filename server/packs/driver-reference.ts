import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { poseDistance } from '../motion/pose-likeness.ts';
import type { DrivingFrame } from './motion-model.ts';

/** A better frame than the first is looked for so long. */
const SEARCH_MS = 4000;
/** A new frame must be this much nearer than the best so far, so that the reference does not creep. */
const IMPROVEMENT = 0.85;
/** How fast another reference takes effect, so that no jump is seen: time constant. */
const BLEND_MS = 150;

/** Numbers that a network tells of a face in a frame, in lists of fixed lengths. Numbers between two faces mean a face. */
export type Measures = readonly Float32Array[];

/**
 * The driver's face that relative motion is measured from. Until the driver says which frame is neutral, it is the
 * frame of the first seconds whose pose is nearest to the portrait's: there the two faces mean the same by the same
 * place.
 */
export class DriverReference {
  /** In use; glides when another frame is chosen. Null before the first frame. */
  current: Measures | null = null;
  readonly #portrait: FaceLandmarks;
  readonly #target: Measures;
  readonly #blended: Measures;
  #startMs = Number.NaN;
  #lastMs = Number.NaN;
  #bestDistance = Number.POSITIVE_INFINITY;
  #isGiven = false;

  /** @param lengths of the lists that a face is measured by */
  constructor(portrait: FaceLandmarks, lengths: readonly number[]) {
    this.#portrait = portrait;
    this.#target = lengths.map((length) => new Float32Array(length));
    this.#blended = lengths.map((length) => new Float32Array(length));
  }

  /** Takes a frame and what was measured in it into account. */
  update({ landmarks, timeMs, reference }: DrivingFrame, measures: Measures): void {
    if (reference === 'other') this.#forget();
    if (reference === 'this' || this.#isNearest(landmarks, timeMs)) copy(measures, this.#target);
    if (reference === 'this') this.#isGiven = true;
    this.#glide(timeMs);
  }

  #forget(): void {
    this.current = null;
    this.#startMs = Number.NaN;
    this.#bestDistance = Number.POSITIVE_INFINITY;
    this.#isGiven = false;
  }

  #isNearest(landmarks: FaceLandmarks, timeMs: number): boolean {
    if (this.#isGiven) return false;
    if (Number.isNaN(this.#startMs)) this.#startMs = timeMs;
    const isFirst = this.current === null;
    if (!isFirst && timeMs - this.#startMs > SEARCH_MS) return false;
    const distance = poseDistance(this.#portrait, landmarks);
    if (!isFirst && !(distance < this.#bestDistance * IMPROVEMENT)) return false;
    this.#bestDistance = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    return true;
  }

  #glide(timeMs: number): void {
    if (this.current) {
      const share = 1 - Math.exp(-Math.max(0, timeMs - this.#lastMs) / BLEND_MS);
      for (const [i, values] of this.#blended.entries()) moveTowards(values, this.#target[i], share);
    } else {
      copy(this.#target, this.#blended);
      this.current = this.#blended;
    }
    this.#lastMs = timeMs;
  }
}

function copy(from: Measures, to: Measures): void {
  for (const [i, values] of to.entries()) values.set(from[i]);
}

function moveTowards(values: Float32Array, target: Float32Array, share: number): void {
  for (let i = 0; i < values.length; i++) values[i] += share * (target[i] - values[i]);
}
