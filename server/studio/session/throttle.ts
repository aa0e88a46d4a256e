/** Lets a thing happen at most every so often; what comes too early is not remembered. */
export class Throttle {
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Takes the turn, if it is time for one. */
  take(nowMs: number, intervalMs: number): boolean {
    if (nowMs - this.#lastMs < intervalMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
