/** Cameras jitter: a frame that comes this share of an interval early or late is in time. */
const TOLERANCE = 0.3;

/** Thins a stream out to a highest rate, by capture times, as evenly as they allow. */
export class FrameRateLimiter {
  readonly #intervalMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(maxFps: number) {
    this.#intervalMs = 1000 / maxFps;
  }

  /** Whether the frame captured then may pass. */
  accepts(captureMs: number): boolean {
    const toleranceMs = this.#intervalMs * TOLERANCE;
    if (captureMs < this.#dueMs - toleranceMs) return false;
    const isLate = captureMs > this.#dueMs + toleranceMs;
    this.#dueMs = (isLate ? captureMs : this.#dueMs) + this.#intervalMs;
    return true;
  }
}
