import { FrameConverter } from '../codec/frame-converter.ts';
import { VideoDecoder } from '../codec/video-decoder.ts';
import type { AssembledFrame } from '../rtp/frame-assembler.ts';
import { FrameAssembler } from '../rtp/frame-assembler.ts';
import { createDepacketizer } from '../rtp/payload-format.ts';
import { parseRtpPacket } from '../rtp/rtp-packet.ts';
import type { RtpStreamSpec } from '../studio-protocol.ts';
import type { CaptureClock } from './capture-clock.ts';
import { FrameRateLimiter } from './frame-rate-limiter.ts';
import type { DrivingFrame } from './latest-frame.ts';
import { LatestFrame } from './latest-frame.ts';
import type { DroppedFrames } from './session-statistics.ts';

/**
 * The way in: RTP packets → frames → decoder → the latest driving frame. Every frame is decoded, in order and at
 * once, since the next one refers to it; what nobody takes in time is replaced.
 */
export class CameraReceiver {
  readonly #stream: RtpStreamSpec;
  readonly #assembler: FrameAssembler;
  readonly #decoder: VideoDecoder;
  readonly #converter = new FrameConverter();
  readonly #clock: CaptureClock;
  readonly #limiter: FrameRateLimiter;
  readonly #latest = new LatestFrame();
  #lastPacketMs: number | null = null;
  #refusedFrames = 0;
  #frameTooMany = 0;
  #restarted = false;
  #closed = false;

  private constructor(stream: RtpStreamSpec, decoder: VideoDecoder, clock: CaptureClock, maxFps: number) {
    this.#stream = stream;
    this.#assembler = new FrameAssembler(createDepacketizer(stream.codec));
    this.#decoder = decoder;
    this.#clock = clock;
    this.#limiter = new FrameRateLimiter(maxFps);
  }

  static async open(stream: RtpStreamSpec, clock: CaptureClock, maxFps: number): Promise<CameraReceiver> {
    return new CameraReceiver(stream, await VideoDecoder.open(stream.codec), clock, maxFps);
  }

  /** The camera has to send a keyframe before anything can be shown. */
  get needsKeyframe(): boolean {
    return this.#assembler.needsKeyframe;
  }

  /** When the last packet of this stream came; null before the first. */
  get lastPacketMs(): number | null {
    return this.#lastPacketMs;
  }

  get dropped(): Pick<DroppedFrames, 'assemble' | 'decode' | 'rate' | 'latest'> {
    const { droppedFrames, malformedFrames } = this.#assembler.toJSON();
    return {
      assemble: droppedFrames + malformedFrames,
      decode: this.#refusedFrames,
      rate: this.#frameTooMany,
      latest: this.#latest.replacedCount,
    };
  }

  /** Takes any datagram; what is not of the camera's stream is passed over. */
  receive(datagram: Buffer, nowMs: number): void {
    if (this.#closed) return;
    const packet = parseRtpPacket(datagram);
    if (packet?.ssrc !== this.#stream.ssrc || packet.payloadType !== this.#stream.payloadType) return;
    this.#lastPacketMs = nowMs;
    this.#decodeAll(this.#assembler.push(packet, nowMs), nowMs);
  }

  /** To be called from a timer, so that a hole does not hold the stream up. */
  flush(nowMs: number): void {
    if (!this.#closed) this.#decodeAll(this.#assembler.flush(nowMs), nowMs);
  }

  /** The latest frame that has not been taken yet; its picture is valid until the next call. */
  take(): DrivingFrame | null {
    return this.#latest.take();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.close();
    this.#converter.close();
  }

  #decodeAll(frames: readonly AssembledFrame[], nowMs: number): void {
    for (const frame of frames) this.#decode(frame, nowMs);
  }

  #decode(frame: AssembledFrame, nowMs: number): void {
    const result = this.#decoder.decode(frame.data, frame.timestamp);
    if (!result.ok) {
      this.#refusedFrames += 1;
      this.#assembler.dropToKeyframe();
      return;
    }
    const { picture } = result;
    const { captureMs, restarted } = this.#clock.observe(picture.timestamp, nowMs);
    this.#restarted ||= restarted;
    if (!this.#limiter.accepts(captureMs)) {
      this.#frameTooMany += 1;
      return;
    }
    const description = { timestamp: picture.timestamp, captureMs, receivedMs: nowMs, restarted: this.#restarted };
    this.#restarted = false;
    this.#latest.put(description, (spare) => this.#converter.toRgba(picture, spare));
  }
}
