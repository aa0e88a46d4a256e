import type { VideoCodecName } from '../studio-protocol.ts';
import { H264Depacketizer, H264Payloader } from './h264-payload.ts';
import { Vp8Depacketizer, Vp8Payloader } from './vp8-payload.ts';

/** One coded picture as its codec's decoder takes it (VP8: a frame; H264: an access unit, Annex B). */
export interface CodedFrame {
  readonly data: Buffer;
  readonly keyframe: boolean;
}

/** A codec's way out of RTP payloads. Stateless: it sees all payloads of one frame at once. */
export interface Depacketizer {
  /** Whether this payload is known to open a frame, whatever came before it. */
  beginsFrame(payload: Buffer): boolean;
  /** Joins the payloads of one whole frame, in order; null where they do not make one. */
  depacketize(payloads: readonly Buffer[]): CodedFrame | null;
}

/** A codec's way into RTP payloads. */
export interface Payloader {
  /**
   * Splits one coded frame. Each payload is a list of chunks to be laid one after the other, together at most
   * `maxPayloadBytes`; chunks are views into `frame` or owned by the caller. An empty frame gives no payload.
   */
  payloads(frame: Uint8Array, maxPayloadBytes: number): Uint8Array[][];
}

export function createDepacketizer(codec: VideoCodecName): Depacketizer {
  return codec === 'VP8' ? new Vp8Depacketizer() : new H264Depacketizer();
}

export function createPayloader(codec: VideoCodecName): Payloader {
  return codec === 'VP8' ? new Vp8Payloader() : new H264Payloader();
}
