import { readFileSync } from 'node:fs';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { builtKernel } from '../../wasm/kernel-build.ts';
import type { I420Picture } from './i420-picture.ts';
import { MAX_PICTURE_SIDE_PX } from './i420-picture.ts';

/** What the kernel exports; see `i420-kernel/`. Addresses are bytes of its memory. */
interface KernelExports {
  prepare(): void;
  convert(image: number, width: number, rows: number, luma: number, blue: number, red: number, pitch: number): void;
}

const PAGE_BYTES = 65_536;
/** Rows that are converted at once: few enough for what they are copied to and from to stay in a processor's cache. */
const STRIP_ROWS = 16;
/** Pixels that the kernel takes at once; it may read so many behind the last one. */
const VECTOR_PIXELS = 16;

const IMAGE_BYTES = 4 * (MAX_PICTURE_SIDE_PX * STRIP_ROWS + VECTOR_PIXELS);
const LUMA_BYTES = (MAX_PICTURE_SIDE_PX + VECTOR_PIXELS) * STRIP_ROWS;
const CHROMA_BYTES = LUMA_BYTES / 4;

/**
 * RGBA → I420 (BT.601, 16..235; chroma is the mean of four pixels) strip by strip in WebAssembly, at a third of what
 * swscale costs. One for the process: nothing is kept from one picture to the next.
 */
export class RgbaToI420 {
  static #shared: RgbaToI420 | null = null;
  readonly #exports: KernelExports;
  readonly #image: Uint8Array;
  /** Y, U, V of a strip. */
  readonly #planes: readonly [Uint8Array, Uint8Array, Uint8Array];

  private constructor() {
    const bytes = IMAGE_BYTES + LUMA_BYTES + 2 * CHROMA_BYTES;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
    const module = new WebAssembly.Module(readFileSync(builtKernel('i420-kernel')));
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
    this.#exports.prepare();
    const { buffer } = memory;
    this.#image = new Uint8Array(buffer, 0, IMAGE_BYTES);
    this.#planes = [
      new Uint8Array(buffer, IMAGE_BYTES, LUMA_BYTES),
      new Uint8Array(buffer, IMAGE_BYTES + LUMA_BYTES, CHROMA_BYTES),
      new Uint8Array(buffer, IMAGE_BYTES + LUMA_BYTES + CHROMA_BYTES, CHROMA_BYTES),
    ];
  }

  /** Throws a `KernelBuildError` where the kernel cannot be compiled. */
  static shared(): RgbaToI420 {
    RgbaToI420.#shared ??= new RgbaToI420();
    return RgbaToI420.#shared;
  }

  /** Converts between pictures of the same size, whose sides are even and at most `MAX_PICTURE_SIDE_PX`. */
  convert({ width, height, data }: RgbaImage, out: I420Picture): void {
    const pitch = Math.ceil(width / VECTOR_PIXELS) * VECTOR_PIXELS;
    const [luma, blue, red] = this.#planes;
    for (let top = 0; top < height; top += STRIP_ROWS) {
      const rows = Math.min(STRIP_ROWS, height - top);
      this.#image.set(data.subarray(4 * width * top, 4 * width * (top + rows)));
      this.#exports.convert(
        this.#image.byteOffset,
        width,
        rows,
        luma.byteOffset,
        blue.byteOffset,
        red.byteOffset,
        pitch,
      );
      copyRows(luma, pitch, out.planes[0], out.strides[0], top, rows, width);
      copyRows(blue, pitch / 2, out.planes[1], out.strides[1], top / 2, rows / 2, width / 2);
      copyRows(red, pitch / 2, out.planes[2], out.strides[2], top / 2, rows / 2, width / 2);
    }
  }
}

/** Copies the first `rows` rows of `from` into `to` from row `top` on. */
function copyRows(
  from: Uint8Array,
  fromStride: number,
  to: Uint8Array,
  toStride: number,
  top: number,
  rows: number,
  rowBytes: number,
): void {
  if (fromStride === rowBytes && toStride === rowBytes) {
    to.set(from.subarray(0, rows * rowBytes), top * rowBytes);
    return;
  }
  for (let row = 0; row < rows; row++) {
    to.set(from.subarray(row * fromStride, row * fromStride + rowBytes), (top + row) * toStride);
  }
}
