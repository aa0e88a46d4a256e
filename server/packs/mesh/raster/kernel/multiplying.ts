import { colour, height, width } from './frame';

/** Side of a cell, and how far left of and above the picture the first nodes are, pixels. */
const CELL_PX: i32 = 4;
const BORDER_PX: i32 = 2;
/** A multiplier of one, and how many bits it has less than one between nodes. */
export const ONE: i32 = 4096;
/** Multipliers between nodes are 1/2^18, those of pixels 1/2^14. */
const SHIFT_OF_PIXELS: i32 = 4;

/**
 * Multiplies each channel, counted from `−floor` on, by what a grid says: `columns × rows` nodes, four i32 each (1/4096,
 * below 2, alpha's 1), node (c, r) at pixel (4(c + left) − 2, 4(r + top) − 2), bilinear between them. Alpha stays.
 */
export function multiplyByGrid(grid: usize, left: i32, top: i32, columns: i32, rows: i32, floor: i32): void {
  const nodeRow = (<usize>columns) << 4;
  for (let row = 0; row + 1 < rows; row++) {
    const upperLine = (row + top) * CELL_PX - BORDER_PX;
    const firstLine = max(0, upperLine);
    const endLine = min(height, upperLine + CELL_PX);
    for (let column = 0; column + 1 < columns; column++) {
      const node = grid + <usize>row * nodeRow + ((<usize>column) << 4);
      if (isFlat(node) && isFlat(node + nodeRow)) continue;
      const leftPixel = (column + left) * CELL_PX - BORDER_PX;
      const from = max(0, leftPixel);
      const end = min(width, leftPixel + CELL_PX);
      for (let line = firstLine; line < endLine; line++) {
        const lower = i32x4.splat(2 * (line - upperLine) + 1);
        const upper = i32x4.splat(2 * CELL_PX - 2 * (line - upperLine) - 1);
        const begin = between(node, nodeRow, upper, lower);
        const perPixel = i32x4.sub(between(node + 16, nodeRow, upper, lower), begin);
        // At the first pixel's centre, in halves of a pixel.
        let gain = i32x4.add(i32x4.shl(begin, 3), i32x4.mul(perPixel, i32x4.splat(2 * (from - leftPixel) + 1)));
        const step = i32x4.shl(perPixel, 1);
        let at = colour + ((<usize>(line * width + from)) << 2);
        for (let pixel = from; pixel < end; pixel += 2) {
          const next = i32x4.add(gain, step);
          const gains = i16x8.narrow_i32x4_s(i32x4.shr_s(gain, SHIFT_OF_PIXELS), i32x4.shr_s(next, SHIFT_OF_PIXELS));
          gain = i32x4.add(next, step);
          const pixels = multiplied(v128.load64_zero(at), gains, floor);
          if (pixel + 1 < end) v128.store64_lane(at, pixels, 0);
          else v128.store32_lane(at, pixels, 0);
          at += 8;
        }
      }
    }
  }
}

/** Two pixels times their gains (i16, 1/2^14), rounded. */
function multiplied(pixels: v128, gains: v128, floor: i32): v128 {
  const floors = i16x8.splat(<i16>floor);
  const bright = i16x8.shl(i16x8.add(i16x8.extend_low_i8x16_u(pixels), floors), 6);
  const products = i16x8.shr_s(i16x8.add(i16x8.q15mulr_sat_s(bright, gains), i16x8.splat(16)), 5);
  const bytes = i16x8.sub(products, floors);
  return i8x16.narrow_i16x8_u(bytes, bytes);
}

/** Multipliers of 1/2^15 between a node and the one below it. */
function between(node: usize, nodeRow: usize, upper: v128, lower: v128): v128 {
  return i32x4.add(i32x4.mul(v128.load(node), upper), i32x4.mul(v128.load(node + nodeRow), lower));
}

/** Whether a node and its right neighbour change nothing. */
function isFlat(node: usize): bool {
  const ones = i32x4.splat(ONE);
  const first = i32x4.eq(v128.load(node), ones);
  const second = i32x4.eq(v128.load(node, 16), ones);
  return i32x4.all_true(v128.and(first, second));
}
