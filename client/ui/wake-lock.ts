/** Keeps the screen awake while somebody performs; browsers without wake locks sleep as they like. */
export class ScreenWakeLock {
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    // The browser takes the lock back whenever the page is hidden.
    document.addEventListener('visibilitychange', () => void this.#update());
  }

  set(isWanted: boolean): void {
    if (isWanted === this.#wanted) return;
    this.#wanted = isWanted;
    void this.#update();
  }

  async #update(): Promise<void> {
    try {
      if (this.#wanted && !document.hidden && !this.#lock) {
        const lock = await navigator.wakeLock?.request('screen');
        if (!lock) return;
        this.#lock = lock;
        lock.addEventListener('release', () => {
          if (this.#lock === lock) this.#lock = null;
        });
      }
      // Perhaps no longer wanted since it was asked for.
      if (!this.#wanted) await this.#lock?.release();
    } catch {
      // Refused, by a low battery for instance.
    }
  }
}
