/** RTP's fixed header without CSRCs and extensions (RFC 3550 section 5.1). */
export const RTP_HEADER_BYTES = 12;

export interface RtpPacket {
  /** 7 bits. */
  readonly payloadType: number;
  /** For video: the last packet of a frame. */
  readonly marker: boolean;
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits, unsigned, in the stream's clock (video: 90 kHz). */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Without header and padding; a view into the parsed datagram. Empty for padding-only packets. */
  readonly payload: Buffer;
}

/** Whether a datagram on a port that RTP and RTCP share is RTCP (RFC 5761 section 4). */
export function isRtcpDatagram(datagram: Buffer): boolean {
  return datagram.length >= 4 && datagram[0]! >> 6 === 2 && datagram[1]! >= 192 && datagram[1]! <= 223;
}

/** Parses an RTP packet; null where the bytes are none. CSRCs and header extensions are skipped. */
export function parseRtpPacket(datagram: Buffer): RtpPacket | null {
  if (datagram.length < RTP_HEADER_BYTES) return null;
  const flags = datagram[0]!;
  if (flags >> 6 !== 2) return null;
  const hasPadding = (flags & 0x20) !== 0;
  const hasExtension = (flags & 0x10) !== 0;

  let payloadStart = RTP_HEADER_BYTES + 4 * (flags & 0x0f);
  if (hasExtension) {
    if (payloadStart + 4 > datagram.length) return null;
    payloadStart += 4 + 4 * datagram.readUInt16BE(payloadStart + 2);
  }
  let payloadEnd = datagram.length;
  if (hasPadding) {
    const paddingBytes = datagram[payloadEnd - 1]!;
    if (paddingBytes === 0) return null;
    payloadEnd -= paddingBytes;
  }
  if (payloadStart > payloadEnd) return null;

  return {
    payloadType: datagram[1]! & 0x7f,
    marker: (datagram[1]! & 0x80) !== 0,
    sequenceNumber: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(payloadStart, payloadEnd),
  };
}

/** Builds a packet without CSRCs, extensions or padding; `payloadChunks` are laid one after the other. */
export function buildRtpPacket(header: Omit<RtpPacket, 'payload'>, payloadChunks: readonly Uint8Array[]): Buffer {
  let length = RTP_HEADER_BYTES;
  for (const chunk of payloadChunks) length += chunk.length;
  const packet = Buffer.allocUnsafe(length);
  packet[0] = 0x80;
  packet[1] = (header.marker ? 0x80 : 0) | header.payloadType;
  packet.writeUInt16BE(header.sequenceNumber, 2);
  packet.writeUInt32BE(header.timestamp, 4);
  packet.writeUInt32BE(header.ssrc, 8);
  let offset = RTP_HEADER_BYTES;
  for (const chunk of payloadChunks) {
    packet.set(chunk, offset);
    offset += chunk.length;
  }
  return packet;
}
