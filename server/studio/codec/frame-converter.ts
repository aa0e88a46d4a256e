import type { AVPixelFormat, SwsFlags } from 'node-av/constants';
import {
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  SWS_ACCURATE_RND,
  SWS_BILINEAR,
} from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { CodecError, checkReturn } from './ffmpeg.ts';
import type { I420Picture } from './i420-picture.ts';
import { assertI420Picture, assertPictureSize } from './i420-picture.ts';
import { RgbaToI420 } from './rgba-to-i420.ts';

/** swscale's vector code writes whole vectors and may run past the last pixel of the last row. */
const OVERRUN_BYTES = 256;
/** Rows of this many pixels are whole vectors: nothing is read past the last one. */
const VECTOR_PIXELS = 32;

/** Allocates a picture that swscale may write to; see `OVERRUN_BYTES`. */
export function createConvertibleImage(width: number, height: number): RgbaImage {
  const bytes = width * height * 4;
  return { width, height, data: new Uint8Array(bytes + OVERRUN_BYTES).subarray(0, bytes) };
}

/**
 * Colour conversion at the same size, BT.601 as video calls use it: to RGBA by swscale, to I420 in WebAssembly.
 *
 * Cameras are not scaled down: at 1280×720 the conversion costs 0.23 CPU ms, and scaling to half as it converts 0.5.
 */
export class FrameConverter {
  #toRgba: CachedScaler | null = null;
  #closed = false;

  /**
   * Converts into `out` where it has the picture's size, else into a new picture, and gives that one back.
   * Throws a `CodecError` for pictures whose planes do not fit their size.
   */
  toRgba(picture: I420Picture, out: RgbaImage | null): RgbaImage {
    this.#assertOpen();
    assertI420Picture(picture);
    const { width, height } = picture;
    const image = out?.width === width && out.height === height ? out : createConvertibleImage(width, height);
    assertConvertible(image);
    const format = picture.fullRange ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
    this.#toRgba = CachedScaler.renew(this.#toRgba, width, height, format, AV_PIX_FMT_RGBA);
    this.#toRgba.convert([...picture.planes], [...picture.strides], [bufferOver(image.data)], [width * 4]);
    return image;
  }

  /** Converts into the planes of `out`, which has the image's size, even. Throws a `CodecError` where it has not. */
  toI420(image: RgbaImage, out: I420Picture): void {
    this.#assertOpen();
    assertI420Picture(out);
    const { width, height } = image;
    if (out.width !== width || out.height !== height || image.data.length !== width * height * 4) {
      throw new CodecError(
        'picture',
        `${width}×${height} of ${image.data.length} bytes into ${out.width}×${out.height}`,
      );
    }
    if (width % 2 !== 0 || height % 2 !== 0) throw new CodecError('picture', `${width}×${height} is not even`);
    RgbaToI420.shared().convert(image, out);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#toRgba?.free();
  }

  #assertOpen(): void {
    if (this.#closed) throw new CodecError('closed', 'the converter is closed');
  }
}

/** A swscale context for one size and pair of formats. */
class CachedScaler {
  readonly #context = new SoftwareScaleContext();
  readonly #key: string;
  readonly #height: number;

  private constructor(width: number, height: number, from: AVPixelFormat, to: AVPixelFormat) {
    this.#key = CachedScaler.#keyOf(width, height, from, to);
    this.#height = height;
    // The fast way from YUV converts whole vectors alone and leaves the last columns of other widths as they were.
    const flags = width % VECTOR_PIXELS === 0 ? SWS_BILINEAR : SWS_BILINEAR | SWS_ACCURATE_RND;
    this.#context.getContext(width, height, from, width, height, to, flags as SwsFlags);
  }

  /** Keeps the scaler where it still fits, else frees it and makes one that does. */
  static renew(
    scaler: CachedScaler | null,
    width: number,
    height: number,
    from: AVPixelFormat,
    to: AVPixelFormat,
  ): CachedScaler {
    if (scaler && scaler.#key === CachedScaler.#keyOf(width, height, from, to)) return scaler;
    scaler?.free();
    assertPictureSize(width, height);
    return new CachedScaler(width, height, from, to);
  }

  static #keyOf(width: number, height: number, from: AVPixelFormat, to: AVPixelFormat): string {
    return `${width}x${height} ${from}>${to}`;
  }

  convert(from: Buffer[], fromStrides: number[], to: Buffer[], toStrides: number[]): void {
    checkReturn(this.#context.scaleSync(from, fromStrides, 0, this.#height, to, toStrides), 'swscale');
  }

  free(): void {
    this.#context.freeContext();
  }
}

/** A picture from elsewhere may end where its memory ends: only whole vectors are written into it. */
function assertConvertible({ width, height, data }: RgbaImage): void {
  if (data.length !== width * height * 4)
    throw new CodecError('picture', `${data.length} bytes for ${width}×${height}`);
  const room = data.buffer.byteLength - data.byteOffset - data.length;
  if (width % VECTOR_PIXELS !== 0 && room < OVERRUN_BYTES) {
    throw new CodecError('picture', 'the target was not made by createConvertibleImage');
  }
}

function bufferOver(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
