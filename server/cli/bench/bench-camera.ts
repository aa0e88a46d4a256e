import { createSocket, type Socket } from 'node:dgram';
import { parseRtpPacket } from '../../studio/rtp/rtp-packet.ts';
import { RtpPacketizer } from '../../studio/rtp/rtp-packetizer.ts';
import type { HouseToStudio } from '../../studio/studio-protocol.ts';
import { type CameraFrames, FRAME_TICKS } from './camera-frames.ts';

const LOOPBACK = '127.0.0.1';
const CAMERA = { codec: 'VP8', payloadType: 96, ssrc: 0x0b0e } as const;
const OUTPUT = { codec: 'VP8', payloadType: 97, ssrc: 0x0b0f, cname: 'bench' } as const;
const SOCKET_BUFFER_BYTES = 1024 * 1024;

/**
 * In the SFU's place before one session of a studio: sends a camera's frames as RTP, and takes the time until the
 * animated frame with the same timestamp has come back.
 */
export class BenchCamera {
  readonly #socket: Socket;
  readonly #camera: CameraFrames;
  readonly #packetizer = new RtpPacketizer(CAMERA);
  readonly #sentMs = new Map<number, number>();
  #latenciesMs: number[] = [];
  #framesSent = 0;
  #nextFrame = 0;
  #studioPort = 0;

  private constructor(socket: Socket, camera: CameraFrames) {
    this.#socket = socket;
    this.#camera = camera;
    socket.on('message', (datagram) => this.#receive(datagram));
  }

  static async open(camera: CameraFrames): Promise<BenchCamera> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: SOCKET_BUFFER_BYTES });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, LOOPBACK, resolve);
    });
    return new BenchCamera(socket, camera);
  }

  /** What the house tells a studio to link a session to this. */
  get link(): Omit<Extract<HouseToStudio, { type: 'session.start' }>, 'type' | 'sessionId'> {
    return { remote: { ip: LOOPBACK, port: this.#socket.address().port }, camera: CAMERA, output: OUTPUT };
  }

  connect(studioPort: number): void {
    this.#studioPort = studioPort;
  }

  /** Sends the next frame; the clip goes round. */
  sendFrame(): void {
    const { frames } = this.#camera;
    const timestamp = this.#framesSent * FRAME_TICKS;
    const { data } = frames[this.#nextFrame];
    for (const packet of this.#packetizer.packetize(data, timestamp)) {
      this.#socket.send(packet, this.#studioPort, LOOPBACK);
    }
    this.#sentMs.set(timestamp, performance.now());
    this.#framesSent++;
    this.#nextFrame = (this.#nextFrame + 1) % frames.length;
  }

  /** The studio missed something, or was not there yet: the clip begins again with its keyframe. */
  sendKeyframeNext(): void {
    this.#nextFrame = 0;
  }

  /** Begins to count anew, without a pause in the stream. */
  resetCounts(): void {
    this.#latenciesMs = [];
  }

  /** For each frame that came back since the last reset: from its last packet in to its last packet out. */
  get latenciesMs(): readonly number[] {
    return this.#latenciesMs;
  }

  close(): void {
    this.#socket.close();
  }

  #receive(datagram: Buffer): void {
    const packet = parseRtpPacket(datagram);
    if (packet?.ssrc !== OUTPUT.ssrc || !packet.marker) return;
    const sentMs = this.#sentMs.get(packet.timestamp);
    if (sentMs === undefined) return;
    this.#sentMs.delete(packet.timestamp);
    this.#latenciesMs.push(performance.now() - sentMs);
  }
}
