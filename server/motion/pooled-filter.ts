import type { OneEuroTuning } from './one-euro-filter.ts';
import { smoothingGain } from './one-euro-filter.ts';

export interface PooledTuning extends OneEuroTuning {
  /** Speed of a part (root mean square of its values, unit/s) that is jitter and does not raise the cutoff. */
  readonly restSpeed: number;
}

/** Cutoff of the speed estimates, Hz. */
const SPEED_CUTOFF_HZ = 4;

/**
 * A One-Euro filter (see `OneEuroFilter`) for many values that move in parts: all values of a part share the part's
 * mean speed, and so one cutoff. The jitter of single values cancels out in it; so at rest the filter can be calmer
 * and in motion quicker than one that looks at each by itself, and a part moves as one.
 */
export class PooledFilter {
  readonly #partOf: Uint8Array;
  readonly #counts: Float64Array;
  readonly #gains: Float64Array;
  readonly #raw: Float64Array;
  readonly #value: Float64Array;
  readonly #speed: Float64Array;
  #timeMs = Number.NaN;

  /** @param partOf for each value the index of its part */
  constructor(partOf: Uint8Array) {
    this.#partOf = partOf;
    const parts = Math.max(...partOf) + 1;
    this.#counts = new Float64Array(parts);
    for (const part of partOf) this.#counts[part]++;
    this.#gains = new Float64Array(parts);
    this.#raw = new Float64Array(partOf.length);
    this.#value = new Float64Array(partOf.length);
    this.#speed = new Float64Array(partOf.length);
  }

  /** The next values pass through unfiltered. */
  reset(): void {
    this.#timeMs = Number.NaN;
  }

  /** Filters `values` in place. Time that stands still or goes back leaves the filter where it is. */
  filter(values: Float64Array, timeMs: number, tuning: PooledTuning): void {
    const seconds = (timeMs - this.#timeMs) / 1000;
    if (Number.isNaN(this.#timeMs) || tuning.minCutoffHz === Number.POSITIVE_INFINITY) {
      this.#timeMs = timeMs;
      this.#value.set(values);
      this.#raw.set(values);
      this.#speed.fill(0);
      return;
    }
    if (seconds > 0) {
      this.#timeMs = timeMs;
      this.#advance(values, seconds, tuning);
    }
    values.set(this.#value);
  }

  #advance(values: Float64Array, seconds: number, { minCutoffHz, beta, restSpeed }: PooledTuning): void {
    const speedGain = smoothingGain(SPEED_CUTOFF_HZ, seconds);
    const gains = this.#gains.fill(0);
    for (let i = 0; i < values.length; i++) {
      const speed = (values[i] - this.#raw[i]) / seconds;
      this.#raw[i] = values[i];
      this.#speed[i] += speedGain * (speed - this.#speed[i]);
      gains[this.#partOf[i]] += this.#speed[i] * this.#speed[i];
    }
    for (let part = 0; part < gains.length; part++) {
      const speed = Math.sqrt(gains[part] / Math.max(1, this.#counts[part]));
      gains[part] = smoothingGain(minCutoffHz + beta * Math.max(0, speed - restSpeed), seconds);
    }
    for (let i = 0; i < values.length; i++) {
      this.#value[i] += gains[this.#partOf[i]] * (values[i] - this.#value[i]);
    }
  }
}
