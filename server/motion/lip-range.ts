import { LIPS } from '../face/face-topology.ts';

/** Gap that lips are taken to touch at before anything is known of this mouth, canonical units; also the most. */
const FIRST_TOUCHING_GAP = 0.03;
const LEAST_TOUCHING_GAP = 0.014;
/** What touching lips read more than at their closest. */
const MARGIN = 0.012;
/** How fast the closest gap is believed, and forgotten again, per frame. */
const BELIEVE = 0.15;
const FORGET = 0.0004;

/**
 * How far apart the landmarks leave the lips of one driver when they touch. Where they come close, narrow openings can
 * be believed: they are half of what a mouth does when it talks.
 */
export class LipRange {
  #closest = FIRST_TOUCHING_GAP;

  /** Takes in one face (`LANDMARK_COUNT × 3`, head's own frame, canonical units). */
  observe(shape: Float64Array): void {
    const gap = Math.max(0, gapOf(shape));
    if (gap < this.#closest) this.#closest += BELIEVE * (gap - this.#closest);
    else this.#closest += FORGET * (FIRST_TOUCHING_GAP - this.#closest);
  }

  /** At this gap and below, the lips are taken to touch. */
  get touchingGap(): number {
    return Math.min(FIRST_TOUCHING_GAP, Math.max(LEAST_TOUCHING_GAP, this.#closest + MARGIN));
  }

  reset(): void {
    this.#closest = FIRST_TOUCHING_GAP;
  }
}

/** Mean gap of the inner lips in the middle of the mouth. */
function gapOf(shape: Float64Array): number {
  let sum = 0;
  for (let k = 4; k <= 6; k++) sum += shape[3 * LIPS.lowerInner[k] + 1] - shape[3 * LIPS.upperInner[k] + 1];
  return sum / 3;
}
