import type { CodedFrame, Depacketizer, Payloader } from './payload-format.ts';

/** RTP payload format for H.264 in packetization mode 1, RFC 6184: single NAL units, STAP-A and FU-A. */

const NAL_TYPE_MASK = 0x1f;
const NAL_REFERENCE_MASK = 0x60;
const FORBIDDEN_BIT = 0x80;
const IDR_SLICE = 5;
const SEI = 6;
const SEQUENCE_PARAMETERS = 7;
const PICTURE_PARAMETERS = 8;
const ACCESS_UNIT_DELIMITER = 9;
const LAST_SINGLE_NAL_TYPE = 23;
const STAP_A = 24;
const FU_A = 28;
const FU_START = 0x80;
const FU_END = 0x40;
const FU_HEADER_BYTES = 2;
const LENGTH_BYTES = 2;

const START_CODE = Buffer.from([0, 0, 0, 1]);

export class H264Depacketizer implements Depacketizer {
  /** Parameter sets and delimiters come only before the slices of an access unit (H.264 section 7.4.1.2.3). */
  beginsFrame(payload: Buffer): boolean {
    if (payload.length < 2) return false;
    const type = payload[0]! & NAL_TYPE_MASK;
    const firstType = type === STAP_A ? (payload[1 + LENGTH_BYTES] ?? 0) & NAL_TYPE_MASK : type;
    return firstType === SEQUENCE_PARAMETERS || firstType === ACCESS_UNIT_DELIMITER;
  }

  depacketize(payloads: readonly Buffer[]): CodedFrame | null {
    const chunks: Buffer[] = [];
    let keyframe = false;
    let fragmentedType: number | null = null;
    for (const payload of payloads) {
      if (payload.length < 2 || payload[0]! & FORBIDDEN_BIT) return null;
      const type = payload[0]! & NAL_TYPE_MASK;
      if (fragmentedType !== null && type !== FU_A) return null;

      if (type >= 1 && type <= LAST_SINGLE_NAL_TYPE) {
        chunks.push(START_CODE, payload);
        if (type === IDR_SLICE) keyframe = true;
      } else if (type === STAP_A) {
        const nals = splitAggregate(payload);
        if (!nals) return null;
        for (const nal of nals) {
          chunks.push(START_CODE, nal);
          if ((nal[0]! & NAL_TYPE_MASK) === IDR_SLICE) keyframe = true;
        }
      } else if (type === FU_A) {
        if (payload.length <= FU_HEADER_BYTES) return null;
        const fuHeader = payload[1]!;
        const nalType = fuHeader & NAL_TYPE_MASK;
        if (fuHeader & FU_START) {
          if (fragmentedType !== null) return null;
          fragmentedType = nalType;
          chunks.push(START_CODE, Buffer.from([(payload[0]! & NAL_REFERENCE_MASK) | nalType]));
          if (nalType === IDR_SLICE) keyframe = true;
        } else if (fragmentedType !== nalType) {
          return null;
        }
        chunks.push(payload.subarray(FU_HEADER_BYTES));
        if (fuHeader & FU_END) fragmentedType = null;
      } else {
        return null;
      }
    }
    if (fragmentedType !== null || chunks.length === 0) return null;
    return { data: Buffer.concat(chunks), keyframe };
  }
}

/** The NAL units inside a STAP-A payload (RFC 6184 section 5.7.1); null where the lengths do not add up. */
function splitAggregate(payload: Buffer): Buffer[] | null {
  const nals: Buffer[] = [];
  let offset = 1;
  while (offset < payload.length) {
    if (offset + LENGTH_BYTES > payload.length) return null;
    const length = payload.readUInt16BE(offset);
    offset += LENGTH_BYTES;
    if (length === 0 || offset + length > payload.length) return null;
    nals.push(payload.subarray(offset, offset + length));
    offset += length;
  }
  return nals;
}

/** Splits an Annex B byte stream at its start codes (three or four bytes); the codes are left out. */
export function splitAnnexB(stream: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let nalStart = -1;
  let i = 0;
  while (i + 2 < stream.length) {
    if (stream[i + 2]! > 1) i += 3;
    else if (stream[i] === 0 && stream[i + 1] === 0 && stream[i + 2] === 1) {
      if (nalStart >= 0) pushNal(stream, nalStart, i, nals);
      nalStart = i + 3;
      i += 3;
    } else i += 1;
  }
  if (nalStart >= 0) pushNal(stream, nalStart, stream.length, nals);
  return nals;
}

/** Zero bytes before a start code are not part of the NAL unit (H.264 annex B.1). */
function pushNal(stream: Uint8Array, start: number, end: number, nals: Uint8Array[]): void {
  let last = end;
  while (last > start && stream[last - 1] === 0) last -= 1;
  if (last > start) nals.push(stream.subarray(start, last));
}

/** Parameter sets and SEI share one packet, slices travel alone, what does not fit is fragmented. */
export class H264Payloader implements Payloader {
  payloads(frame: Uint8Array, maxPayloadBytes: number): Uint8Array[][] {
    const payloads: Uint8Array[][] = [];
    let aggregate: Uint8Array[] = [];
    const closeAggregate = (): void => {
      if (aggregate.length === 1) payloads.push([aggregate[0]!]);
      else if (aggregate.length > 1) payloads.push(aggregatePayload(aggregate));
      aggregate = [];
    };
    for (const nal of splitAnnexB(frame)) {
      if (isAggregated(nal) && aggregateBytes(aggregate) + LENGTH_BYTES + nal.length <= maxPayloadBytes) {
        aggregate.push(nal);
        continue;
      }
      closeAggregate();
      if (nal.length <= maxPayloadBytes) payloads.push([nal]);
      else payloads.push(...fragmentPayloads(nal, maxPayloadBytes));
    }
    closeAggregate();
    return payloads;
  }
}

function isAggregated(nal: Uint8Array): boolean {
  const type = nal[0]! & NAL_TYPE_MASK;
  return type === SEI || type === SEQUENCE_PARAMETERS || type === PICTURE_PARAMETERS || type === ACCESS_UNIT_DELIMITER;
}

function aggregateBytes(nals: readonly Uint8Array[]): number {
  return nals.reduce((bytes, nal) => bytes + LENGTH_BYTES + nal.length, 1);
}

function aggregatePayload(nals: readonly Uint8Array[]): Uint8Array[] {
  const reference = nals.reduce((highest, nal) => Math.max(highest, nal[0]! & NAL_REFERENCE_MASK), 0);
  const chunks: Uint8Array[] = [Uint8Array.of(reference | STAP_A)];
  for (const nal of nals) chunks.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
  return chunks;
}

function fragmentPayloads(nal: Uint8Array, maxPayloadBytes: number): Uint8Array[][] {
  const body = nal.subarray(1);
  const count = Math.ceil(body.length / (maxPayloadBytes - FU_HEADER_BYTES));
  const bytesEach = Math.ceil(body.length / count);
  const payloads: Uint8Array[][] = [];
  for (let offset = 0; offset < body.length; offset += bytesEach) {
    const edge = (offset === 0 ? FU_START : 0) | (offset + bytesEach >= body.length ? FU_END : 0);
    const header = Uint8Array.of((nal[0]! & NAL_REFERENCE_MASK) | FU_A, edge | (nal[0]! & NAL_TYPE_MASK));
    payloads.push([header, body.subarray(offset, offset + bytesEach)]);
  }
  return payloads;
}
