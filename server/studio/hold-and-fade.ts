import type { PerformanceState } from '../../shared/protocol.ts';

/** How the output behaves when the face goes and when it comes back. */
export interface HoldAndFadeTimings {
  /** How long the last animated frame holds once the face is lost. Long enough to turn away and back. */
  readonly holdMs: number;
  /** How long the held frame then takes to become the still portrait. */
  readonly fadeMs: number;
  /** Longest blend from what was held to what is live again, so that the face does not jump. */
  readonly returnMs: number;
}

export const HOLD_AND_FADE_TIMINGS: HoldAndFadeTimings = { holdMs: 1000, fadeMs: 1000, returnMs: 200 };

/** A pause between two outputs counts at most this much of a blend: after a long silence the blend still shows. */
const LONGEST_STEP_MS = 40;

/** What to do with the picture that was shown last, to get the one to show now. */
export interface PresentationStep {
  readonly state: PerformanceState;
  /** The picture to move towards; null leaves the shown picture as it is. */
  readonly towards: 'live' | 'still' | null;
  /** How far to move, 0..1: `shown += (towards − shown) × amount`; 1 is there. */
  readonly amount: number;
}

/**
 * Decides what the output shows while the driver's face comes and goes: live → holding (face lost) → fading (still
 * called `holding`) → `still`, and a short blend back to live. A pure state machine over time; the pixels are the
 * performer's. Blends are given as steps from the picture shown last, so that a relapse in the middle of a blend
 * goes on from what the viewer sees.
 */
export class HoldAndFade {
  readonly #timings: HoldAndFadeTimings;
  #started = false;
  /** When a live frame was last shown; null before the first one. */
  #lastLiveMs: number | null = null;
  #lastStepMs: number | null = null;
  #live = false;
  /** The blend to live ends here; null when the output is fully live. */
  #returnEndMs: number | null = null;

  constructor(timings: HoldAndFadeTimings = HOLD_AND_FADE_TIMINGS) {
    this.#timings = timings;
  }

  /** A driving frame has been animated. `timeMs` is on any steady clock, the same for every call. */
  faceSeen(timeMs: number): PresentationStep {
    const now = this.#clock(timeMs);
    const previousMs = Math.max(this.#lastStepMs ?? now, now - LONGEST_STEP_MS);
    // Where nothing has been shown yet there is nothing to blend from.
    if (!this.#live && this.#lastStepMs !== null) {
      const awayMs = this.#lastLiveMs === null ? Number.POSITIVE_INFINITY : now - this.#lastLiveMs;
      this.#beginReturn(previousMs, Math.min(this.#timings.returnMs, awayMs));
    }
    this.#live = true;
    this.#started = true;
    this.#lastLiveMs = now;
    this.#lastStepMs = now;
    const amount = this.#returnEndMs === null ? 1 : linearStep(previousMs, now, this.#returnEndMs);
    if (amount >= 1) this.#returnEndMs = null;
    return { state: 'live', towards: 'live', amount };
  }

  /** There is nothing to animate: a frame without a face, a stage that failed, or no frame at all. */
  faceLost(timeMs: number, reason: 'no-face' | 'no-frame'): PresentationStep {
    const now = this.#clock(timeMs);
    const previousMs = this.#lastStepMs ?? now;
    this.#lastStepMs = now;
    this.#live = false;
    this.#returnEndMs = null;
    if (reason === 'no-face') this.#started = true;
    if (this.#lastLiveMs === null) return { state: this.#started ? 'still' : 'waiting', towards: null, amount: 0 };

    const fadeStartMs = this.#lastLiveMs + this.#timings.holdMs;
    const fadeEndMs = fadeStartMs + this.#timings.fadeMs;
    if (now >= fadeEndMs) return { state: 'still', towards: 'still', amount: 1 };
    if (now <= fadeStartMs) return { state: 'holding', towards: null, amount: 0 };
    const amount = linearStep(Math.max(previousMs, fadeStartMs), now, fadeEndMs);
    return { state: 'holding', towards: 'still', amount };
  }

  /** The next live frame will differ from the last for another reason than the face (a setting): blend to it. */
  blendNext(): void {
    if (this.#live) this.#beginReturn(this.#lastStepMs ?? 0, this.#timings.returnMs);
  }

  #beginReturn(fromMs: number, durationMs: number): void {
    this.#returnEndMs = fromMs + durationMs;
  }

  /** Time never runs backwards here, whatever a sender's clock does. */
  #clock(timeMs: number): number {
    return Math.max(timeMs, this.#lastStepMs ?? timeMs);
  }
}

/** The share of what is left at `previousMs` that has to go by `nowMs` so that nothing is left at `endMs`. */
function linearStep(previousMs: number, nowMs: number, endMs: number): number {
  const leftMs = endMs - previousMs;
  return leftMs <= 0 ? 1 : Math.min(1, (nowMs - previousMs) / leftMs);
}
