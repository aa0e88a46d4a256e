import type { SettingsPatch } from '../../shared/settings.ts';

/**
 * Sends setting changes one at a time; what changes meanwhile is merged into the next message. So a dragged slider
 * never has more than one message under way, and the last value always arrives.
 */
export class SettingsPatchQueue {
  readonly #send: (patch: SettingsPatch) => Promise<void>;
  #pending: SettingsPatch | null = null;
  #sending = false;

  /** @param send rejects where the change did not arrive; it is then given up (a new connection sends all settings) */
  constructor(send: (patch: SettingsPatch) => Promise<void>) {
    this.#send = send;
  }

  push(patch: SettingsPatch): void {
    this.#pending = { ...this.#pending, ...patch };
    if (!this.#sending) void this.#drain();
  }

  /** Whether a change has not been answered yet. */
  get isBusy(): boolean {
    return this.#sending;
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    while (this.#pending) {
      const patch = this.#pending;
      this.#pending = null;
      try {
        await this.#send(patch);
      } catch {
        // The connection is gone or the server refused; the state that the server has comes with the next session.
      }
    }
    this.#sending = false;
  }
}
