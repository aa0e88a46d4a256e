import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_VP8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import type { VideoCodecName } from '../studio-protocol.ts';
import { CodecError, checkReturn, isDrained } from './ffmpeg.ts';
import type { I420Picture } from './i420-picture.ts';
import { assertI420Picture, MAX_PICTURE_SIDE_PX } from './i420-picture.ts';

export interface DecodedPicture extends I420Picture {
  /** The timestamp that the frame was given to the decoder with. */
  readonly timestamp: number;
}

/** A decoder that failed stays usable: it goes on from the next keyframe. */
export type DecodeResult =
  | { readonly ok: true; readonly picture: DecodedPicture }
  | { readonly ok: false; readonly message: string };

/** One stream's VP8 or H264 decoder: one frame in, one picture out, at once. */
export class VideoDecoder {
  readonly #context: CodecContext;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #closed = false;

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#packet.alloc();
    this.#frame.alloc();
  }

  static async open(codecName: VideoCodecName): Promise<VideoDecoder> {
    const codec = Codec.findDecoder(codecName === 'VP8' ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264);
    if (!codec) throw new CodecError('native', `FFmpeg has no decoder for ${codecName}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    // More threads would hold back one or two frames.
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    checkReturn(context.setOption('max_pixels', BigInt(MAX_PICTURE_SIDE_PX ** 2)), 'max_pixels');
    checkReturn(await context.open2(codec), 'open decoder');
    return new VideoDecoder(context);
  }

  /**
   * Decodes one whole coded frame. The picture is valid until the next call.
   * Damaged input gives an error result; only a closed decoder throws (`CodecError`).
   */
  decode(data: Buffer, timestamp: number): DecodeResult {
    if (this.#closed) throw new CodecError('closed', 'the decoder is closed');
    // An empty packet would put the decoder into draining, for good.
    if (data.length === 0) return { ok: false, message: 'empty frame' };
    try {
      return this.#decode(data, timestamp);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }

  #decode(data: Buffer, timestamp: number): DecodeResult {
    this.#packet.unref();
    this.#packet.data = data;
    this.#packet.pts = BigInt(timestamp);
    const sent = this.#context.sendPacketSync(this.#packet);
    this.#packet.unref();
    checkReturn(sent, 'decode');

    const received = this.#context.receiveFrameSync(this.#frame);
    if (isDrained(received)) return { ok: false, message: 'the frame held no picture' };
    checkReturn(received, 'decode');
    const picture = pictureOf(this.#frame);
    assertI420Picture(picture);
    return { ok: true, picture };
  }
}

function pictureOf(frame: Frame): DecodedPicture {
  const { format, width, height, data, linesize } = frame;
  const fullRange = format === AV_PIX_FMT_YUVJ420P;
  if (!fullRange && format !== AV_PIX_FMT_YUV420P) throw new CodecError('picture', `pixel format ${format}`);
  const [y, u, v] = data ?? [];
  if (!y || !u || !v) throw new CodecError('picture', 'a picture without three planes');
  return {
    width,
    height,
    planes: [y, u, v],
    strides: [linesize[0]!, linesize[1]!, linesize[2]!],
    fullRange,
    timestamp: Number(frame.pts),
  };
}
