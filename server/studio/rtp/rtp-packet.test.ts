import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRtpPacket, isRtcpDatagram, parseRtpPacket } from './rtp-packet.ts';

const header = { payloadType: 101, marker: true, sequenceNumber: 65_535, timestamp: 0xfedcba98, ssrc: 0x89abcdef };

describe('RTP packets', () => {
  it('reads back what it builds', () => {
    fc.assert(
      fc.property(
        fc.record({
          payloadType: fc.nat(127),
          marker: fc.boolean(),
          sequenceNumber: fc.nat(0xffff),
          timestamp: fc.nat(0xffff_ffff),
          ssrc: fc.nat(0xffff_ffff),
        }),
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
        (fields, chunks) => {
          const parsed = parseRtpPacket(buildRtpPacket(fields, chunks));
          expect(parsed).toEqual({ ...fields, payload: Buffer.concat(chunks) });
        },
      ),
    );
  });

  it('skips CSRCs and a header extension, and takes padding off', () => {
    const plain = buildRtpPacket(header, [Buffer.from('payload')]);
    const csrcs = Buffer.alloc(8, 1);
    const extension = Buffer.from('bede000211223344' + '55667788', 'hex');
    const padding = Buffer.from([0, 0, 0, 4]);
    const packet = Buffer.concat([plain.subarray(0, 12), csrcs, extension, plain.subarray(12), padding]);
    packet[0] = 0x80 | 0x20 | 0x10 | 2;
    expect(parseRtpPacket(packet)?.payload.toString()).toBe('payload');
  });

  it('takes a packet of nothing but padding as empty', () => {
    const packet = Buffer.concat([buildRtpPacket(header, []), Buffer.from([0, 0, 0, 4])]);
    packet[0] = 0xa0;
    expect(parseRtpPacket(packet)?.payload.length).toBe(0);
  });

  it('refuses other versions, cut headers, and lengths that point outside', () => {
    const packet = buildRtpPacket(header, [Buffer.from('abc')]);
    const withFlags = (flags: number, bytes = packet): Buffer => Buffer.from([flags, ...bytes.subarray(1)]);
    expect(parseRtpPacket(packet.subarray(0, 11))).toBeNull();
    expect(parseRtpPacket(withFlags(0x40))).toBeNull();
    expect(parseRtpPacket(withFlags(0x8f))).toBeNull();
    expect(parseRtpPacket(withFlags(0x90))).toBeNull();
    const overPadded = withFlags(0xa0);
    overPadded[overPadded.length - 1] = 200;
    expect(parseRtpPacket(overPadded)).toBeNull();
    overPadded[overPadded.length - 1] = 0;
    expect(parseRtpPacket(overPadded)).toBeNull();
  });

  it('never throws on any bytes, and never gives a payload from outside of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const datagram = Buffer.from(bytes);
        const packet = parseRtpPacket(datagram);
        if (packet) expect(packet.payload.length).toBeLessThanOrEqual(datagram.length - 12);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells RTCP from RTP on a shared port', () => {
    expect(isRtcpDatagram(Buffer.from([0x80, 200, 0, 6]))).toBe(true);
    expect(isRtcpDatagram(Buffer.from([0x81, 206, 0, 2]))).toBe(true);
    expect(isRtcpDatagram(buildRtpPacket({ ...header, payloadType: 127 }, []))).toBe(false);
    expect(isRtcpDatagram(Buffer.from([0x80, 200]))).toBe(false);
  });
});
