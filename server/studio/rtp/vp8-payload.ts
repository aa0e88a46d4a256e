import { randomInt } from 'node:crypto';
import type { CodedFrame, Depacketizer, Payloader } from './payload-format.ts';

/** RTP payload format for VP8, RFC 7741. */

/** The VP8 payload descriptor (RFC 7741 section 4.2); absent fields are null. */
export interface Vp8Descriptor {
  /** Bytes of the descriptor itself; the VP8 data begins after them. */
  readonly lengthBytes: number;
  readonly nonReference: boolean;
  readonly startOfPartition: boolean;
  readonly partitionIndex: number;
  /** 7 or 15 bits. */
  readonly pictureId: number | null;
  readonly tl0PictureIndex: number | null;
  readonly temporalLayer: number | null;
}

const EXTENDED = 0x80;
const HAS_PICTURE_ID = 0x80;
const HAS_TL0_PICTURE_INDEX = 0x40;
const HAS_TEMPORAL_LAYER = 0x20;
const HAS_KEY_INDEX = 0x10;
const LONG_PICTURE_ID = 0x80;

/** Reads the descriptor at the start of a payload; null where the payload ends before any VP8 data. */
export function parseVp8Descriptor(payload: Buffer): Vp8Descriptor | null {
  const first = payload[0];
  if (first === undefined) return null;
  let offset = 1;
  let pictureId: number | null = null;
  let tl0PictureIndex: number | null = null;
  let temporalLayer: number | null = null;
  if (first & EXTENDED) {
    const extension = payload[offset++] ?? 0;
    if (extension & HAS_PICTURE_ID) {
      pictureId = payload[offset++] ?? 0;
      if (pictureId & LONG_PICTURE_ID) pictureId = ((pictureId & 0x7f) << 8) | (payload[offset++] ?? 0);
    }
    if (extension & HAS_TL0_PICTURE_INDEX) tl0PictureIndex = payload[offset++] ?? 0;
    if (extension & (HAS_TEMPORAL_LAYER | HAS_KEY_INDEX)) {
      const layerByte = payload[offset++] ?? 0;
      if (extension & HAS_TEMPORAL_LAYER) temporalLayer = layerByte >> 6;
    }
  }
  if (offset >= payload.length) return null;
  return {
    lengthBytes: offset,
    nonReference: (first & 0x20) !== 0,
    startOfPartition: (first & 0x10) !== 0,
    partitionIndex: first & 0x07,
    pictureId,
    tl0PictureIndex,
    temporalLayer,
  };
}

/** Frame tag, start code and size of a VP8 keyframe (RFC 6386 section 9.1). */
const KEYFRAME_HEADER_BYTES = 10;
const FRAME_TAG_BYTES = 3;

export class Vp8Depacketizer implements Depacketizer {
  beginsFrame(payload: Buffer): boolean {
    const descriptor = parseVp8Descriptor(payload);
    return descriptor?.startOfPartition === true && descriptor.partitionIndex === 0;
  }

  depacketize(payloads: readonly Buffer[]): CodedFrame | null {
    const first = payloads[0];
    if (!first || !this.beginsFrame(first)) return null;
    const parts: Buffer[] = [];
    for (const payload of payloads) {
      const descriptor = parseVp8Descriptor(payload);
      if (!descriptor) return null;
      parts.push(payload.subarray(descriptor.lengthBytes));
    }
    const data = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (data.length < FRAME_TAG_BYTES) return null;
    const keyframe = (data[0]! & 1) === 0;
    if (keyframe && !hasKeyframeHeader(data)) return null;
    return { data, keyframe };
  }
}

function hasKeyframeHeader(data: Buffer): boolean {
  return data.length >= KEYFRAME_HEADER_BYTES && data[3] === 0x9d && data[4] === 0x01 && data[5] === 0x2a;
}

const DESCRIPTOR_BYTES = 4;
const PICTURE_ID_MASK = 0x7fff;

/** Writes payloads with a 15-bit picture id, evenly sized, one partition (X=1, I=1, M=1). */
export class Vp8Payloader implements Payloader {
  #pictureId: number;

  constructor(firstPictureId = randomInt(PICTURE_ID_MASK + 1)) {
    this.#pictureId = firstPictureId & PICTURE_ID_MASK;
  }

  payloads(frame: Uint8Array, maxPayloadBytes: number): Uint8Array[][] {
    if (frame.length === 0) return [];
    const count = Math.ceil(frame.length / (maxPayloadBytes - DESCRIPTOR_BYTES));
    const bytesEach = Math.ceil(frame.length / count);
    const payloads: Uint8Array[][] = [];
    for (let offset = 0; offset < frame.length; offset += bytesEach) {
      const descriptor = new Uint8Array(DESCRIPTOR_BYTES);
      descriptor[0] = EXTENDED | (offset === 0 ? 0x10 : 0);
      descriptor[1] = HAS_PICTURE_ID;
      descriptor[2] = LONG_PICTURE_ID | (this.#pictureId >> 8);
      descriptor[3] = this.#pictureId & 0xff;
      payloads.push([descriptor, frame.subarray(offset, offset + bytesEach)]);
    }
    this.#pictureId = (this.#pictureId + 1) & PICTURE_ID_MASK;
    return payloads;
  }
}
