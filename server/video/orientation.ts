import type { RgbaImage } from '../imaging/rgba-image.ts';

/** A turn by a multiple of 90° with or without a flip: where a picture's pixels go when it is shown upright. */
export interface Orientation {
  /** `x' = a·x + c·y`, `y' = b·x + d·y`, up to the shift that brings the picture back to the origin; −1, 0 or 1. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const UPRIGHT: Orientation = { a: 1, b: 0, c: 0, d: 1 };

/**
 * Reads a display matrix as FFmpeg keeps it: nine 32-bit integers a b u c d v x y w, of which a b c d are 16.16
 * fixed-point (libavutil/display.h). Turns by other angles than 90° are left out, as players do.
 */
export function parseDisplayMatrix(matrix: Buffer): Orientation {
  if (matrix.length < 36) return UPRIGHT;
  const [a, b, c, d] = [0, 4, 12, 16].map((offset) => Math.sign(Math.round(matrix.readInt32LE(offset) / 65536)));
  const straight = (a !== 0 && d !== 0 && b === 0 && c === 0) || (b !== 0 && c !== 0 && a === 0 && d === 0);
  return straight ? { a, b, c, d } : UPRIGHT;
}

export function isUpright({ a, d }: Orientation): boolean {
  return a === 1 && d === 1;
}

export function swapsSides({ b }: Orientation): boolean {
  return b !== 0;
}

/** Turns `image` upright into `out`, whose sides are swapped where the orientation swaps them. */
export function turnUpright(image: RgbaImage, { a, b, c, d }: Orientation, out: RgbaImage): void {
  const { width, height } = image;
  const from = pixelsOf(image);
  const to = pixelsOf(out);
  // The inverse of a rotation is its transpose: x = a·x' + b·y', y = c·x' + d·y'.
  const originX = a < 0 || b < 0 ? width - 1 : 0;
  const originY = c < 0 || d < 0 ? height - 1 : 0;
  const stepX = a + c * width;
  const stepY = b + d * width;
  let at = 0;
  for (let y = 0; y < out.height; y++) {
    let source = originX + originY * width + y * stepY;
    for (let x = 0; x < out.width; x++, source += stepX) to[at++] = from[source];
  }
}

/** Whole pixels. Pictures of this folder are allocated on 4-byte boundaries. */
function pixelsOf({ data, width, height }: RgbaImage): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, width * height);
}
