import { reconnecting } from '../config.ts';

/** Decides when to try again after a lost connection. */
export interface ReconnectPolicy {
  /**
   * @param attempt from 0
   * @param elapsedMs since the connection was lost
   * @returns ms to wait before this attempt, null to give up
   */
  nextDelayMs(attempt: number, elapsedMs: number): number | null;
}

/** Exponential backoff with jitter, up to a longest delay, until a time limit. */
export class BackoffPolicy implements ReconnectPolicy {
  readonly #random: () => number;

  /** @param random uniform in 0..1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  nextDelayMs(attempt: number, elapsedMs: number): number | null {
    if (elapsedMs >= reconnecting.giveUpAfterMs) return null;
    const delayMs = Math.min(reconnecting.maxDelayMs, reconnecting.firstDelayMs * reconnecting.factor ** attempt);
    return delayMs * (1 - reconnecting.jitter * this.#random());
  }
}
