import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { poseDistance } from '../../motion/pose-likeness.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { copyKeypoints, createKeypoints, type Keypoints } from './keypoints.ts';

/** A better frame than the first is looked for so long. */
const SEARCH_MS = 4000;
/** A new frame must be this much nearer than the best so far, so that the reference does not creep. */
const IMPROVEMENT = 0.85;
/** How fast another reference takes effect, so that no jump is seen: time constant. */
const BLEND_MS = 150;

/**
 * The driver's keypoints that relative motion is measured from. Until the driver says which frame is neutral, it is the
 * frame of the first seconds whose pose is nearest to the portrait's: there the two faces mean the same by the same
 * place.
 */
export class DriverReference {
  /** In use; glides when another frame is chosen. Null before the first frame. */
  current: Keypoints | null = null;
  readonly #portrait: FaceLandmarks;
  readonly #target: Keypoints;
  readonly #blended: Keypoints;
  #startMs = Number.NaN;
  #lastMs = Number.NaN;
  #bestDistance = Number.POSITIVE_INFINITY;
  #isGiven = false;

  constructor(portrait: FaceLandmarks, keypointCount: number) {
    this.#portrait = portrait;
    this.#target = createKeypoints(keypointCount);
    this.#blended = createKeypoints(keypointCount);
  }

  /** Takes a frame and its keypoints into account. */
  update({ landmarks, timeMs, reference }: DrivingFrame, keypoints: Keypoints): void {
    if (reference === 'other') this.#forget();
    if (reference === 'this' || this.#isNearest(landmarks, timeMs)) copyKeypoints(keypoints, this.#target);
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
      moveTowards(this.#blended.value, this.#target.value, share);
      moveTowards(this.#blended.jacobian, this.#target.jacobian, share);
    } else {
      copyKeypoints(this.#target, this.#blended);
      this.current = this.#blended;
    }
    this.#lastMs = timeMs;
  }
}

function moveTowards(values: Float32Array, target: Float32Array, share: number): void {
  for (let i = 0; i < values.length; i++) values[i] += share * (target[i] - values[i]);
}
