import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { SquareRegion } from './face-region.ts';
import { LEAST_HALVED_WIDTH, RegionSampler } from './region-sampler.ts';

/** How a colour of 0..255 becomes a network's input: `value * scale + bias`. */
export interface ColourRange {
  readonly scale: number;
  readonly bias: number;
}

export const RANGE_0_TO_1: ColourRange = { scale: 1 / 255, bias: 0 };
export const RANGE_MINUS_1_TO_1: ColourRange = { scale: 1 / 127.5, bias: -1 };

/** From this many picture pixels a sample on, the picture is averaged down first, against aliasing. */
const MAX_STEP_UNFILTERED = 1.5;

/** Averaging more pixels than this gains nothing that a network could see, and would overflow the packed sums. */
const MAX_REDUCTION = 16;

/**
 * Cuts turned squares out of pictures into planar float tensors (all red, all green, all blue), black where the
 * square leaves the picture. The hot path of tracking: some 45,000 samples a frame, no allocation.
 */
export class RegionCropper {
  readonly #sidePx: number;

  /** @param sidePx side of the square tensors this cropper writes */
  constructor(sidePx: number) {
    this.#sidePx = sidePx;
  }

  /**
   * Writes `3 × side × side` floats to `out` from `offset` on.
   * @param mirrored whether to swap left and right of the square
   */
  crop(
    image: RgbaImage,
    region: SquareRegion,
    range: ColourRange,
    out: Float32Array,
    offset = 0,
    mirrored = false,
  ): void {
    const side = this.#sidePx;
    const cos = Math.cos(region.rollRad);
    const sin = Math.sin(region.rollRad);
    const step = region.sizePx / side;
    const factor = step >= MAX_STEP_UNFILTERED ? Math.min(MAX_REDUCTION, Math.round(step)) : 1;
    // What of the picture, reduced, the square and the pixels around it lie in.
    const reach = (region.sizePx / 2) * (Math.abs(cos) + Math.abs(sin)) + 2 * factor;
    const left = Math.max(0, Math.floor((region.centerX - reach) / factor));
    const top = Math.max(0, Math.floor((region.centerY - reach) / factor));
    const width = Math.max(
      0,
      Math.min(Math.floor(image.width / factor), Math.ceil((region.centerX + reach) / factor)) - left,
    );
    const height = Math.max(
      0,
      Math.min(Math.floor(image.height / factor), Math.ceil((region.centerY + reach) / factor)) - top,
    );
    const sampler = RegionSampler.shared;
    const pixels = pixelsOf(image);
    if (factor === 1) {
      copyPart(pixels, image.width, left, top, width, height, sampler.reserve(width * height, side));
    } else if (factor === 2 && width >= LEAST_HALVED_WIDTH) {
      const whole = sampler.reserve(4 * width * height, side);
      copyPart(pixels, image.width, 2 * left, 2 * top, 2 * width, 2 * height, whole);
      sampler.halve(width, height);
    } else {
      averageDown(pixels, image.width, left, top, width, height, factor, sampler.reserve(width * height, side));
    }

    const half = (side - 1) / 2;
    const columnX = ((mirrored ? -cos : cos) * step) / factor;
    const columnY = ((mirrored ? -sin : sin) * step) / factor;
    const [rowX, rowY] = [(-sin * step) / factor, (cos * step) / factor];
    const x = region.centerX / factor - left - 0.5 - (columnX + rowX) * half;
    const y = region.centerY / factor - top - 0.5 - (columnY + rowY) * half;
    const grid = { x, y, columnX, columnY, rowX, rowY, sidePx: side };
    out.set(sampler.sample(width, height, grid, range.scale, range.bias), offset);
  }
}

/** The part of the picture that starts at (`left`, `top`). */
function copyPart(
  pixels: Uint32Array,
  pictureWidth: number,
  left: number,
  top: number,
  width: number,
  height: number,
  out: Uint32Array,
): void {
  for (let row = 0; row < height; row++) {
    const from = (top + row) * pictureWidth + left;
    out.set(pixels.subarray(from, from + width), row * width);
  }
}

/**
 * Averages `factor × factor` pixels to one, for the part of the picture that starts at (`left`, `top`) of the small
 * one. Cells lie on a fixed grid of the picture, so that a moving region does not make them shimmer.
 */
function averageDown(
  pixels: Uint32Array,
  width: number,
  left: number,
  top: number,
  reducedWidth: number,
  reducedHeight: number,
  factor: number,
  out: Uint32Array,
): void {
  const area = factor * factor;
  const half = area >> 1;
  let next = 0;
  for (let row = 0; row < reducedHeight; row++) {
    let cell = (top + row) * factor * width + left * factor;
    for (let column = 0; column < reducedWidth; column++, cell += factor) {
      // Red in the low and blue in the high half of one sum: 16² × 255 fits 16 bits.
      let redBlue = 0;
      let green = 0;
      for (let y = 0, line = cell; y < factor; y++, line += width) {
        for (let x = 0; x < factor; x++) {
          const pixel = pixels[line + x];
          redBlue += pixel & 0xff00ff;
          green += (pixel >>> 8) & 255;
        }
      }
      const red = ((redBlue & 0xffff) + half) / area;
      const blue = ((redBlue >>> 16) + half) / area;
      out[next++] = red | (((green + half) / area) << 8) | (blue << 16);
    }
  }
}

/** A picture's pixels as 32-bit words, red in the lowest byte (every platform Node runs on is little-endian). */
function pixelsOf(image: RgbaImage): Uint32Array {
  const { data, width, height } = image;
  // Not `slice`: that of a Buffer, as messages between processes bring them, copies nothing.
  const aligned = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, width * height);
}
