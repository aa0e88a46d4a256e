/**
 * Tells when a stream has stopped: no frame for `stillAfterMs`. Pure: fed with times on any steady clock.
 * A hidden page presents no frames by design; `restart` when it is seen again.
 */
export class StallWatch {
  readonly #stillAfterMs: number;
  #lastFrameMs: number | null = null;

  constructor(stillAfterMs: number) {
    this.#stillAfterMs = stillAfterMs;
  }

  frame(timeMs: number): void {
    this.#lastFrameMs = timeMs;
  }

  /** Waits for a first frame again: until it has come, nothing is stalled (`isFlowing` is false). */
  reset(): void {
    this.#lastFrameMs = null;
  }

  /** Gives a stream that flowed before another full interval. */
  restart(timeMs: number): void {
    if (this.#lastFrameMs !== null) this.#lastFrameMs = timeMs;
  }

  isFlowing(nowMs: number): boolean {
    return this.#lastFrameMs !== null && nowMs - this.#lastFrameMs <= this.#stillAfterMs;
  }

  isStalled(nowMs: number): boolean {
    return this.#lastFrameMs !== null && nowMs - this.#lastFrameMs > this.#stillAfterMs;
  }
}
