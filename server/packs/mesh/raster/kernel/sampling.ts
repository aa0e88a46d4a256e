// Texels between texels, four positions at a time. Positions are whole numbers of 1/65536 texel, kept within 32 bits.

import {
  BY_CHANNEL,
  FIRST_TWO,
  FRACTION,
  LAST_TWO,
  SIGNED_AND_HALF,
  SIGNS,
  SIX_BITS,
  SIXTY_FOURS,
  WHOLE,
} from './constants';

export const ONE_TEXEL: f64 = 65536;
/** Added to positions along a row: of these, 6 bits count between two texels, and what is cut off is rounded. */
export const ROUNDING_ACROSS: i32 = 512;

const SHIFT_ACROSS: i32 = 10;

/**
 * The colours at four positions that lie within the texture, with a neighbour to the right and below. `pitch`: bytes
 * from a texel to the one below it; `indexFactors`: i16 pairs (1, width of the texture).
 */
export function sampled(texels: usize, pitch: usize, indexFactors: v128, us: v128, vs: v128): v128 {
  // The whole parts, as pairs of i16.
  const columnsAndRows = v128.or(v128.and(vs, WHOLE), i32x4.shr_u(us, 16));
  const offsets = i32x4.shl(i32x4.dot_i16x8_s(columnsAndRows, indexFactors), 2);
  // Weights of the left and the right neighbour, a byte each: 64 together.
  const fractions = v128.and(i32x4.shr_u(us, SHIFT_ACROSS), SIX_BITS);
  const across = i32x4.add(i32x4.sub(i32x4.shl(fractions, 8), fractions), SIXTY_FOURS);
  // Of the lower neighbours, 1/32768.
  const down = v128.and(i32x4.shr_u(vs, 1), FRACTION);
  const first = bilinear(
    texels + <usize>i32x4.extract_lane(offsets, 0),
    texels + <usize>i32x4.extract_lane(offsets, 1),
    pitch,
    i8x16.relaxed_swizzle(across, FIRST_TWO),
    i8x16.relaxed_swizzle(down, FIRST_TWO),
  );
  const second = bilinear(
    texels + <usize>i32x4.extract_lane(offsets, 2),
    texels + <usize>i32x4.extract_lane(offsets, 3),
    pitch,
    i8x16.relaxed_swizzle(across, LAST_TWO),
    i8x16.relaxed_swizzle(down, LAST_TWO),
  );
  return i8x16.narrow_i16x8_u(first, second);
}

/**
 * The channels (i16) of two colours, each between four texels. Relaxed products of bytes are the same on all machines
 * as long as one factor is below 128: the weights are, and texels are made signed for the other. Relaxed swizzles are,
 * of lanes that exist.
 */
function bilinear(one: usize, other: usize, pitch: usize, across: v128, down: v128): v128 {
  const above = v128.xor(v128.load64_lane(other, v128.load64_zero(one), 1), SIGNS);
  const below = v128.xor(v128.load64_lane(other + pitch, v128.load64_zero(one + pitch), 1), SIGNS);
  const upper = i16x8.relaxed_dot_i8x16_i7x16_s(i8x16.relaxed_swizzle(above, BY_CHANNEL), across);
  const lower = i16x8.relaxed_dot_i8x16_i7x16_s(i8x16.relaxed_swizzle(below, BY_CHANNEL), across);
  const mixed = i16x8.add(upper, i16x8.relaxed_q15mulr_s(i16x8.sub(lower, upper), down));
  return i16x8.shr_u(i16x8.add(mixed, SIGNED_AND_HALF), 6);
}
