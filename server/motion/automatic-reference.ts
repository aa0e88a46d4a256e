import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { ACCEPTABLE_NEUTRALITY } from './neutrality.ts';

/** The search goes on at least so long after the first face, and so long for want of a good one. */
const MIN_SEARCH_MS = 2000;
const MAX_SEARCH_MS = 8000;
/** Who began with a smile or a turned head is given longer; only a face that will do is taken then. */
const LATEST_MS = 60_000;
/** A new face must be this much more neutral than the best so far, so that the reference does not creep. */
const IMPROVEMENT = 0.85;

/**
 * Finds the driver's neutral face without being told: the most neutral of the first seconds. Ends when it has one that
 * will do, or at the latest after `LATEST_MS`; from then on the reference stands still.
 */
export class AutomaticReference {
  #startMs = Number.NaN;
  #best = Number.POSITIVE_INFINITY;
  #done = false;

  /** Whether `landmarks`, of the given neutrality, should be the reference from now on. */
  offer(landmarks: FaceLandmarks, neutrality: number, timeMs: number): boolean {
    if (this.#done || !landmarks.points.every(Number.isFinite)) return false;
    if (Number.isNaN(this.#startMs)) this.#startMs = timeMs;
    const elapsedMs = timeMs - this.#startMs;
    const found = elapsedMs >= MIN_SEARCH_MS && this.#best < ACCEPTABLE_NEUTRALITY;
    if (found || elapsedMs >= LATEST_MS) {
      this.#done = true;
      return false;
    }
    if (!(neutrality < this.#best * IMPROVEMENT) || !isWhollySeen(landmarks)) return false;
    if (elapsedMs >= MAX_SEARCH_MS && neutrality >= ACCEPTABLE_NEUTRALITY) return false;
    this.#best = neutrality;
    return true;
  }
}

function isWhollySeen({ visibility }: FaceLandmarks): boolean {
  return !visibility || Object.values(visibility.regions).every((seen) => seen > 0.5);
}
