/**
 * Places for uploads whose bytes are on their way. One address gets at most half of them: slow lines, or feigned ones,
 * keep nobody else out.
 */
export class UploadSlots {
  readonly #total: number;
  readonly #perAddress: number;
  readonly #taken = new Map<string, number>();
  #takenTotal = 0;

  constructor(total: number) {
    this.#total = total;
    this.#perAddress = Math.ceil(total / 2);
  }

  /** Takes a place if there is one; it is to be released once. */
  take(address: string): boolean {
    const own = this.#taken.get(address) ?? 0;
    if (this.#takenTotal >= this.#total || own >= this.#perAddress) return false;
    this.#taken.set(address, own + 1);
    this.#takenTotal++;
    return true;
  }

  release(address: string): void {
    const left = (this.#taken.get(address) ?? 0) - 1;
    if (left > 0) this.#taken.set(address, left);
    else this.#taken.delete(address);
    this.#takenTotal--;
  }
}
