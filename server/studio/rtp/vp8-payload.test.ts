import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVp8Descriptor, Vp8Depacketizer, Vp8Payloader } from './vp8-payload.ts';

const join = (payloads: Uint8Array[][]): Buffer[] => payloads.map((chunks) => Buffer.concat(chunks));

/** Bytes that begin as VP8 frames do. */
function vp8Frame(length: number, keyframe: boolean): Buffer {
  const frame = Buffer.alloc(length, 0x55);
  frame[0] = keyframe ? 0x10 : 0x11;
  if (keyframe) frame.set([0x9d, 0x01, 0x2a], 3);
  return frame;
}

describe('VP8 payload descriptor', () => {
  it('reads every combination of the optional fields', () => {
    const read = (hex: string) => parseVp8Descriptor(Buffer.from(hex, 'hex'));
    expect(read('10aa')).toMatchObject({ lengthBytes: 1, startOfPartition: true, partitionIndex: 0, pictureId: null });
    expect(read('9080' + '11' + 'aa')).toMatchObject({ lengthBytes: 3, pictureId: 0x11 });
    expect(read('9080' + '9234' + 'aa')).toMatchObject({ lengthBytes: 4, pictureId: 0x1234 });
    expect(read('9040' + '07' + 'aa')).toMatchObject({ lengthBytes: 3, pictureId: null, tl0PictureIndex: 7 });
    // T without L: there is no TL0PICIDX, the layer byte comes at once.
    expect(read('9020' + 'c0' + 'aa')).toMatchObject({ lengthBytes: 3, tl0PictureIndex: null, temporalLayer: 3 });
    expect(read('9010' + '05' + 'aa')).toMatchObject({ lengthBytes: 3, temporalLayer: null });
    expect(read('b0f0' + '8001' + '09' + '40' + 'aa')).toMatchObject({
      lengthBytes: 6,
      nonReference: true,
      pictureId: 1,
      tl0PictureIndex: 9,
      temporalLayer: 1,
    });
  });

  it('is null where the payload ends before the VP8 data', () => {
    for (const hex of ['', '10', '90', '9080', '908092', '90809234', 'b0f0800109', 'b0f080010940']) {
      expect(parseVp8Descriptor(Buffer.from(hex, 'hex')), hex).toBeNull();
    }
  });
});

describe('VP8 payloads', () => {
  it('carry a frame of any length unchanged within the size limit', () => {
    const depacketizer = new Vp8Depacketizer();
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 20_000 }),
        fc.boolean(),
        fc.integer({ min: 20, max: 1400 }),
        (n, key, max) => {
          const frame = vp8Frame(n, key);
          const payloads = join(new Vp8Payloader().payloads(frame, max));
          expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(max);
          expect(payloads.map((payload) => depacketizer.beginsFrame(payload))).toEqual(payloads.map((_, i) => i === 0));
          expect(depacketizer.depacketize(payloads)).toEqual({ data: frame, keyframe: key });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('number pictures with 15 bits, round the wrap', () => {
    const payloader = new Vp8Payloader(0x7fff);
    const idOf = () => parseVp8Descriptor(join(payloader.payloads(vp8Frame(50, false), 1000))[0]!)?.pictureId;
    expect([idOf(), idOf(), idOf()]).toEqual([0x7fff, 0, 1]);
  });

  it('make no packet of an empty frame', () => {
    expect(new Vp8Payloader().payloads(new Uint8Array(0), 1000)).toEqual([]);
  });

  it('refuse a keyframe without its start code, and frames without a beginning', () => {
    const depacketizer = new Vp8Depacketizer();
    const broken = vp8Frame(100, true);
    broken[3] = 0;
    expect(depacketizer.depacketize(join(new Vp8Payloader().payloads(broken, 1000)))).toBeNull();
    const [, second] = join(new Vp8Payloader().payloads(vp8Frame(2000, false), 1000));
    expect(depacketizer.depacketize([second!])).toBeNull();
    expect(depacketizer.depacketize([])).toBeNull();
  });

  it('never throw on any bytes', () => {
    const depacketizer = new Vp8Depacketizer();
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }), (payloads) => {
        depacketizer.depacketize(payloads.map((payload) => Buffer.from(payload)));
      }),
      { numRuns: 2000 },
    );
  });
});
