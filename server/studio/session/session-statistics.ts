import { median } from '../../../shared/median.ts';
import type { StageTimes } from '../studio-protocol.ts';

const WINDOW_MS = 1000;

interface SentFrame {
  readonly sentMs: number;
  readonly stages: StageTimes | null;
}

export interface SessionReport {
  /** In the last second; null before the first. */
  readonly fps: number | null;
  /** Median of the last second, from a frame's last packet in to its last packet out; null without driven frames. */
  readonly serverMs: number | null;
  /** The same, stage by stage. */
  readonly stages: StageTimes | null;
  /** Since the session began. */
  readonly sentFrames: number;
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

  /** `stages` is null for frames that no camera drove. */
  frameSent(sentMs: number, stages: StageTimes | null): void {
    this.#sentFrames += 1;
    this.#sent.push({ sentMs, stages });
  }

  report(nowMs: number): SessionReport {
    this.#sent = this.#sent.filter(({ sentMs }) => nowMs - sentMs < WINDOW_MS);
    const driven = this.#sent.flatMap(({ stages }) => stages ?? []);
    const sentFrames = this.#sentFrames;
    return {
      fps: sentFrames > 0 ? this.#sent.length : null,
      serverMs: median(driven.map(({ receiveMs, performMs, sendMs }) => receiveMs + performMs + sendMs)),
      stages: mediansOf(driven),
      sentFrames,
    };
  }
}

function mediansOf(frames: readonly StageTimes[]): StageTimes | null {
  const receiveMs = median(frames.map((frame) => frame.receiveMs));
  const performMs = median(frames.map((frame) => frame.performMs));
  const sendMs = median(frames.map((frame) => frame.sendMs));
  return receiveMs === null || performMs === null || sendMs === null ? null : { receiveMs, performMs, sendMs };
}
