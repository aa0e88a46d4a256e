/** Decides how long to wait before a process that died is started again. */
export interface RestartPolicy {
  /** @param uptimeMs how long the last one lived. */
  nextDelayMs(uptimeMs: number): number;
}

/** A process that lived this long was healthy: its death is the first again. */
const HEALTHY_UPTIME_MS = 30_000;

/** At once the first time, then doubling, so that a studio that cannot live does not burn the machine. */
export class DoublingRestarts implements RestartPolicy {
  readonly #minMs: number;
  readonly #maxMs: number;
  #deaths = 0;

  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  nextDelayMs(uptimeMs: number): number {
    this.#deaths = uptimeMs >= HEALTHY_UPTIME_MS ? 1 : this.#deaths + 1;
    return Math.min(this.#maxMs, this.#minMs * 2 ** (this.#deaths - 1));
  }
}
