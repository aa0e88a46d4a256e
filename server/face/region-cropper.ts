import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { SquareRegion } from './face-region.ts';

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
  /** The picture around the region, averaged down; reused. */
  #reduced = new Uint32Array(0);

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
    let pixels = pixelsOf(image);
    let { width, height } = image;
    let { centerX, centerY, sizePx } = region;
    if (sizePx / side >= MAX_STEP_UNFILTERED) {
      const factor = Math.min(MAX_REDUCTION, Math.round(sizePx / side));
      const reach = (sizePx / 2) * (Math.abs(Math.cos(region.rollRad)) + Math.abs(Math.sin(region.rollRad))) + factor;
      const left = Math.max(0, Math.floor((centerX - reach) / factor));
      const top = Math.max(0, Math.floor((centerY - reach) / factor));
      const right = Math.min(Math.floor(width / factor), Math.ceil((centerX + reach) / factor));
      const bottom = Math.min(Math.floor(height / factor), Math.ceil((centerY + reach) / factor));
      const reducedWidth = Math.max(0, right - left);
      const reducedHeight = Math.max(0, bottom - top);
      const count = reducedWidth * reducedHeight;
      if (this.#reduced.length < count) this.#reduced = new Uint32Array(count);
      if (factor === 2) averageFours(pixels, width, left, top, reducedWidth, reducedHeight, this.#reduced);
      else averageDown(pixels, width, left, top, reducedWidth, reducedHeight, factor, this.#reduced);
      pixels = this.#reduced;
      width = reducedWidth;
      height = reducedHeight;
      centerX = centerX / factor - left;
      centerY = centerY / factor - top;
      sizePx /= factor;
    }
    const step = sizePx / side;
    const cos = Math.cos(region.rollRad) * step;
    const sin = Math.sin(region.rollRad) * step;
    const columnX = mirrored ? -cos : cos;
    const columnY = mirrored ? -sin : sin;
    const half = (side - 1) / 2;
    for (let row = 0; row < side; row++) {
      // Centre of the row's first sample, in coordinates whose whole numbers are pixel centres.
      const x = centerX - 0.5 - columnX * half - sin * (row - half);
      const y = centerY - 0.5 - columnY * half + cos * (row - half);
      sampleRow(pixels, width, height, x, y, columnX, columnY, range, out, offset + row * side, side);
    }
  }
}

/** Bilinear samples along a line, `count` of them from (`x`, `y`) in steps of (`stepX`, `stepY`). */
function sampleRow(
  pixels: Uint32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  stepX: number,
  stepY: number,
  range: ColourRange,
  out: Float32Array,
  offset: number,
  count: number,
): void {
  const plane = count * count;
  // The samples with four pixels around them are a run without gaps: the picture is convex.
  const isInside = (i: number) => {
    const sampleX = x + stepX * i;
    const sampleY = y + stepY * i;
    return sampleX >= 0 && sampleY >= 0 && sampleX < width - 1 && sampleY < height - 1;
  };
  let from = 0;
  while (from < count && !isInside(from)) from++;
  let to = count;
  while (to > from && !isInside(to - 1)) to--;
  for (let i = 0; i < from; i++) {
    sampleAtEdge(pixels, width, height, x + stepX * i, y + stepY * i, range, out, offset + i, plane);
  }
  for (let i = to; i < count; i++) {
    sampleAtEdge(pixels, width, height, x + stepX * i, y + stepY * i, range, out, offset + i, plane);
  }
  x += stepX * from;
  y += stepY * from;
  const { scale, bias } = range;
  for (let red = offset + from; red < offset + to; red++, x += stepX, y += stepY) {
    const x0 = x | 0;
    const y0 = y | 0;
    const fractionX = x - x0;
    const weightBelow = (y - y0) * scale;
    const weightAbove = scale - weightBelow;
    const aboveRight = fractionX * weightAbove;
    const aboveLeft = weightAbove - aboveRight;
    const belowRight = fractionX * weightBelow;
    const belowLeft = weightBelow - belowRight;
    const at = y0 * width + x0;
    const a = pixels[at];
    const b = pixels[at + 1];
    const c = pixels[at + width];
    const d = pixels[at + width + 1];
    out[red] = (a & 255) * aboveLeft + (b & 255) * aboveRight + (c & 255) * belowLeft + (d & 255) * belowRight + bias;
    out[red + plane] =
      ((a >>> 8) & 255) * aboveLeft +
      ((b >>> 8) & 255) * aboveRight +
      ((c >>> 8) & 255) * belowLeft +
      ((d >>> 8) & 255) * belowRight +
      bias;
    out[red + 2 * plane] =
      ((a >>> 16) & 255) * aboveLeft +
      ((b >>> 16) & 255) * aboveRight +
      ((c >>> 16) & 255) * belowLeft +
      ((d >>> 16) & 255) * belowRight +
      bias;
  }
}

/** One bilinear sample that may need pixels beyond the picture's edge, or lie beyond it itself. */
function sampleAtEdge(
  pixels: Uint32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  { scale, bias }: ColourRange,
  out: Float32Array,
  red: number,
  plane: number,
): void {
  // A pixel reaches half a pixel beyond its centre; outside of that there is no picture.
  if (!(x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5)) {
    out[red] = bias;
    out[red + plane] = bias;
    out[red + 2 * plane] = bias;
    return;
  }
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fractionX = x - left;
  const fractionY = y - top;
  const above = Math.max(0, top) * width;
  const below = Math.min(height - 1, top + 1) * width;
  const a = pixels[above + Math.max(0, left)];
  const b = pixels[above + Math.min(width - 1, left + 1)];
  const c = pixels[below + Math.max(0, left)];
  const d = pixels[below + Math.min(width - 1, left + 1)];
  for (let channel = 0; channel < 3; channel++) {
    const shift = 8 * channel;
    const upper = ((a >>> shift) & 255) * (1 - fractionX) + ((b >>> shift) & 255) * fractionX;
    const lower = ((c >>> shift) & 255) * (1 - fractionX) + ((d >>> shift) & 255) * fractionX;
    out[red + channel * plane] = (upper * (1 - fractionY) + lower * fractionY) * scale + bias;
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

/** `averageDown` by two, what most cameras come to: the same numbers, two channels at a time. */
function averageFours(
  pixels: Uint32Array,
  width: number,
  left: number,
  top: number,
  reducedWidth: number,
  reducedHeight: number,
  out: Uint32Array,
): void {
  let next = 0;
  for (let row = 0; row < reducedHeight; row++) {
    let above = 2 * ((top + row) * width + left);
    for (const end = next + reducedWidth; next < end; next++, above += 2) {
      const a = pixels[above];
      const b = pixels[above + 1];
      const c = pixels[above + width];
      const d = pixels[above + width + 1];
      const redBlue = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x20002;
      const green = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00) + 0x200;
      out[next] = ((redBlue >>> 2) & 0xff00ff) | ((green >>> 2) & 0xff00);
    }
  }
}

/** A picture's pixels as 32-bit words, red in the lowest byte (every platform Node runs on is little-endian). */
function pixelsOf(image: RgbaImage): Uint32Array {
  const { data, width, height } = image;
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, width * height);
}
