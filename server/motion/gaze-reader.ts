import type { FaceReading } from './face-reading.ts';
import { smoothstep } from './smoothstep.ts';

/** Openings of an eye between which the iris model begins to be believed. */
const LIDS_FROM = 0.25;
const LIDS_FULL = 0.4;
/** Each eye's gaze is this much the mean of both: eyes turn together, and two estimates are calmer than one. */
const CONJUGACY = 0.8;
/** Belief in the better of both irises from which the gaze is followed. */
const FOLLOWED_FROM = 0.4;
/** A gaze that is no longer seen stays this long, then goes back to rest with this time constant. */
const HOLD_MS = 400;
const REST_MS = 600;
/** Time constant with which a gaze that is seen again is taken up. */
const TAKE_UP_MS = 70;
/** Trust so near to 1 is 1. */
const NEARLY = 0.98;

/**
 * Where the driver looks, relative to the reference: of the eyes whose irises are seen. Where none is (a reflection in
 * the glasses, a hand) the gaze stays as it was, then eases to rest; behind closed lids it just stays.
 */
export class GazeReader {
  /** What is given out while nothing is seen. */
  readonly #held = new Float64Array(4);
  /** How far the gaze is followed, 0..1. */
  #trust = 1;
  #lastSeenMs = Number.NaN;
  #lastMs = Number.NaN;

  reset(): void {
    this.#held.fill(0);
    this.#trust = 1;
    this.#lastSeenMs = Number.NaN;
    this.#lastMs = Number.NaN;
  }

  /**
   * Writes x₀ y₀ x₁ y₁ in eye widths into `out`.
   * @param openings of the lids, see `openingFromGap`
   * @param irises how far each iris is seen, 0..1
   */
  read(
    face: FaceReading,
    neutral: FaceReading,
    openings: ArrayLike<number>,
    irises: readonly [number, number],
    timeMs: number,
    out: Float64Array,
  ): void {
    const elapsedMs = Math.max(0, timeMs - this.#lastMs || 0);
    this.#lastMs = timeMs;
    const beliefs = [0, 1].map((e) => irises[e] * smoothstep(LIDS_FROM, LIDS_FULL, openings[e]));
    if (Math.max(...beliefs) < FOLLOWED_FROM) {
      const areLidsOpen = Math.max(openings[0], openings[1]) > LIDS_FULL;
      this.#stay(elapsedMs, areLidsOpen, timeMs);
      out.set(this.#held);
      return;
    }
    this.#lastSeenMs = timeMs;
    this.#trust += (1 - Math.exp(-elapsedMs / TAKE_UP_MS)) * (1 - this.#trust);
    if (this.#trust > NEARLY) this.#trust = 1;
    const total = beliefs[0] + beliefs[1];
    for (let axis = 0; axis < 2; axis++) {
      const own = [0, 1].map((e) => face.iris[2 * e + axis] - neutral.iris[2 * e + axis]);
      const mean = (beliefs[0] * own[0] + beliefs[1] * own[1]) / total;
      for (let e = 0; e < 2; e++) {
        const gaze = mean + (1 - CONJUGACY) * beliefs[e] * (own[e] - mean);
        const held = this.#held[2 * e + axis];
        out[2 * e + axis] = held + this.#trust * (gaze - held);
      }
    }
    if (this.#trust === 1) this.#held.set(out);
  }

  #stay(elapsedMs: number, areLidsOpen: boolean, timeMs: number): void {
    this.#trust = 0;
    if (!areLidsOpen || timeMs - this.#lastSeenMs < HOLD_MS) return;
    const kept = Math.exp(-elapsedMs / REST_MS);
    for (let i = 0; i < 4; i++) this.#held[i] *= kept;
  }
}
