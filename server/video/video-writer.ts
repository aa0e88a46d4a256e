import { closeSync, openSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  Packet,
  Rational,
  SoftwareScaleContext,
} from 'node-av/lib';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { checkReturn } from '../studio/codec/ffmpeg.ts';
import type { AudioTrack } from './audio-track.ts';
import { type TimeBase, ticksToMs } from './time-base.ts';
import { VideoFileError } from './video-file-error.ts';

/** Constant quality: 18 is where x264 is taken to be without visible loss. */
const CRF = 18;
const PRESET = 'medium';
/** MP4 keeps a clock's rate in 32 bits. */
const LARGEST_TIMESCALE = 2 ** 31 - 1;
const FALLBACK_TIMESCALE = 90_000;

export interface VideoWriterOptions {
  readonly width: number;
  readonly height: number;
  /** The clock of the frames' ticks. */
  readonly timeBase: TimeBase;
  /** Mean frames per second, which the rate control goes by. */
  readonly frameRate: number | null;
  /** Sound to go along, null for none. The writer drains it; the caller closes it. */
  readonly audio: AudioTrack | null;
  /** The file's comment. */
  readonly comment: string;
}

/**
 * Writes an MP4 file (H264 4:2:0, BT.709) that begins to play while it loads. Frames keep their timestamps, evenly
 * spaced or not. The file grows under another name beside its target and gets its own at the very end, so that there
 * is never half of one; what is unfinished when the process exits is removed.
 *
 * 4:2:0 has only even sizes: an odd picture's last column or row is written twice.
 */
export class VideoWriter {
  /** Size of the video, which is even. */
  readonly width: number;
  readonly height: number;
  readonly #path: string;
  readonly #partialPath: string;
  readonly #options: VideoWriterOptions;
  readonly #output = new FormatContext();
  readonly #encoder = new CodecContext();
  readonly #picture = new Frame();
  readonly #converted = new Frame();
  readonly #scaler = new SoftwareScaleContext();
  readonly #packet = new Packet();
  readonly #timescale: number;
  #audioIndex: number | null = null;
  #ended = false;
  readonly #removePartial = () => rmSync(this.#partialPath, { force: true });

  private constructor(path: string, options: VideoWriterOptions) {
    this.width = even(options.width);
    this.height = even(options.height);
    this.#path = path;
    this.#partialPath = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    this.#options = options;
    const { den } = options.timeBase;
    this.#timescale = den <= LARGEST_TIMESCALE ? den : FALLBACK_TIMESCALE;
  }

  /** Rejects with a `VideoFileError` where the file cannot be written. */
  static async open(path: string, options: VideoWriterOptions): Promise<VideoWriter> {
    const writer = new VideoWriter(path, options);
    writer.#createPartial();
    try {
      await writer.#begin();
      return writer;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** `ticks` since the file's start, increasing from frame to frame; both in ticks of the time base given to `open`. */
  async write(image: RgbaImage, ticks: number, durationTicks: number): Promise<void> {
    if (image.width !== this.#options.width || image.height !== this.#options.height) {
      throw new RangeError(
        `a ${image.width}×${image.height} picture in a ${this.#options.width}×${this.#options.height} video`,
      );
    }
    await this.#writeAudioUntil(ticksToMs(ticks, this.#options.timeBase));
    this.#convert(image);
    this.#converted.pts = BigInt(this.#toTimescale(ticks));
    this.#converted.duration = BigInt(Math.max(1, this.#toTimescale(durationTicks)));
    checkReturn(await this.#encoder.sendFrame(this.#converted), 'encode');
    await this.#writeEncoded();
  }

  /** Writes what is left and gives the file its name. */
  async finish(): Promise<void> {
    try {
      checkReturn(await this.#encoder.sendFrame(null), 'encode');
      await this.#writeEncoded();
      await this.#writeAudioUntil(Number.POSITIVE_INFINITY);
      checkReturn(await this.#output.interleavedWriteFrame(null), 'write');
      checkReturn(await this.#output.writeTrailer(), 'write');
      await this.#output.closeOutput();
      await rename(this.#partialPath, this.#path);
    } catch (error) {
      await this.abort();
      throw error;
    }
    this.#free();
  }

  /** Leaves nothing behind. Idempotent; does nothing after `finish`. */
  async abort(): Promise<void> {
    if (this.#ended) return;
    await this.#output.closeOutput();
    this.#free();
    await rm(this.#partialPath, { force: true });
  }

  /** Synchronous, as is opening it: nothing may create the file after an exit has removed it. */
  #createPartial(): void {
    try {
      closeSync(openSync(this.#partialPath, 'w'));
    } catch (error) {
      throw new VideoFileError('unwritable', `cannot be written: ${explainSystemError(error)}`);
    }
    process.once('exit', this.#removePartial);
  }

  async #begin(): Promise<void> {
    const { audio, comment } = this.#options;
    checkReturn(this.#output.allocOutputContext2(null, 'mp4', `file:${this.#partialPath}`), 'mp4');
    this.#output.metadata = Dictionary.fromObject({ comment });
    await this.#openEncoder();
    const video = this.#output.newStream();
    video.timeBase = this.#encoder.timeBase;
    checkReturn(this.#encoder.parametersFromContext(video.codecpar), 'stream');
    if (audio) {
      const sound = this.#output.newStream();
      sound.timeBase = new Rational(audio.timeBase.num, audio.timeBase.den);
      checkReturn(audio.codecParameters.copy(sound.codecpar), 'stream');
      this.#audioIndex = sound.index;
    }
    checkReturn(this.#output.openOutputSync(), 'open');
    checkReturn(await this.#output.writeHeader(Dictionary.fromObject({ movflags: '+faststart' })), 'write header');
  }

  async #openEncoder(): Promise<void> {
    const { width, height } = this;
    const { frameRate } = this.#options;
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
    if (!codec) throw new VideoFileError('unwritable', 'cannot be written: FFmpeg has no H264 encoder');
    const encoder = this.#encoder;
    encoder.allocContext3(codec);
    encoder.width = width;
    encoder.height = height;
    encoder.pixelFormat = AV_PIX_FMT_YUV420P;
    encoder.timeBase = new Rational(1, this.#timescale);
    encoder.framerate = new Rational(Math.round((frameRate ?? 25) * 1000), 1000);
    // Presentation order is coding order: every player starts at time 0, without an edit list.
    encoder.maxBFrames = 0;
    encoder.colorSpace = AVCOL_SPC_BT709;
    encoder.colorPrimaries = AVCOL_PRI_BT709;
    encoder.colorTrc = AVCOL_TRC_BT709;
    encoder.colorRange = AVCOL_RANGE_MPEG;
    encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_FRAME_DURATION);
    checkReturn(encoder.setOption('crf', CRF), 'crf');
    checkReturn(encoder.setOption('preset', PRESET), 'preset');
    checkReturn(await encoder.open2(codec), 'open encoder');

    this.#packet.alloc();
    this.#scaler.allocContext();
    for (const [frame, format] of [
      [this.#picture, AV_PIX_FMT_RGBA],
      [this.#converted, AV_PIX_FMT_YUV420P],
    ] as const) {
      frame.alloc();
      frame.width = width;
      frame.height = height;
      frame.format = format;
      checkReturn(frame.getBuffer(), 'allocate frame');
    }
    this.#converted.colorSpace = AVCOL_SPC_BT709;
    this.#converted.colorPrimaries = AVCOL_PRI_BT709;
    this.#converted.colorTrc = AVCOL_TRC_BT709;
    this.#converted.colorRange = AVCOL_RANGE_MPEG;
  }

  #convert({ width, height, data }: RgbaImage): void {
    const plane = this.#picture.data?.[0];
    if (!plane) throw new VideoFileError('unwritable', 'cannot be written: out of memory');
    const stride = this.#picture.linesize[0];
    const rowBytes = width * 4;
    for (let y = 0; y < this.height; y++) {
      const from = Math.min(y, height - 1) * rowBytes;
      plane.set(data.subarray(from, from + rowBytes), y * stride);
      if (this.width > width) plane.set(data.subarray(from + rowBytes - 4, from + rowBytes), y * stride + rowBytes);
    }
    // The encoder may still hold the last picture.
    checkReturn(this.#converted.makeWritable(), 'write frame');
    checkReturn(this.#scaler.scaleFrameSync(this.#converted, this.#picture), 'swscale');
  }

  async #writeEncoded(): Promise<void> {
    const video = this.#output.streams[0];
    while ((await this.#encoder.receivePacket(this.#packet)) >= 0) {
      this.#packet.streamIndex = video.index;
      this.#packet.rescaleTs(this.#encoder.timeBase, video.timeBase);
      checkReturn(await this.#output.interleavedWriteFrame(this.#packet), 'write');
      this.#packet.unref();
    }
  }

  async #writeAudioUntil(timeMs: number): Promise<void> {
    const { audio } = this.#options;
    if (!audio || this.#audioIndex === null) return;
    const stream = this.#output.streams[this.#audioIndex];
    while (audio.nextMs !== null && audio.nextMs <= timeMs) {
      const packet = await audio.take();
      packet.streamIndex = stream.index;
      packet.rescaleTs(audio.timeBase, stream.timeBase);
      const written = await this.#output.interleavedWriteFrame(packet);
      packet.free();
      checkReturn(written, 'write');
    }
  }

  #toTimescale(ticks: number): number {
    const { num, den } = this.#options.timeBase;
    return Math.round((ticks * num * this.#timescale) / den);
  }

  #free(): void {
    this.#ended = true;
    process.removeListener('exit', this.#removePartial);
    this.#packet.free();
    this.#picture.free();
    this.#converted.free();
    this.#scaler.freeContext();
    this.#encoder.freeContext();
    this.#output.freeContext();
  }
}

function even(side: number): number {
  return side + (side % 2);
}

function explainSystemError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such folder';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'permission denied';
  if (code === 'ENOSPC') return 'the disk is full';
  return error instanceof Error ? error.message : String(error);
}
