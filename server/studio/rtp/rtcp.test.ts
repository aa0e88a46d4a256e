import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSenderReport, parseRtcp } from './rtcp.ts';

/** Written out by hand, as they are on the wire. */
const PLI = '81ce0002' + '00000001' + '0000abcd';
const FIR = '84ce0006' + '00000001' + '00000000' + '0000abcd' + '01000000' + '0000beef' + '02000000';
const RECEIVER_REPORT = '80c90001' + '00000001';
const REMB = '8fce0005' + '00000001' + '00000000' + '52454d42' + '0103d090' + '0000abcd';
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('RTCP', () => {
  it('finds PLI and FIR in compound packets, with the streams they ask for', () => {
    expect(parseRtcp(bytes(RECEIVER_REPORT + PLI))).toEqual([{ type: 'keyframeRequest', mediaSsrc: 0xabcd }]);
    expect(parseRtcp(bytes(PLI + FIR)).map((event) => 'mediaSsrc' in event && event.mediaSsrc)).toEqual([
      0xabcd, 0xabcd, 0xbeef,
    ]);
  });

  it('passes over what a studio has no use for', () => {
    expect(parseRtcp(bytes(RECEIVER_REPORT + REMB))).toEqual([]);
  });

  it('reads back its own sender report, to the fraction of a millisecond', () => {
    const report = { ssrc: 0x89abcdef, cname: 'effigy', ntpMs: 1_790_000_000_123.5, rtpTimestamp: 0xfedcba98 };
    const datagram = buildSenderReport({ ...report, packetCount: 12, payloadBytes: 3456 });
    expect(datagram.length % 4).toBe(0);
    const [event] = parseRtcp(datagram);
    expect(event).toMatchObject({ type: 'senderReport', ssrc: 0x89abcdef, rtpTimestamp: 0xfedcba98 });
    expect(event?.type === 'senderReport' && event.ntpMs).toBeCloseTo(report.ntpMs, 2);
  });

  it('writes what RFC 3550 says, byte for byte', () => {
    const report = { ssrc: 0x12345678, cname: 'abc', ntpMs: 500, rtpTimestamp: 77, packetCount: 3, payloadBytes: 9 };
    expect(buildSenderReport(report).toString('hex')).toBe(
      '80c8000612345678' + '83aa7e8080000000' + '0000004d0000000300000009' + '81ca0003123456780103616263000000',
    );
  });

  it('takes damaged packets as silence', () => {
    fc.assert(
      fc.property(fc.nat(63), fc.nat(255), fc.nat(63), (at, value, length) => {
        const damaged = bytes(RECEIVER_REPORT + PLI + FIR);
        damaged[at % damaged.length] = value;
        parseRtcp(damaged.subarray(0, length));
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (garbage) => void parseRtcp(Buffer.from(garbage))));
  });
});
