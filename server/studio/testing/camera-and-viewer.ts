import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { FrameConverter } from '../codec/frame-converter.ts';
import { VideoDecoder } from '../codec/video-decoder.ts';
import { VideoEncoder } from '../codec/video-encoder.ts';
import { FrameAssembler } from '../rtp/frame-assembler.ts';
import { createDepacketizer } from '../rtp/payload-format.ts';
import type { RtcpEvent } from '../rtp/rtcp.ts';
import { parseRtcp } from '../rtp/rtcp.ts';
import { isRtcpDatagram, parseRtpPacket } from '../rtp/rtp-packet.ts';
import { RtpPacketizer } from '../rtp/rtp-packetizer.ts';
import type { VideoCodecName } from '../studio-protocol.ts';
import { movingPicture } from './moving-picture.ts';

const LOOPBACK = '127.0.0.1';
const CAMERA_SSRC = 0x11223344;
const OUTPUT_SSRC = 0x55667788;
const TICKS_PER_MS = 90;
const FRAME_INTERVAL_MS = 40;

/** A frame as the viewer received it. */
export interface ViewedFrame {
  readonly timestamp: number;
  readonly keyframe: boolean;
  readonly bytes: number;
  /** Null where the viewer could not decode it. */
  readonly image: RgbaImage | null;
}

export interface SendFrameOptions {
  readonly keyframe?: boolean;
  /** Which packets of the frame get lost, by their index. */
  readonly lose?: (index: number) => boolean;
  /** What the camera sees; a moving picture where left out. */
  readonly picture?: RgbaImage;
}

/**
 * What a session talks to over UDP on loopback, in the SFU's place: a camera with a real encoder, and a viewer with a
 * real decoder.
 */
export class CameraAndViewer {
  readonly codec: VideoCodecName;
  readonly frames: ViewedFrame[] = [];
  readonly rtcp: RtcpEvent[] = [];
  readonly sentTimestamps: number[] = [];
  readonly #socket: Socket;
  readonly #encoder: VideoEncoder;
  readonly #decoder: VideoDecoder;
  readonly #converter = new FrameConverter();
  readonly #packetizer: RtpPacketizer;
  readonly #assembler: FrameAssembler;
  readonly #onFrame = new Set<() => void>();
  readonly #startedMs = performance.now();
  #firstTimestamp: number;
  #step = 0;
  #studioPort = 0;

  private constructor(codec: VideoCodecName, socket: Socket, coders: [VideoEncoder, VideoDecoder], timestamp: number) {
    this.codec = codec;
    this.#socket = socket;
    [this.#encoder, this.#decoder] = coders;
    this.#firstTimestamp = timestamp;
    this.#packetizer = new RtpPacketizer({ codec, payloadType: 96, ssrc: CAMERA_SSRC });
    this.#assembler = new FrameAssembler(createDepacketizer(codec));
    socket.on('message', (datagram) => this.#receive(datagram));
  }

  static async create(codec: VideoCodecName, firstTimestamp = 1_000_000, size = 320): Promise<CameraAndViewer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, LOOPBACK, resolve));
    const encoder = await VideoEncoder.open({ codec, width: size, height: size, bitrateBps: 600_000 });
    const decoder = await VideoDecoder.open(codec);
    return new CameraAndViewer(codec, socket, [encoder, decoder], firstTimestamp);
  }

  /** The message that links a session to this. */
  startMessage(sessionId: string) {
    const { codec } = this;
    return {
      type: 'session.start' as const,
      sessionId,
      remote: { ip: LOOPBACK, port: this.#socket.address().port },
      camera: { codec, payloadType: 96, ssrc: CAMERA_SSRC },
      output: { codec, payloadType: 101, ssrc: OUTPUT_SSRC, cname: 'test' },
    };
  }

  connect(studioPort: number): void {
    this.#studioPort = studioPort;
  }

  /** Encodes the next frame and sends its packets. Returns its timestamp, which is that of a real camera's clock. */
  sendFrame({ keyframe = false, lose, picture }: SendFrameOptions = {}): number {
    const { width, height } = this.#encoder;
    const seen = picture ?? movingPicture(width, height, this.#step);
    this.#step += 1;
    const elapsedTicks = Math.round((performance.now() - this.#startedMs) * TICKS_PER_MS);
    const timestamp = (this.#firstTimestamp + elapsedTicks) >>> 0;
    const frame = this.#encoder.encode(seen, { keyframe, intervalMs: 40 });
    this.#packetizer.packetize(frame.data, timestamp).forEach((packet, index) => {
      if (!lose?.(index)) this.sendDatagram(packet);
    });
    this.sentTimestamps.push(timestamp);
    return timestamp;
  }

  /** Sends frames at the camera's rate, in real time. */
  async sendFrames(count: number, options?: SendFrameOptions): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      this.sendFrame(options);
      await pause(FRAME_INTERVAL_MS);
    }
  }

  /**
   * Sends frames at the camera's rate until one of them is answered, and gives the answer: however busy the machine
   * is, and whatever it therefore drops.
   */
  async drive(options?: SendFrameOptions): Promise<ViewedFrame> {
    const firstSent = this.sentTimestamps.length;
    for (;;) {
      this.sendFrame(options);
      await pause(FRAME_INTERVAL_MS);
      const sent = this.sentTimestamps.slice(firstSent);
      const answer = this.frames.findLast(({ timestamp }) => sent.includes(timestamp));
      if (answer) return answer;
    }
  }

  /** The camera's clock starts anew elsewhere, as after a change of device. */
  jumpTimestamps(ticks: number): void {
    this.#firstTimestamp += ticks;
  }

  sendDatagram(datagram: Uint8Array): void {
    this.#socket.send(datagram, this.#studioPort, LOOPBACK);
  }

  /** A viewer that cannot decode asks for a keyframe: a receiver report and a PLI, as SFUs send them. */
  sendPictureLossIndication(): void {
    const datagram = Buffer.from('80c9000100000001' + '81ce000200000001' + '00000000', 'hex');
    datagram.writeUInt32BE(OUTPUT_SSRC, 16);
    this.sendDatagram(datagram);
  }

  /** Resolves with the first frame from `from` on that fits, received already or yet to come. */
  async frame(fits: (frame: ViewedFrame) => boolean = () => true, from = 0): Promise<ViewedFrame> {
    for (;;) {
      const found = this.frames.slice(from).find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#onFrame.add(resolve));
      this.#onFrame.clear();
    }
  }

  close(): void {
    this.#socket.close();
    this.#encoder.close();
    this.#decoder.close();
    this.#converter.close();
  }

  #receive(datagram: Buffer): void {
    if (isRtcpDatagram(datagram)) {
      this.rtcp.push(...parseRtcp(datagram));
      return;
    }
    const packet = parseRtpPacket(datagram);
    if (packet?.ssrc !== OUTPUT_SSRC || packet.payloadType !== 101) throw new Error('not a packet of the output');
    for (const { data, keyframe, timestamp } of this.#assembler.push(packet, performance.now())) {
      const result = this.#decoder.decode(data, timestamp);
      const image = result.ok ? this.#converter.toRgba(result.picture, null) : null;
      this.frames.push({ timestamp, keyframe, bytes: data.length, image });
    }
    for (const resolve of this.#onFrame) resolve();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
