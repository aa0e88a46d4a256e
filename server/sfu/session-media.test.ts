import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SessionMedia } from './session-media.ts';
import type { SfuWorker } from './sfu-worker.ts';
import { BROWSER_DTLS, browserCapabilities, cameraParameters } from './testing/browser-parameters.ts';
import { startTestWorker } from './testing/test-worker.ts';
import { capabilitiesForStudio } from './video-codecs.ts';

const options = {
  output: { minBps: 150_000, startBps: 1_200_000, maxBps: 2_500_000 },
  cameraMaxBitrateBps: 1_500_000,
  iceConsentTimeoutS: 30,
};

let worker: SfuWorker;
let media: SessionMedia;
const sockets: Socket[] = [];

beforeAll(async () => {
  worker = await startTestWorker();
});
afterAll(() => worker?.close());
afterEach(() => {
  media?.close();
  for (const socket of sockets.splice(0)) socket.close();
});

async function udpSocket(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, port: (socket.address() as AddressInfo).port };
}

/** A session whose camera is linked to a studio's socket. */
async function linkedSession(codec: 'VP8' | 'H264' = 'VP8') {
  media = new SessionMedia(worker, options);
  await media.createTransport('send');
  await media.createTransport('recv');
  await media.produceCamera(cameraParameters(codec));
  const studio = await udpSocket();
  const link = await media.linkStudio(studio.port);
  return { ...studio, link, capabilities: browserCapabilities(media.routerRtpCapabilities) };
}

/** A minimal RTP packet (RFC 3550 section 5.1). */
function rtpPacket(stream: { payloadType: number; ssrc: number }, sequence: number, timestamp: number): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 0x80 | stream.payloadType;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(stream.ssrc, 8);
  return Buffer.concat([header, Buffer.from([0x10, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x02, 0x00, 0x02])]);
}

/** Another consumer of a producer, whose packets can be looked at. */
async function plainViewer(producerId: string) {
  const viewer = await udpSocket();
  const transport = await worker.router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' } });
  await transport.connect({ ip: '127.0.0.1', port: viewer.port });
  const rtpCapabilities = capabilitiesForStudio(worker.router.rtpCapabilities);
  const consumer = await transport.consume({ producerId, rtpCapabilities });
  return { socket: viewer.socket, consumer, payloadType: consumer.rtpParameters.codecs[0].payloadType };
}

/** PLI (RFC 4585 section 6.3.1) or FIR (RFC 5104 section 4.3.1) anywhere in a compound RTCP packet. */
function hasKeyframeRequest(packet: Buffer): boolean {
  for (let at = 0; at + 4 <= packet.length; at += (packet.readUInt16BE(at + 2) + 1) * 4) {
    if (packet[at + 1] === 206 && [1, 4].includes(packet[at] & 31)) return true;
  }
  return false;
}

describe('the transports of a page', () => {
  test('are offered over UDP and TCP on the worker’s one port', async () => {
    media = new SessionMedia(worker, options);
    const { iceCandidates } = await media.createTransport('send');
    const candidates = iceCandidates as { protocol: string; port: number; ip: string }[];
    expect(new Set(candidates.map(({ protocol }) => protocol))).toEqual(new Set(['udp', 'tcp']));
    expect(new Set(candidates.map(({ port }) => port)).size).toBe(1);
    const second = await media.createTransport('recv');
    expect((second.iceCandidates as { port: number }[])[0].port).toBe(candidates[0].port);
  });

  test('are created anew when the page asks again', async () => {
    media = new SessionMedia(worker, options);
    const first = await media.createTransport('send');
    const second = await media.createTransport('send');
    expect(second.id).not.toBe(first.id);
    await media.connectTransport('send', BROWSER_DTLS);
    const { password } = await media.restartIce('send');
    expect(password).not.toBe((second.iceParameters as { password: string }).password);
  });

  test('are connected once', async () => {
    media = new SessionMedia(worker, options);
    await media.createTransport('send');
    await media.connectTransport('send', BROWSER_DTLS);
    await expect(media.connectTransport('send', BROWSER_DTLS)).rejects.toMatchObject({ code: 'wrong-state' });
    await media.createTransport('send');
    await media.connectTransport('send', BROWSER_DTLS);
  });

  test('do not let phones send pictures that lie on their side', async () => {
    media = new SessionMedia(worker, options);
    const uris = media.routerRtpCapabilities.headerExtensions?.map(({ uri }) => uri) ?? [];
    expect(uris).not.toContain('urn:3gpp:video-orientation');
    expect(uris.join()).toContain('transport-wide-cc');
  });
});

describe('the link to the studio', () => {
  test.each(['VP8', 'H264'] as const)('answers %s with %s', async (codec) => {
    const { link, capabilities } = await linkedSession(codec);
    expect(link.camera.codec).toBe(codec);
    expect(link.output.codec).toBe(codec);
    expect(link.remote.ip).toBe('127.0.0.1');
    const consumed = await media.consumeOutput(capabilities);
    expect(consumed.rtpParameters.codecs[0].mimeType).toBe(`video/${codec}`);
  });

  test('has no congestion control, no retransmission and no header extensions', () => {
    const given = capabilitiesForStudio(worker.router.rtpCapabilities);
    expect(JSON.stringify(given)).not.toMatch(/transport-cc|goog-remb|rtx|hdrext/);
  });

  test('carries the studio’s packets with their timestamps as they are', async () => {
    const { socket, link, capabilities } = await linkedSession();
    const { producerId } = await media.consumeOutput(capabilities);
    const viewer = await plainViewer(producerId);
    const timestamps = [90_000, 93_600, 0xffffffff, 3599];
    const received: number[] = [];
    viewer.socket.on('message', (packet) => {
      if ((packet[1] & 0x7f) === viewer.payloadType) received.push(packet.readUInt32BE(4));
    });
    for (const [index, timestamp] of timestamps.entries()) {
      socket.send(rtpPacket(link.output, 100 + index, timestamp), link.remote.port, link.remote.ip);
    }
    await expect.poll(() => received).toEqual(timestamps);
  });

  test('takes packets from the studio’s socket alone', async () => {
    const { socket, link, capabilities } = await linkedSession();
    const viewer = await plainViewer((await media.consumeOutput(capabilities)).producerId);
    const { socket: stranger } = await udpSocket();
    const heard: number[] = [];
    viewer.socket.on('message', (packet) => {
      if ((packet[1] & 0x7f) === viewer.payloadType) heard.push(packet.readUInt32BE(4));
    });
    for (let i = 0; i < 5; i++) stranger.send(rtpPacket(link.output, i, 666), link.remote.port, link.remote.ip);
    socket.send(rtpPacket(link.output, 10, 4242), link.remote.port, link.remote.ip);
    await expect.poll(() => heard).toEqual([4242]);
  });

  test('passes a viewer’s wish for a keyframe on to the studio', async () => {
    const { socket, link, capabilities } = await linkedSession();
    const { producerId } = await media.consumeOutput(capabilities);
    const viewer = await plainViewer(producerId);
    let asked = false;
    socket.on('message', (packet) => {
      asked ||= hasKeyframeRequest(packet);
    });
    socket.send(rtpPacket(link.output, 1, 1), link.remote.port, link.remote.ip);
    await expect
      .poll(async () => {
        await viewer.consumer.requestKeyFrame();
        return asked;
      })
      .toBe(true);
  });
});

describe('the camera picture', () => {
  test('cannot be asked for: before a studio answers there is nothing to consume', async () => {
    media = new SessionMedia(worker, options);
    await media.createTransport('send');
    await media.createTransport('recv');
    await media.produceCamera(cameraParameters());
    const capabilities = browserCapabilities(media.routerRtpCapabilities);
    await expect(media.consumeOutput(capabilities)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('is consumed by the studio alone, the page consumes the output alone', async () => {
    const { capabilities } = await linkedSession();
    const before = await worker.router.dump();
    const { id, producerId } = await media.consumeOutput(capabilities);
    const after = await worker.router.dump();
    const consumers = new Map(after.mapProducerIdConsumerIds.map(({ key, values }) => [key, values]));
    const cameraId = [...consumers.keys()].find((key) => key !== producerId);
    expect(consumers.get(producerId)).toEqual([id]);
    // The page's arrival changed nothing for the camera: it still has its one consumer, the studio's.
    expect(consumers.get(cameraId!)).toHaveLength(1);
    expect(before.mapProducerIdConsumerIds.find(({ key }) => key === cameraId)?.values).toEqual(
      consumers.get(cameraId!),
    );
  });

  test('goes nowhere once the studio is gone: the viewer’s stream ends, and the camera has no consumer', async () => {
    const { capabilities } = await linkedSession();
    await media.consumeOutput(capabilities);
    media.unlinkStudio();
    await expect
      .poll(async () => (await worker.router.dump()).mapProducerIdConsumerIds.flatMap(({ values }) => values))
      .toEqual([]);
    await expect(media.consumeOutput(capabilities)).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(media.resumeViewer()).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('flows to the next studio when the first is replaced', async () => {
    const first = await linkedSession();
    const second = await udpSocket();
    const link = await media.linkStudio(second.port);
    expect(link.remote.port).not.toBe(first.link.remote.port);
    const { producerId } = await media.consumeOutput(first.capabilities);
    expect(producerId).toBeTruthy();
  });
});

describe('what is refused', () => {
  test('everything before there is a transport', async () => {
    media = new SessionMedia(worker, options);
    const wrongState = { code: 'wrong-state' };
    await expect(media.connectTransport('send', BROWSER_DTLS)).rejects.toMatchObject(wrongState);
    await expect(media.produceCamera(cameraParameters())).rejects.toMatchObject(wrongState);
    await expect(media.linkStudio(1)).rejects.toMatchObject(wrongState);
    await expect(media.restartIce('recv')).rejects.toMatchObject(wrongState);
  });

  test('a second camera', async () => {
    await linkedSession();
    await expect(media.produceCamera(cameraParameters('VP8', 7))).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('a codec that no studio knows, to send or to receive', async () => {
    media = new SessionMedia(worker, options);
    await media.createTransport('send');
    const camera = cameraParameters();
    const vp9 = { ...camera, codecs: [{ ...camera.codecs[0], mimeType: 'video/VP9' }] };
    await expect(media.produceCamera(vp9)).rejects.toMatchObject({ code: 'unsupported-codec' });
    media.close();
    await linkedSession('H264');
    const onlyVp8 = browserCapabilities(media.routerRtpCapabilities, /vp8|rtx/i);
    await expect(media.consumeOutput(onlyVp8)).rejects.toMatchObject({ code: 'unsupported-codec' });
  });

  test('whatever the parameters are, the worker lives on', async () => {
    media = new SessionMedia(worker, options);
    await media.createTransport('send');
    await media.createTransport('recv');
    const camera = cameraParameters();
    const twisted = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.record({
        ...(Object.fromEntries(
          Object.entries(camera).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.anything())]),
        ) as Record<string, fc.Arbitrary<unknown>>),
      }),
    );
    await fc.assert(
      fc.asyncProperty(twisted, async (given) => {
        const tries = [
          () => media.connectTransport('recv', given),
          () => media.consumeOutput(given),
          async () => {
            await media.produceCamera(given);
            await media.createTransport('send'); // it was usable: make room for the next
          },
        ];
        for (const attempt of tries) {
          await attempt().catch((error) => expect(error).toHaveProperty('code'));
        }
      }),
      { numRuns: 60 },
    );
    expect(worker.closed).toBe(false);
    await linkedSession();
  });
});

test('the media end with their worker, and say so', async () => {
  const doomed = await startTestWorker();
  media = new SessionMedia(doomed, options);
  await media.createTransport('send');
  const gone = once(media, 'gone');
  process.kill(doomed.pid, 'SIGKILL');
  await gone;
  expect(media.closed).toBe(true);
  await expect(media.createTransport('send')).rejects.toMatchObject({ code: 'gone' });
});
