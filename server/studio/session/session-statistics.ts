import { median } from '../../../shared/median.ts';

const WINDOW_MS = 1000;

interface SentFrame {
  readonly sentMs: number;
  readonly serverMs: number | null;
}

/** Frames that did not make it to the output, by the stage that dropped them. */
export interface DroppedFrames {
  /** Incomplete, or referring to a frame that was lost. */
  assemble: number;
  /** Refused by the decoder. */
  decode: number;
  /** Beyond the highest frame rate. */
  rate: number;
  /** Replaced by a later one while the performer was busy. */
  latest: number;
  /** Failed in the encoder, or came too late to be sent in order. */
  encode: number;
}

/** What one session did in the last second, and how much since it began. */
export class SessionStatistics {
  #sent: SentFrame[] = [];
  #sentFrames = 0;

  /** `serverMs`: from the frame's last packet in to its last packet out; null for frames that no camera drove. */
  frameSent(sentMs: number, serverMs: number | null): void {
    this.#sentFrames += 1;
    this.#sent.push({ sentMs, serverMs });
  }

  /**
   * Frames sent in the last second, and the median of their times; null where there is nothing to tell. And frames
   * sent since the session began.
   */
  report(nowMs: number): { fps: number | null; serverMs: number | null; sentFrames: number } {
    this.#sent = this.#sent.filter(({ sentMs }) => nowMs - sentMs < WINDOW_MS);
    const times = this.#sent.flatMap(({ serverMs }) => (serverMs === null ? [] : [serverMs]));
    const sentFrames = this.#sentFrames;
    return { fps: sentFrames > 0 ? this.#sent.length : null, serverMs: median(times), sentFrames };
  }
}
