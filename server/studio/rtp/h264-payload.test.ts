import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H264Depacketizer, H264Payloader, splitAnnexB } from './h264-payload.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
const SPS = 0x67;
const PPS = 0x68;
const SEI = 0x06;
const IDR = 0x65;
const SLICE = 0x41;

const join = (payloads: Uint8Array[][]): Buffer[] => payloads.map((chunks) => Buffer.concat(chunks));
const nal = (header: number, length: number): Buffer => Buffer.alloc(length, 0x5a).fill(header, 0, 1);
const annexB = (...nals: Buffer[]): Buffer => Buffer.concat(nals.flatMap((unit) => [START_CODE, unit]));

describe('H264 payloads', () => {
  const depacketizer = new H264Depacketizer();
  const payloads = (frame: Buffer, max = 1188): Buffer[] => join(new H264Payloader().payloads(frame, max));

  it('send a small slice as it is', () => {
    const frame = annexB(nal(SLICE, 100));
    expect(payloads(frame)).toEqual([nal(SLICE, 100)]);
    expect(depacketizer.depacketize(payloads(frame))).toEqual({ data: frame, keyframe: false });
  });

  it('aggregate parameter sets and fragment a large IDR slice', () => {
    const frame = annexB(nal(SPS, 20), nal(PPS, 6), nal(SEI, 40), nal(IDR, 5000));
    const sent = payloads(frame);
    expect(sent.map((payload) => payload[0]! & 31)).toEqual([24, 28, 28, 28, 28, 28]);
    expect(depacketizer.beginsFrame(sent[0]!)).toBe(true);
    expect(depacketizer.beginsFrame(sent[1]!)).toBe(false);
    expect(depacketizer.depacketize(sent)).toEqual({ data: frame, keyframe: true });
  });

  it('carry access units of any make-up unchanged within the size limit', () => {
    const units = fc.array(fc.tuple(fc.constantFrom(SPS, PPS, SEI, IDR, SLICE), fc.integer({ min: 2, max: 5000 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(units, fc.integer({ min: 50, max: 1400 }), (made, max) => {
        const frame = annexB(...made.map(([header, length]) => nal(header, length)));
        const sent = payloads(frame, max);
        expect(Math.max(...sent.map((payload) => payload.length))).toBeLessThanOrEqual(max);
        expect(depacketizer.depacketize(sent)).toEqual({
          data: frame,
          keyframe: made.some(([header]) => header === IDR),
        });
      }),
      { numRuns: 200 },
    );
  });

  it('know an IDR slice inside an aggregate', () => {
    const aggregate = Buffer.concat([Buffer.from([0x78, 0, 4]), nal(SPS, 4), Buffer.from([0, 5]), nal(IDR, 5)]);
    expect(depacketizer.depacketize([aggregate])).toEqual({ data: annexB(nal(SPS, 4), nal(IDR, 5)), keyframe: true });
  });

  it('refuse fragments out of place, lengths that lie, and kinds of packetization mode 2', () => {
    const fragments = payloads(annexB(nal(IDR, 5000)));
    expect(depacketizer.depacketize(fragments.slice(1))).toBeNull();
    expect(depacketizer.depacketize(fragments.slice(0, -1))).toBeNull();
    expect(depacketizer.depacketize([fragments[0]!, nal(SLICE, 10), fragments[1]!])).toBeNull();
    expect(depacketizer.depacketize([Buffer.from([0x78, 0, 200, SPS, 1])])).toBeNull();
    expect(depacketizer.depacketize([Buffer.from([0x78, 0, 0, 0, 0])])).toBeNull();
    expect(depacketizer.depacketize([Buffer.from([0x79, 0, 1, 2])])).toBeNull();
    expect(depacketizer.depacketize([Buffer.from([0xe5, 1, 2])])).toBeNull();
    expect(depacketizer.depacketize([])).toBeNull();
  });

  it('never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 }), (garbage) => {
        depacketizer.depacketize(garbage.map((payload) => Buffer.from(payload)));
        new H264Payloader().payloads(Buffer.concat(garbage), 30);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Annex B', () => {
  it('is split at short and long start codes, without trailing zeros', () => {
    const stream = Buffer.from('0000000167aa000000000168bb0000016501000200', 'hex');
    expect(splitAnnexB(stream).map((unit) => Buffer.from(unit).toString('hex'))).toEqual(['67aa', '68bb', '65010002']);
  });

  it('without a start code holds nothing', () => {
    expect(splitAnnexB(Buffer.from('00000267', 'hex'))).toEqual([]);
    expect(splitAnnexB(Buffer.alloc(0))).toEqual([]);
  });
});
