import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { VideoEncoder } from '../codec/video-encoder.ts';
import { buildSenderReport } from '../rtp/rtcp.ts';
import { RtpPacketizer } from '../rtp/rtp-packetizer.ts';
import { timestampDistance } from '../rtp/sequence-numbers.ts';
import type { RtpStreamSpec } from '../studio-protocol.ts';
import { VIDEO_TICKS_PER_MS } from './capture-clock.ts';
import { sessionTunables } from './session-tunables.ts';
import { Throttle } from './throttle.ts';

export type OutputStreamSpec = RtpStreamSpec & { readonly cname: string };

/** A first frame, and one after a pause, costs as if the camera ran at 25 fps. */
const DEFAULT_INTERVAL_MS = 40;

/**
 * The way out: pictures → encoder → RTP packets, and the sender reports of that stream.
 *
 * Packets of a frame leave at once: a timer between them would wait for whatever network runs on this thread, and
 * the encoder bounds how large a keyframe gets.
 */
export class OutputSender {
  readonly stream: OutputStreamSpec;
  readonly #packetizer: RtpPacketizer;
  readonly #send: (datagram: Buffer) => void;
  readonly #keyframes = new Throttle();
  readonly #reports = new Throttle();
  #encoder: VideoEncoder | null = null;
  #bitrateBps: number;
  #keyframeWanted = false;
  #lastTimestamp: number | null = null;
  #closed = false;

  constructor(stream: OutputStreamSpec, bitrateBps: number, send: (datagram: Buffer) => void) {
    this.stream = stream;
    this.#packetizer = new RtpPacketizer(stream);
    this.#bitrateBps = bitrateBps;
    this.#send = send;
  }

  /** A viewer waits for a keyframe. */
  get keyframeWanted(): boolean {
    return this.#keyframeWanted;
  }

  requestKeyframe(): void {
    this.#keyframeWanted = true;
  }

  setBitrate(bitrateBps: number): void {
    this.#bitrateBps = bitrateBps;
    this.#encoder?.setBitrate(bitrateBps);
  }

  /** Whether a frame of that timestamp would come after all that were sent. */
  isLater(timestamp: number): boolean {
    return this.#lastTimestamp === null || timestampDistance(this.#lastTimestamp, timestamp) > 0;
  }

  /**
   * Encodes and sends one picture. Rejects where the encoder fails; the next picture then gets a new encoder and
   * becomes a keyframe.
   */
  async send(image: RgbaImage, timestamp: number, nowMs: number): Promise<void> {
    const encoder = await this.#encoderFor(image);
    if (this.#closed) return;
    const keyframe = this.#keyframeWanted && this.#keyframes.take(nowMs, sessionTunables.encoderKeyframeIntervalMs);
    try {
      const frame = encoder.encode(image, { keyframe, intervalMs: this.#intervalTo(timestamp) });
      if (frame.keyframe) this.#keyframeWanted = false;
      for (const packet of this.#packetizer.packetize(frame.data, timestamp)) this.#send(packet);
      this.#lastTimestamp = timestamp;
    } catch (error) {
      this.#dropEncoder();
      throw error;
    }
  }

  /** Sends a sender report when one is due. `rtpTimestamp` is the stream's time at the wall clock's `ntpMs`. */
  report(nowMs: number, ntpMs: number, rtpTimestamp: number): void {
    const { packetCount, payloadBytes } = this.#packetizer.toJSON();
    if (packetCount === 0 || !this.#reports.take(nowMs, sessionTunables.senderReportIntervalMs)) return;
    const { ssrc, cname } = this.stream;
    this.#send(buildSenderReport({ ssrc, cname, ntpMs, rtpTimestamp, packetCount, payloadBytes }));
  }

  close(): void {
    this.#closed = true;
    this.#dropEncoder();
  }

  async #encoderFor({ width, height }: RgbaImage): Promise<VideoEncoder> {
    if (this.#encoder?.width === width && this.#encoder.height === height) return this.#encoder;
    this.#dropEncoder();
    const { codec } = this.stream;
    const encoder = await VideoEncoder.open({ codec, width, height, bitrateBps: this.#bitrateBps });
    if (this.#closed) encoder.close();
    else this.#encoder = encoder;
    return encoder;
  }

  #dropEncoder(): void {
    this.#encoder?.close();
    this.#encoder = null;
  }

  #intervalTo(timestamp: number): number {
    if (this.#lastTimestamp === null) return DEFAULT_INTERVAL_MS;
    return timestampDistance(this.#lastTimestamp, timestamp) / VIDEO_TICKS_PER_MS;
  }
}
