import { randomInt } from 'node:crypto';
import { timestampDistance } from '../rtp/sequence-numbers.ts';

/** The clock rate of RTP video (RFC 3551): ticks per millisecond. */
export const VIDEO_TICKS_PER_MS = 90;

/** Further from where it should be than this, a timestamp is of another stream, or its sender slept. */
const MAX_JUMP_MS = 2000;
/** Share of the difference between the clocks that each frame takes back: follows drift, ignores jitter. */
const DRIFT_CORRECTION = 0.001;

export interface CaptureTime {
  /** On this process's steady clock; never runs backwards. */
  readonly captureMs: number;
  /** The timestamps do not continue those before. */
  readonly restarted: boolean;
}

interface Anchor {
  readonly timestamp: number;
  readonly captureMs: number;
  readonly arrivedMs: number;
}

/**
 * Reads a camera's wrapping 90 kHz timestamps as times on our own steady clock, and tells what timestamp the camera
 * would give to the present when it sends nothing.
 */
export class CaptureClock {
  #last: Anchor | null = null;
  readonly #origin: { readonly timestamp: number; readonly atMs: number };

  constructor(nowMs: number) {
    this.#origin = { timestamp: randomInt(2 ** 32), atMs: nowMs };
  }

  observe(timestamp: number, arrivedMs: number): CaptureTime {
    const last = this.#last;
    const expectedMs = last && last.captureMs + timestampDistance(last.timestamp, timestamp) / VIDEO_TICKS_PER_MS;
    const lagMs = expectedMs === null ? 0 : arrivedMs - expectedMs;
    const restarted = expectedMs === null || Math.abs(lagMs) > MAX_JUMP_MS;
    const captureMs = restarted ? arrivedMs : expectedMs + lagMs * DRIFT_CORRECTION;
    const steadyMs = Math.max(captureMs, last?.captureMs ?? captureMs);
    this.#last = { timestamp, captureMs: steadyMs, arrivedMs };
    return { captureMs: steadyMs, restarted };
  }

  /** The capture time of a frame that would arrive now. */
  captureMsAt(nowMs: number): number {
    return this.#last ? this.#last.captureMs + (nowMs - this.#last.arrivedMs) : nowMs;
  }

  /** The timestamp of a frame that would arrive now. */
  timestampAt(nowMs: number): number {
    const { timestamp, atMs } = this.#last
      ? { timestamp: this.#last.timestamp, atMs: this.#last.arrivedMs }
      : this.#origin;
    return (timestamp + Math.round((nowMs - atMs) * VIDEO_TICKS_PER_MS)) >>> 0;
  }
}
