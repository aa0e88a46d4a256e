/**
 * How a One-Euro filter trades jitter against lag (Casiez, Roussel and Vogel, "1€ Filter: A Simple Speed-based
 * Low-pass Filter for Noisy Input in Interactive Systems", CHI 2012).
 */
export interface OneEuroTuning {
  /** Cutoff of a value at rest, Hz: lower is calmer. `Infinity` passes everything through. */
  readonly minCutoffHz: number;
  /** Rise of the cutoff with speed, Hz per (unit/s): higher lags less when moving. */
  readonly beta: number;
}

/** Cutoff of the speed estimate, Hz; the paper's value is 1, a blink wants more. */
const SPEED_CUTOFF_HZ = 4;

/**
 * Filters vectors of `dimension` values together. The speed that opens the filter is taken over groups of
 * `groupSize` values (a point's x, y, z), so that a group is delayed as one.
 */
export class OneEuroFilter {
  readonly #groupSize: number;
  readonly #raw: Float64Array;
  readonly #value: Float64Array;
  readonly #speed: Float64Array;
  #timeMs = Number.NaN;

  constructor(dimension: number, groupSize = dimension) {
    this.#groupSize = groupSize;
    this.#raw = new Float64Array(dimension);
    this.#value = new Float64Array(dimension);
    this.#speed = new Float64Array(dimension);
  }

  /** The next value passes through unfiltered. */
  reset(): void {
    this.#timeMs = Number.NaN;
  }

  /** Filters `values` in place. Time that stands still or goes back leaves the filter where it is. */
  filter(values: Float32Array | Float64Array, timeMs: number, { minCutoffHz, beta }: OneEuroTuning): void {
    const dimension = this.#value.length;
    const first = Number.isNaN(this.#timeMs);
    const seconds = (timeMs - this.#timeMs) / 1000;
    if (!first && seconds > 0) this.#timeMs = timeMs;
    if (first || minCutoffHz === Number.POSITIVE_INFINITY) {
      this.#timeMs = timeMs;
      for (let i = 0; i < dimension; i++) this.#value[i] = this.#raw[i] = values[i];
      this.#speed.fill(0);
      return;
    }
    if (seconds > 0) this.#advance(values, seconds, minCutoffHz, beta);
    for (let i = 0; i < dimension; i++) values[i] = this.#value[i];
  }

  #advance(values: Float32Array | Float64Array, seconds: number, minCutoffHz: number, beta: number): void {
    const speedGain = smoothingGain(SPEED_CUTOFF_HZ, seconds);
    for (let start = 0; start < this.#value.length; start += this.#groupSize) {
      const end = start + this.#groupSize;
      let squaredSpeed = 0;
      for (let i = start; i < end; i++) {
        const speed = (values[i] - this.#raw[i]) / seconds;
        this.#raw[i] = values[i];
        this.#speed[i] += speedGain * (speed - this.#speed[i]);
        squaredSpeed += this.#speed[i] * this.#speed[i];
      }
      const gain = smoothingGain(minCutoffHz + beta * Math.sqrt(squaredSpeed), seconds);
      for (let i = start; i < end; i++) this.#value[i] += gain * (values[i] - this.#value[i]);
    }
  }
}

/** Weight of the newest value in a first-order low-pass. */
export function smoothingGain(cutoffHz: number, seconds: number): number {
  const r = 2 * Math.PI * cutoffHz * seconds;
  return r / (r + 1);
}
