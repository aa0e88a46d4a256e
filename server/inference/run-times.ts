/** How much of a new measurement is believed: a slow run among many is an accident, ten of them are not. */
const NEW_SHARE = 0.1;

/**
 * How long one graph runs with each of the batch sizes that it was warmed up with, learnt from every run, and what that
 * says about the best batch.
 */
export class RunTimes {
  readonly #msBySize: Map<number, number>;

  /** @param measured `[batch size, milliseconds]`, from the warm-up; 1 must be among the sizes */
  constructor(measured: Iterable<readonly [number, number]>) {
    this.#msBySize = new Map([...measured].sort(([a], [b]) => a - b));
    if (!this.#msBySize.has(1)) throw new RangeError('a graph must be measured with a batch of 1');
  }

  /** Batch sizes that may be run, smallest first. */
  get sizes(): readonly number[] {
    return [...this.#msBySize.keys()];
  }

  get largest(): number {
    return Math.max(...this.#msBySize.keys());
  }

  /** Expected milliseconds of a run. @throws RangeError for a size that was not warmed up */
  ms(size: number): number {
    const ms = this.#msBySize.get(size);
    if (ms === undefined) throw new RangeError(`no run of ${size} was measured`);
    return ms;
  }

  /** Of a run that has just ended. */
  learn(size: number, ms: number): void {
    this.#msBySize.set(size, this.ms(size) * (1 - NEW_SHARE) + ms * NEW_SHARE);
  }

  /**
   * The batch size with the least time per call when `waiting` calls wait; places that stay empty are paid for. Of
   * sizes that are as good within a twentieth, the smallest: it ends sooner.
   */
  bestSize(waiting: number): number {
    const costs = this.sizes.map((size) => ({ size, ms: this.ms(size) / Math.min(size, waiting) }));
    const least = Math.min(...costs.map(({ ms }) => ms));
    return (costs.find(({ ms }) => ms <= least * 1.05) ?? costs[0]).size;
  }

  /** Milliseconds of the device that are saved by running `waiting + 1` calls at once instead of one of them later. */
  savedByOneMore(waiting: number): number {
    return this.#msOf(waiting) + this.ms(1) - this.#msOf(waiting + 1);
  }

  /** Time for so many calls, one best batch after the other. */
  #msOf(count: number): number {
    let ms = 0;
    for (let left = count; left > 0; ) {
      const size = this.bestSize(left);
      ms += this.ms(size);
      left -= size;
    }
    return ms;
  }
}
