const WINDOW_MS = 1000;
/** Fewer than two frames in the window measure nothing; before this long after the first, neither. */
const MIN_SPAN_MS = 250;

/** Frames presented per second, over the last second. Times are ms on any steady clock. */
export class FrameRateMeter {
  readonly #seen: { timeMs: number; presentedFrames: number }[] = [];
  #everSeen = false;

  /** `presentedFrames` is the browser's running count: it counts the frames between two callbacks too. */
  addFrame(timeMs: number, presentedFrames: number): void {
    const last = this.#seen.at(-1);
    if (last && presentedFrames < last.presentedFrames) this.#seen.length = 0;
    this.#everSeen = true;
    this.#seen.push({ timeMs, presentedFrames });
    this.#forgetBefore(timeMs - WINDOW_MS);
  }

  /** Null before the first frame, 0 when no frame has come in the last second. */
  fps(nowMs: number): number | null {
    if (!this.#everSeen) return null;
    this.#forgetBefore(nowMs - WINDOW_MS);
    if (this.#seen.length === 0) return 0;
    const first = this.#seen[0];
    const last = this.#seen[this.#seen.length - 1];
    const spanMs = last.timeMs - first.timeMs;
    if (spanMs < MIN_SPAN_MS) return null;
    return ((last.presentedFrames - first.presentedFrames) * 1000) / spanMs;
  }

  reset(): void {
    this.#seen.length = 0;
    this.#everSeen = false;
  }

  #forgetBefore(timeMs: number): void {
    while (this.#seen.length > 0 && this.#seen[0].timeMs < timeMs) this.#seen.shift();
  }
}
