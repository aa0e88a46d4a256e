import { readFileSync } from 'node:fs';
import { builtKernel } from '../wasm/kernel-build.ts';

/** What the kernel exports; see `crop-kernel/`. Addresses are bytes of its memory. */
interface KernelExports {
  halve(pixels: number, width: number, height: number): void;
  sample(
    pixels: number,
    width: number,
    height: number,
    x: number,
    y: number,
    columnX: number,
    columnY: number,
    rowX: number,
    rowY: number,
    side: number,
    scale: number,
    bias: number,
    out: number,
  ): void;
}

/** Where a square lies in a picture, in pixels whose whole numbers are the pixels' centres. */
export interface SampleGrid {
  /** The first sample. */
  readonly x: number;
  readonly y: number;
  /** From one column to the next. */
  readonly columnX: number;
  readonly columnY: number;
  /** From one row to the next. */
  readonly rowX: number;
  readonly rowY: number;
  /** Samples along each side. */
  readonly sidePx: number;
}

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
const FLOAT_BYTES = 4;
const PIXEL_BYTES = 4;
/** The kernel takes several pixels at a time: some behind the last one must exist. */
const SLACK_PIXELS = 8;
/** Narrower pictures are not worth halving there. */
export const LEAST_HALVED_WIDTH = 4;

/**
 * Samples squares of pictures bilinearly, in WebAssembly: the inner loop of cropping. Pictures are written into its
 * memory, which grows with the largest and is used again.
 */
export class RegionSampler {
  static #shared: RegionSampler | null = null;
  readonly #exports: KernelExports;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  #pixels = new Uint32Array(0);
  #samples = new Float32Array(0);

  private constructor() {
    const module = new WebAssembly.Module(readFileSync(builtKernel('crop-kernel')));
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#exports = instance.exports as unknown as KernelExports;
  }

  /** The one of this thread: sampling is done before anybody else can want it. Throws a `KernelBuildError`. */
  static get shared(): RegionSampler {
    RegionSampler.#shared ??= new RegionSampler();
    return RegionSampler.#shared;
  }

  /**
   * Room for a picture of `count` pixels, 32-bit words with red in the lowest byte, of which `sidePx × sidePx` samples
   * are going to be taken. To be filled before `sample`; valid until the next call.
   */
  reserve(count: number, sidePx: number): Uint32Array {
    const samples = 3 * sidePx * sidePx;
    if (this.#pixels.length < count || this.#samples.length < samples) {
      const sampleBytes = FLOAT_BYTES * Math.max(samples, this.#samples.length);
      const pixelsAt = Math.ceil((ALIGNMENT + sampleBytes) / ALIGNMENT) * ALIGNMENT;
      const bytes = pixelsAt + PIXEL_BYTES * (Math.max(count, this.#pixels.length) + SLACK_PIXELS);
      const pages = Math.ceil((bytes - this.#memory.buffer.byteLength) / PAGE_BYTES);
      if (pages > 0) this.#memory.grow(pages);
      this.#samples = new Float32Array(this.#memory.buffer, ALIGNMENT, sampleBytes / FLOAT_BYTES);
      const room = Math.floor((this.#memory.buffer.byteLength - pixelsAt) / PIXEL_BYTES) - SLACK_PIXELS;
      this.#pixels = new Uint32Array(this.#memory.buffer, pixelsAt, room);
    }
    return this.#pixels;
  }

  /**
   * Averages fours of the `2·width × 2·height` picture that was written to what `reserve` gave to one pixel each, so
   * that `width × height` are left. The width is at least `LEAST_HALVED_WIDTH`.
   */
  halve(width: number, height: number): void {
    this.#exports.halve(this.#pixels.byteOffset, width, height);
  }

  /**
   * Samples the `width × height` picture that was written to what `reserve` gave: `3 × sidePx × sidePx` floats, all
   * red, all green, all blue, each `value × scale + bias`; outside of the picture black. Valid until the next call.
   */
  sample(width: number, height: number, grid: SampleGrid, scale: number, bias: number): Float32Array {
    const { x, y, columnX, columnY, rowX, rowY, sidePx } = grid;
    const [pixels, samples] = [this.#pixels.byteOffset, this.#samples.byteOffset];
    this.#exports.sample(pixels, width, height, x, y, columnX, columnY, rowX, rowY, sidePx, scale, bias, samples);
    return this.#samples.subarray(0, 3 * sidePx * sidePx);
  }
}
