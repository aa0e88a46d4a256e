import { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { CodedFrame } from '../rtp/payload-format.ts';
import type { VideoCodecName } from '../studio-protocol.ts';
import type { EncoderProfile } from './encoder-profile.ts';
import { createEncoderProfile } from './encoder-profile.ts';
import { CodecError, checkReturn } from './ffmpeg.ts';
import { FrameConverter } from './frame-converter.ts';
import type { I420Picture } from './i420-picture.ts';
import { assertPictureSize } from './i420-picture.ts';

export interface VideoEncoderOptions {
  readonly codec: VideoCodecName;
  /** Even, as 4:2:0 wants it. */
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export interface EncodeOptions {
  readonly keyframe: boolean;
  /** Time since the frame before, ms: what the frame may cost depends on how many of them share a second. */
  readonly intervalMs: number;
}

const TICKS_PER_MS = 90;
/** Rate control is not made for slide shows, nor for bursts. */
const MIN_INTERVAL_MS = 10;
const MAX_INTERVAL_MS = 200;
/** How much of each new interval enters the running mean that the rate control is told. */
const INTERVAL_SMOOTHING = 0.1;
const FIRST_INTERVAL_MS = 40;

/** A real-time VP8 or H264 encoder: one picture in, one coded frame out, at once. */
export class VideoEncoder {
  readonly width: number;
  readonly height: number;
  readonly #context: CodecContext;
  readonly #profile: EncoderProfile;
  readonly #converter = new FrameConverter();
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  #targetBps: number;
  #intervalMs = FIRST_INTERVAL_MS;
  #encoderTicks = 0;
  #closed = false;

  private constructor(options: VideoEncoderOptions, profile: EncoderProfile, context: CodecContext) {
    this.width = options.width;
    this.height = options.height;
    this.#profile = profile;
    this.#context = context;
    this.#targetBps = options.bitrateBps;
    this.#packet.alloc();
    this.#frame.alloc();
    this.#frame.width = options.width;
    this.#frame.height = options.height;
    this.#frame.format = AV_PIX_FMT_YUV420P;
    checkReturn(this.#frame.getBuffer(), 'allocate frame');
  }

  /** Rejects with a `CodecError` for a size that cannot be encoded. */
  static async open(options: VideoEncoderOptions): Promise<VideoEncoder> {
    const { width, height } = options;
    assertPictureSize(width, height);
    if (width % 2 !== 0 || height % 2 !== 0) throw new CodecError('picture', `${width}×${height} is not even`);
    const profile = createEncoderProfile(options.codec);
    const codec = Codec.findEncoderByName(profile.encoderName);
    if (!codec) throw new CodecError('native', `FFmpeg has no encoder ${profile.encoderName}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, 1000 * TICKS_PER_MS);
    context.framerate = new Rational(1000, FIRST_INTERVAL_MS);
    // More threads add delay or cost; sessions are what runs in parallel.
    context.threadCount = 1;
    context.maxBFrames = 0;
    profile.configure(context, options.bitrateBps);
    checkReturn(await context.open2(codec), 'open encoder');
    return new VideoEncoder(options, profile, context);
  }

  /** Takes effect with the next frame, without a keyframe. */
  setBitrate(bitrateBps: number): void {
    this.#targetBps = bitrateBps;
  }

  /**
   * Encodes one picture. The frame's data is a view into native memory, valid until the next call.
   * Throws a `CodecError` for a picture of another size, after `close`, and where the encoder fails.
   */
  encode(image: RgbaImage, { keyframe, intervalMs }: EncodeOptions): CodedFrame {
    if (this.#closed) throw new CodecError('closed', 'the encoder is closed');
    // The encoder may still hold the last picture's memory; this gives the frame memory of its own if so.
    checkReturn(this.#frame.makeWritable(), 'write frame');
    this.#converter.toI420(image, this.#writablePicture());

    const interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, intervalMs));
    this.#intervalMs += (interval - this.#intervalMs) * INTERVAL_SMOOTHING;
    const ticks = this.#profile.prepareFrame(this.#context, this.#targetBps, this.#intervalMs * TICKS_PER_MS);
    this.#encoderTicks += ticks;
    this.#frame.pts = BigInt(this.#encoderTicks);
    this.#frame.duration = BigInt(ticks);
    this.#frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;

    checkReturn(this.#context.sendFrameSync(this.#frame), 'encode');
    this.#packet.unref();
    checkReturn(this.#context.receivePacketSync(this.#packet), 'encode');
    const data = this.#packet.data;
    if (!data) throw new CodecError('native', 'the encoder gave an empty packet');
    return { data, keyframe: this.#packet.isKeyframe };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#converter.close();
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }

  #writablePicture(): I420Picture {
    const { data, linesize } = this.#frame;
    const [y, u, v] = data ?? [];
    if (!y || !u || !v) throw new CodecError('native', 'a frame without memory');
    return {
      width: this.width,
      height: this.height,
      planes: [y, u, v],
      strides: [linesize[0]!, linesize[1]!, linesize[2]!],
      fullRange: false,
    };
  }
}
