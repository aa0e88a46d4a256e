import { media } from '../config.ts';

/** State of a WebRTC transport, as mediasoup-client names it. */
export type TransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** The worst of several transports' states: a picture needs both ways. */
export function worstState(states: readonly TransportState[]): TransportState {
  for (const state of ['closed', 'failed', 'disconnected', 'new', 'connecting'] as const) {
    if (states.includes(state)) return state;
  }
  return 'connected';
}

/**
 * Heals a media path without tearing the session down: waits a moment, restarts ICE, and gives up when that does not
 * help. After `onLost` it does nothing more.
 */
export class IceRecovery {
  readonly #restartIce: () => Promise<void>;
  readonly #onLost: (everConnected: boolean) => void;
  #state: TransportState = 'new';
  #everConnected = false;
  #restarting = false;
  #done = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(restartIce: () => Promise<void>, onLost: (everConnected: boolean) => void) {
    this.#restartIce = restartIce;
    this.#onLost = onLost;
  }

  update(state: TransportState): void {
    if (this.#done || state === this.#state) return;
    this.#state = state;
    if (state === 'connected') {
      this.#everConnected = true;
      this.#restarting = false;
      clearTimeout(this.#timer);
    } else if (state === 'closed') {
      this.#giveUp();
    } else if (!this.#restarting && state === 'disconnected') {
      this.#after(media.iceGraceMs, () => void this.#restart());
    } else if (!this.#restarting && state === 'failed') {
      clearTimeout(this.#timer);
      void this.#restart();
    }
  }

  close(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }

  async #restart(): Promise<void> {
    this.#restarting = true;
    this.#after(media.iceRestartTimeoutMs, () => this.#giveUp());
    try {
      await this.#restartIce();
    } catch {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    if (this.#done) return;
    this.close();
    this.#onLost(this.#everConnected);
  }

  #after(delayMs: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delayMs);
  }
}
