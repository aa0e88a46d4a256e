/** One wait at a time, that can be cut short. */
export class InterruptibleWait {
  #finish: (() => void) | null = null;

  /** Resolves after `delayMs`, or as soon as `interrupt` is called. A wait under way ends at once. */
  forMs(delayMs: number): Promise<void> {
    this.interrupt();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.interrupt(), delayMs);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  interrupt(): void {
    const finish = this.#finish;
    this.#finish = null;
    finish?.();
  }
}
