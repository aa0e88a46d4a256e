import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PIX_FMT_RGBA,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVERROR_EOF,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import type { FormatContext, Stream } from 'node-av/lib';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { checkReturn } from '../studio/codec/ffmpeg.ts';
import { openMediaInput, startTimeUs } from './media-input.ts';
import { isUpright, type Orientation, parseDisplayMatrix, swapsSides, turnUpright, UPRIGHT } from './orientation.ts';
import { microsecondsToTicks, type TimeBase, ticksToMs } from './time-base.ts';
import { VideoFileError } from './video-file-error.ts';

/** Larger videos are refused: a side beyond 8K is a mistake or an attack. */
const LARGEST_CODED_SIDE_PX = 8192;

export interface VideoReaderOptions {
  /** Frames are scaled down so that neither side is longer. */
  readonly maxSidePx?: number;
  /** Frames are scaled to this height; `maxSidePx` is of no effect then. */
  readonly heightPx?: number;
}

export interface VideoFileFrame {
  /** From 0. */
  readonly index: number;
  /** Time since the file's start in ticks of the reader's `timeBase`; strictly increasing. */
  readonly ticks: number;
  /** How long the frame is shown where no other follows, ticks; at least 1. */
  readonly durationTicks: number;
  /** `ticks` in milliseconds. */
  readonly timeMs: number;
  /** Upright, with square pixels. Belongs to the reader and is valid until the next frame. */
  readonly image: RgbaImage;
}

/**
 * Reads the frames of a video file, whatever container and codec FFmpeg knows, with their exact timestamps. Rotation
 * in the file's metadata is applied and pixels are made square, so that frames are as a player shows them.
 */
export class VideoReader {
  /** Size of the frames, pixels. */
  readonly width: number;
  readonly height: number;
  readonly timeBase: TimeBase;
  /** Mean frames per second as the container states it, null where it does not. */
  readonly frameRate: number | null;
  readonly durationMs: number | null;
  /** When the last frame ends, since the file's start, as the container states it; null where it does not. */
  readonly statedEndMs: number | null;
  /** As the container states it, or as its duration and rate let expect; null where neither is known. */
  readonly expectedFrames: number | null;

  readonly #input: FormatContext;
  readonly #stream: Stream;
  readonly #decoder: CodecContext;
  readonly #orientation: Orientation;
  readonly #startTicks: number;
  readonly #packet = new Packet();
  readonly #decoded = new Frame();
  readonly #scaled = new Frame();
  readonly #scaler = new SoftwareScaleContext();
  readonly #coded: RgbaImage;
  readonly #upright: RgbaImage;
  #closed = false;

  private constructor(input: FormatContext, stream: Stream, decoder: CodecContext, options: VideoReaderOptions) {
    this.#input = input;
    this.#stream = stream;
    this.#decoder = decoder;
    const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
    this.#orientation = matrix ? parseDisplayMatrix(matrix) : UPRIGHT;
    const swapped = swapsSides(this.#orientation);
    const { width, height } = scaledSize(stream, swapped, options);
    this.#coded = createRgbaImage(width, height);
    this.width = swapped ? height : width;
    this.height = swapped ? width : height;
    this.#upright = isUpright(this.#orientation) ? this.#coded : createRgbaImage(this.width, this.height);

    this.timeBase = { num: stream.timeBase.num, den: stream.timeBase.den };
    this.#startTicks = microsecondsToTicks(startTimeUs(input), this.timeBase);
    this.frameRate = rateOf(stream);
    this.durationMs = input.duration > 0n ? Number(input.duration) / 1000 : null;
    const statedEnd = Number(stream.startTime) + Number(stream.duration) - this.#startTicks;
    const isStated = stream.startTime !== AV_NOPTS_VALUE && stream.duration > 0n;
    this.statedEndMs = isStated ? ticksToMs(statedEnd, this.timeBase) : null;
    const estimate = this.durationMs && this.frameRate ? Math.round((this.durationMs * this.frameRate) / 1000) : null;
    this.expectedFrames = stream.nbFrames > 0n ? Number(stream.nbFrames) : estimate;

    this.#packet.alloc();
    this.#decoded.alloc();
    this.#scaler.allocContext();
    this.#scaled.alloc();
    this.#scaled.width = width;
    this.#scaled.height = height;
    this.#scaled.format = AV_PIX_FMT_RGBA;
    checkReturn(this.#scaled.getBuffer(), 'allocate frame');
  }

  /** Rejects with a `VideoFileError`. */
  static async open(path: string, options: VideoReaderOptions = {}): Promise<VideoReader> {
    const input = await openMediaInput(path);
    let decoder: CodecContext | null = null;
    try {
      const stream = videoStreamOf(input);
      decoder = await openDecoder(stream);
      return new VideoReader(input, stream, decoder, options);
    } catch (error) {
      decoder?.freeContext();
      await input.closeInput();
      throw error;
    }
  }

  /**
   * All frames in order, once. Damaged packets are skipped; throws a `VideoFileError` where not one frame can be
   * decoded.
   */
  async *frames(): AsyncGenerator<VideoFileFrame, void, undefined> {
    let index = 0;
    let lastTicks = Number.NEGATIVE_INFINITY;
    for await (const frame of this.#decodedFrames()) {
      const ticks = Math.max(this.#ticksOf(frame, lastTicks), lastTicks + 1);
      const durationTicks = Math.max(1, Number(frame.duration) || this.#meanFrameTicks());
      lastTicks = ticks;
      this.#convert(frame);
      yield { index, ticks, durationTicks, timeMs: ticksToMs(ticks, this.timeBase), image: this.#upright };
      index++;
    }
    if (index === 0 && !this.#closed) throw new VideoFileError('damaged', 'has no frame that can be decoded');
  }

  /** Idempotent. Not to be called while a frame is being awaited. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.#decoded.free();
    this.#scaled.free();
    this.#scaler.freeContext();
    this.#decoder.freeContext();
    this.#input.closeInputSync();
  }

  async *#decodedFrames(): AsyncGenerator<Frame, void, undefined> {
    while (!this.#closed) {
      const ended = (await this.#input.readFrame(this.#packet)) < 0;
      if (!ended && this.#packet.streamIndex !== this.#stream.index) {
        this.#packet.unref();
        continue;
      }
      // An empty packet would end the stream for the decoder.
      if (ended || this.#packet.size > 0) await this.#decoder.sendPacket(ended ? null : this.#packet);
      this.#packet.unref();
      while (!this.#closed) {
        const received = await this.#decoder.receiveFrame(this.#decoded);
        if (received === AVERROR_EOF) return;
        if (received < 0) break;
        yield this.#decoded;
        if (!this.#closed) this.#decoded.unref();
      }
      if (ended) return;
    }
  }

  #ticksOf(frame: Frame, lastTicks: number): number {
    const known = frame.bestEffortTimestamp > -(2n ** 62n);
    if (known) return Number(frame.bestEffortTimestamp) - this.#startTicks;
    return Number.isFinite(lastTicks) ? lastTicks + this.#meanFrameTicks() : 0;
  }

  #meanFrameTicks(): number {
    const { num, den } = this.timeBase;
    return Math.max(1, Math.round(den / (num * (this.frameRate ?? 25))));
  }

  #convert(frame: Frame): void {
    checkReturn(this.#scaler.scaleFrameSync(this.#scaled, frame), 'swscale');
    const plane = this.#scaled.data?.[0];
    if (!plane) throw new VideoFileError('damaged', 'has a frame without a picture');
    const { width, height, data } = this.#coded;
    const rowBytes = width * 4;
    const stride = this.#scaled.linesize[0];
    for (let y = 0; y < height; y++) data.set(plane.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
    // Formats with transparency (GIF, ProRes 4444) bring their own alpha along.
    for (let i = 3; i < data.length; i += 4) data[i] = 255;
    if (this.#upright !== this.#coded) turnUpright(this.#coded, this.#orientation, this.#upright);
  }
}

function videoStreamOf(input: FormatContext): Stream {
  const format = input.iformat?.name ?? '';
  if (format === 'image2' || format.endsWith('_pipe')) {
    throw new VideoFileError('picture', 'is a picture, not a video');
  }
  const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)];
  if (!stream || stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC)) {
    throw new VideoFileError('not-a-video', 'has no video in it');
  }
  const { width, height } = stream.codecpar;
  if (width < 1 || height < 1) throw new VideoFileError('not-a-video', 'is not a video that can be read');
  if (Math.max(width, height) > LARGEST_CODED_SIDE_PX) {
    throw new VideoFileError('too-large', `is ${width}×${height}; the limit is ${LARGEST_CODED_SIDE_PX} pixels a side`);
  }
  return stream;
}

async function openDecoder(stream: Stream): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new VideoFileError('not-a-video', 'is in a video format that cannot be decoded');
  const context = new CodecContext();
  context.allocContext3(codec);
  try {
    checkReturn(context.parametersToContext(stream.codecpar), 'decoder parameters');
    context.pktTimebase = stream.timeBase;
    context.threadCount = 0;
    checkReturn(context.setOption('max_pixels', BigInt(LARGEST_CODED_SIDE_PX ** 2)), 'max_pixels');
    checkReturn(await context.open2(codec), 'open decoder');
    return context;
  } catch {
    context.freeContext();
    throw new VideoFileError('not-a-video', 'is in a video format that cannot be decoded');
  }
}

/** The coded size with square pixels, scaled as wanted, before any turn. */
function scaledSize(
  { codecpar, sampleAspectRatio }: Stream,
  swapped: boolean,
  { maxSidePx = LARGEST_CODED_SIDE_PX, heightPx }: VideoReaderOptions,
): { width: number; height: number } {
  const { num, den } = sampleAspectRatio;
  const width = codecpar.width * (num > 0 && den > 0 ? num / den : 1);
  const { height } = codecpar;
  const shownHeight = swapped ? width : height;
  const scale = heightPx ? heightPx / shownHeight : Math.min(1, maxSidePx / Math.max(width, height));
  const rounded = (side: number) => Math.min(LARGEST_CODED_SIDE_PX, Math.max(1, Math.round(side * scale)));
  return { width: rounded(width), height: rounded(height) };
}

function rateOf({ avgFrameRate, rFrameRate }: Stream): number | null {
  for (const { num, den } of [avgFrameRate, rFrameRate]) if (num > 0 && den > 0) return num / den;
  return null;
}
