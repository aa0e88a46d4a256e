import { createWorker } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** @typedef {import('mediasoup').types.Worker} Worker */

const listenInfo = /** @type {const} */ ({ protocol: 'udp', ip: '127.0.0.1' });
const codec = /** @type {const} */ ({
  kind: 'video',
  mimeType: 'video/VP8',
  clockRate: 90_000,
  preferredPayloadType: 96,
});
const PACKETS = 20;

/** A packet of RTP (RFC 3550, section 5.1) with a VP8 payload that begins a keyframe. @param {number} sequenceNumber */
function rtpPacket(sequenceNumber) {
  const packet = Buffer.alloc(12 + 200, sequenceNumber);
  packet.set([0x80, 96]);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(sequenceNumber * 3000, 4);
  packet.writeUInt32BE(1234, 8);
  packet.set([0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a], 12);
  return packet;
}

describe("the bootstrap's mediasoup worker", () => {
  /** @type {Worker[]} */
  let workers;
  beforeAll(async () => {
    const options = { workerBin: process.env.EFFIGY_MEDIASOUP_WORKER, logLevel: /** @type {const} */ ('error') };
    workers = await Promise.all([createWorker(options), createWorker(options)]);
  });
  afterAll(() => {
    for (const worker of workers) worker.close();
  });

  it('carries media between two of them encrypted, byte for byte', async () => {
    const [near, far] = await Promise.all(workers.map((worker) => worker.createRouter({ mediaCodecs: [codec] })));
    const options = { listenInfo, enableSrtp: true };
    const [out, back] = await Promise.all([near.createPipeTransport(options), far.createPipeTransport(options)]);
    for (const [from, to] of [
      [out, back],
      [back, out],
    ]) {
      const { localAddress: ip, localPort: port } = to.tuple;
      await from.connect({ ip, port, srtpParameters: to.srtpParameters });
    }

    const source = await (await near.createDirectTransport()).produce({
      kind: 'video',
      rtpParameters: {
        codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: 96 }],
        encodings: [{ ssrc: 1234 }],
      },
    });
    const outgoing = await out.consume({ producerId: source.id });
    const incoming = await back.produce({ id: source.id, kind: 'video', rtpParameters: outgoing.rtpParameters });
    const sink = await (await far.createDirectTransport()).consume({
      producerId: incoming.id,
      rtpCapabilities: far.rtpCapabilities,
    });

    /** @type {Buffer[]} */
    const payloads = [];
    const complete = new Promise((resolve) => {
      sink.on('rtp', (packet) => {
        payloads.push(packet.subarray(packet.length - 200));
        if (payloads.length === PACKETS) resolve(undefined);
      });
    });
    for (let i = 1; i <= PACKETS; i++) {
      source.send(rtpPacket(i));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await complete;
    expect(payloads).toEqual(Array.from({ length: PACKETS }, (_, i) => rtpPacket(i + 1).subarray(12)));
  });
});
