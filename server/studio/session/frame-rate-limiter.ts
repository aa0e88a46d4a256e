/** Cameras jitter: a frame that comes this share of an interval early is still in time. */
const EARLY_SHARE = 0.3;

/** Thins a stream out to a highest rate, by capture times, as evenly as they allow. */
export class FrameRateLimiter {
  readonly #intervalMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(maxFps: number) {
    this.#intervalMs = 1000 / maxFps;
  }

  /** Whether the frame captured then may pass. */
  accepts(captureMs: number): boolean {
    const earlyMs = this.#intervalMs * EARLY_SHARE;
    if (captureMs < this.#dueMs - earlyMs) return false;
    this.#dueMs = Math.max(this.#dueMs + this.#intervalMs, captureMs + this.#intervalMs - earlyMs);
    return true;
  }
}
