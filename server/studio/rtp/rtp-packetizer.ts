import { randomInt } from 'node:crypto';
import type { RtpStreamSpec } from '../studio-protocol.ts';
import type { Payloader } from './payload-format.ts';
import { createPayloader } from './payload-format.ts';
import { buildRtpPacket, RTP_HEADER_BYTES } from './rtp-packet.ts';
import { advanceSequence } from './sequence-numbers.ts';

/**
 * Leaves room for SRTP's tag, mediasoup's header extensions and TURN's framing within the 1,280 bytes that every
 * IPv6 path carries.
 */
export const MAX_RTP_PACKET_BYTES = 1200;

/** Coded frames of one stream in, RTP packets out. */
export class RtpPacketizer {
  readonly #stream: RtpStreamSpec;
  readonly #payloader: Payloader;
  #sequenceNumber = randomInt(0x10000);
  #packetCount = 0;
  #payloadBytes = 0;

  constructor(stream: RtpStreamSpec, payloader = createPayloader(stream.codec)) {
    this.#stream = stream;
    this.#payloader = payloader;
  }

  /** The packets of one frame, the marker on its last; none for an empty frame. */
  packetize(frame: Uint8Array, timestamp: number): Buffer[] {
    const payloads = this.#payloader.payloads(frame, MAX_RTP_PACKET_BYTES - RTP_HEADER_BYTES);
    return payloads.map((chunks, index) => {
      const header = {
        payloadType: this.#stream.payloadType,
        ssrc: this.#stream.ssrc,
        marker: index === payloads.length - 1,
        sequenceNumber: this.#sequenceNumber,
        timestamp: timestamp >>> 0,
      };
      const packet = buildRtpPacket(header, chunks);
      this.#sequenceNumber = advanceSequence(this.#sequenceNumber);
      this.#packetCount += 1;
      this.#payloadBytes += packet.length - RTP_HEADER_BYTES;
      return packet;
    });
  }

  /** What a sender report tells of this stream so far. */
  toJSON(): { packetCount: number; payloadBytes: number } {
    return { packetCount: this.#packetCount, payloadBytes: this.#payloadBytes };
  }
}
