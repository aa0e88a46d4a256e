import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssembledFrame } from './frame-assembler.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { H264Payloader } from './h264-payload.ts';
import { createDepacketizer } from './payload-format.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { parseRtpPacket } from './rtp-packet.ts';
import { RtpPacketizer } from './rtp-packetizer.ts';
import { Vp8Payloader } from './vp8-payload.ts';

const STREAM = { codec: 'VP8', payloadType: 96, ssrc: 1 } as const;
const TICKS_PER_FRAME = 3000;

/** A VP8 stream of frames that each take `packetsPerFrame` packets; number 0 and those in `keyframes` are keyframes. */
function vp8Stream({ frames = 10, packetsPerFrame = 3, keyframes = [0], firstSequence = 100, firstTimestamp = 5000 }) {
  const packetizer = new RtpPacketizer(STREAM, new Vp8Payloader(0));
  const packets: RtpPacket[] = [];
  for (let index = 0; index < frames; index += 1) {
    const frame = Buffer.alloc(1150 * packetsPerFrame, index);
    frame[0] = keyframes.includes(index) ? 0x10 : 0x11;
    if (keyframes.includes(index)) frame.set([0x9d, 0x01, 0x2a], 3);
    const timestamp = (firstTimestamp + index * TICKS_PER_FRAME) >>> 0;
    packets.push(...packetizer.packetize(frame, timestamp).map((datagram) => parseRtpPacket(datagram)!));
  }
  return packets.map((packet, index) => ({ ...packet, sequenceNumber: (firstSequence + index) & 0xffff }));
}

const frameNumbers = (frames: AssembledFrame[], firstTimestamp = 5000): number[] =>
  frames.map(({ timestamp }) => ((timestamp - firstTimestamp) >>> 0) / TICKS_PER_FRAME);

function assembler(options = {}): FrameAssembler {
  return new FrameAssembler(createDepacketizer('VP8'), options);
}

function pushAll(to: FrameAssembler, packets: RtpPacket[], nowMs = 0): AssembledFrame[] {
  return packets.flatMap((packet) => to.push(packet, nowMs));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('frame assembler', () => {
  it('gives each frame with its last packet, bytes and timestamp as sent', () => {
    const packets = vp8Stream({ frames: 2 });
    const subject = assembler();
    expect(subject.needsKeyframe).toBe(true);
    const counts = packets.map((packet) => subject.push(packet, 0).length);
    expect(counts).toEqual([0, 0, 1, 0, 0, 1]);
    expect(subject.needsKeyframe).toBe(false);
  });

  it('puts reordered packets in order, and passes over duplicates', () => {
    const order = fc.shuffledSubarray(range(0, 29), { minLength: 29 });
    fc.assert(
      fc.property(order, fc.array(fc.nat(28)), (indices, repeated) => {
        const [first, ...rest] = vp8Stream({ frames: 10 });
        const subject = assembler();
        const frames = subject.push(first!, 0);
        for (const index of [...indices, ...repeated]) frames.push(...subject.push(rest[index]!, 0));
        expect(frameNumbers(frames)).toEqual(range(0, 10));
        expect(frames.every(({ data }) => data.length === 3450)).toBe(true);
      }),
    );
  });

  it('goes on across the wrap of sequence numbers and of timestamps', () => {
    const firstTimestamp = 2 ** 32 - 4 * TICKS_PER_FRAME;
    const frames = pushAll(assembler(), vp8Stream({ firstSequence: 65_530, firstTimestamp }));
    expect(frameNumbers(frames, firstTimestamp)).toEqual(range(0, 10));
  });

  it('waits for a late packet, then gives all that waited for it', () => {
    const packets = vp8Stream({});
    const [late] = packets.splice(4, 1);
    const subject = assembler({ maxWaitMs: 100 });
    expect(frameNumbers(pushAll(subject, packets, 0))).toEqual([0]);
    expect(subject.flush(90)).toEqual([]);
    expect(frameNumbers(subject.push(late!, 95))).toEqual(range(1, 10));
    expect(subject.needsKeyframe).toBe(false);
  });

  it('gives a lost packet up after a while, from a timer too, and drops to the next keyframe', () => {
    const packets = vp8Stream({ keyframes: [0, 6] });
    packets.splice(4, 1);
    const subject = assembler({ maxWaitMs: 100 });
    expect(frameNumbers(pushAll(subject, packets.slice(0, 14), 0))).toEqual([0]);
    expect(subject.needsKeyframe).toBe(false);
    expect(subject.flush(101)).toEqual([]);
    expect(subject.needsKeyframe).toBe(true);
    expect(frameNumbers(pushAll(subject, packets.slice(14), 101))).toEqual(range(6, 10));
    expect(subject.needsKeyframe).toBe(false);
  });

  it('never gives a frame whose predecessors since the keyframe are not all there', () => {
    const lost = fc.uniqueArray(fc.nat(89), { maxLength: 30 });
    fc.assert(
      fc.property(lost, fc.shuffledSubarray(range(0, 90), { minLength: 90 }), fc.boolean(), (gone, order, reorder) => {
        const keyframes = [0, 7, 15, 22];
        const packets = vp8Stream({ frames: 30, keyframes });
        const subject = assembler({ maxWaitMs: 10 });
        const frames: AssembledFrame[] = [];
        // Reordering stays within a few packets, as on a network.
        const indices = reorder
          ? range(0, 90).sort((a, b) => a + (order[a]! % 5) - (b + (order[b]! % 5)))
          : range(0, 90);
        indices.forEach((index, step) => {
          if (!gone.includes(index)) frames.push(...subject.push(packets[index]!, step));
          frames.push(...subject.flush(step));
        });
        frames.push(...subject.flush(1000));

        const numbers = frameNumbers(frames);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        for (const number of numbers) {
          const keyframe = keyframes.findLast((key) => key <= number)!;
          expect(numbers).toEqual(expect.arrayContaining(range(keyframe, number)));
          expect(gone.some((index) => Math.floor(index / 3) === number)).toBe(false);
        }
      }),
    );
  });

  it('begins in the middle of a stream with the first whole keyframe', () => {
    const packets = vp8Stream({ keyframes: [0, 4] });
    expect(frameNumbers(pushAll(assembler(), packets.slice(1)))).toEqual(range(4, 10));
  });

  it('skips padding between and inside frames', () => {
    const padded = vp8Stream({ frames: 3, packetsPerFrame: 2 }).flatMap((packet) => [
      packet,
      { ...packet, marker: false, payload: Buffer.alloc(0) },
    ]);
    const packets = padded.map((packet, index) => ({ ...packet, sequenceNumber: index }));
    expect(frameNumbers(pushAll(assembler(), packets))).toEqual([0, 1, 2]);
  });

  it('ends a frame where the timestamp changes, without a marker', () => {
    const packets = vp8Stream({ frames: 3 }).map((packet) => ({ ...packet, marker: false }));
    expect(frameNumbers(pushAll(assembler(), packets))).toEqual([0, 1]);
  });

  it('follows a restarted stream after two packets in a row', () => {
    const subject = assembler();
    pushAll(subject, vp8Stream({ frames: 3, firstSequence: 60_000 }));
    // One packet is left out by the probation, so the first keyframe is lost and the second one counts.
    const restarted = vp8Stream({ keyframes: [0, 2], firstSequence: 20_000 });
    expect(frameNumbers(pushAll(subject, restarted))).toEqual(range(2, 10));
  });

  it('is not moved by one stray sequence number', () => {
    const subject = assembler();
    const packets = vp8Stream({});
    const stray = { ...packets[5]!, sequenceNumber: 40_000 };
    expect(frameNumbers(pushAll(subject, [...packets.slice(0, 5), stray, ...packets.slice(5)]))).toEqual(range(0, 10));
  });

  it('is told by the decoder to drop to the next keyframe', () => {
    const packets = vp8Stream({ keyframes: [0, 5] });
    const subject = assembler();
    pushAll(subject, packets.slice(0, 6));
    subject.dropToKeyframe();
    expect(subject.needsKeyframe).toBe(true);
    expect(frameNumbers(pushAll(subject, packets.slice(6)))).toEqual(range(5, 10));
  });

  it('bounds what it keeps, of waiting packets and of a frame without an end', () => {
    const subject = assembler({ maxReorderPackets: 16, maxFramePackets: 32 });
    const packets = vp8Stream({ frames: 100, keyframes: [0, 60] });
    packets.splice(4, 1);
    const frames: AssembledFrame[] = [];
    for (const packet of packets) {
      frames.push(...subject.push(packet, 0));
      expect(subject.toJSON().waitingPackets).toBeLessThanOrEqual(16);
    }
    expect(frameNumbers(frames)).toEqual([0, ...range(60, 100)]);

    const endless = vp8Stream({ frames: 1, packetsPerFrame: 100 });
    expect(pushAll(assembler({ maxFramePackets: 32 }), endless)).toEqual([]);
  });

  it('takes any packets without throwing', () => {
    const packet = fc.record({
      payloadType: fc.constant(96),
      marker: fc.boolean(),
      sequenceNumber: fc.oneof(fc.nat(40), fc.nat(0xffff)),
      timestamp: fc.oneof(fc.nat(3), fc.nat(0xffff_ffff)),
      ssrc: fc.constant(1),
      payload: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    });
    for (const codec of ['VP8', 'H264'] as const) {
      fc.assert(
        fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
          const subject = new FrameAssembler(createDepacketizer(codec), { maxReorderPackets: 8 });
          packets.forEach((each, index) => {
            subject.push(each, index * 7);
            subject.flush(index * 7 + 3);
          });
          expect(subject.toJSON().waitingPackets).toBeLessThanOrEqual(8);
        }),
        { numRuns: 500 },
      );
    }
  });

  it('never joins the rest of an H264 frame whose first packet is lost', () => {
    const packetizer = new RtpPacketizer({ ...STREAM, codec: 'H264' }, new H264Payloader());
    const startCode = Buffer.from([0, 0, 0, 1]);
    // Two slices to a frame, each in a packet of its own: the second looks like a frame by itself.
    const frame = (header: number): Buffer =>
      Buffer.concat([startCode, Buffer.alloc(600, header), startCode, Buffer.alloc(900, header)]);
    const parameterSet = Buffer.concat([startCode, Buffer.alloc(20, 0x67)]);
    const packets = range(0, 6).flatMap((index) =>
      packetizer
        .packetize(
          index === 0 ? Buffer.concat([parameterSet, frame(0x65)]) : frame(0x65),
          5000 + index * TICKS_PER_FRAME,
        )
        .map((datagram) => parseRtpPacket(datagram)!),
    );
    // The first of frame 2: three packets of frame 0 and two of frame 1 come before it.
    packets.splice(5, 1);
    const subject = new FrameAssembler(createDepacketizer('H264'), { maxWaitMs: 10 });
    const frames = [...pushAll(subject, packets, 0), ...subject.flush(11)];
    expect(frameNumbers(frames)).toEqual([0, 1, 3, 4, 5]);
  });
});
