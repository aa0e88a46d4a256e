// Texels between texels, four positions at a time. Positions are whole numbers of 1/65536 texel, kept within 32 bits.

export const ONE_TEXEL: f64 = 65536;
/** Added to positions along a row: of these, 6 bits count between two texels, and what is cut off is rounded. */
export const ROUNDING_ACROSS: i32 = 512;

const SHIFT_ACROSS: i32 = 10;
const MASK_ACROSS: i32 = 63;
const ONE_ACROSS: i32 = 64;
/** What stands between a byte of a texel and the signed one that is multiplied, times the weights; and a half. */
const UNSIGNED_AND_HALF: i16 = 128 * 64 + 32;

/**
 * The colours at four positions that lie within the texture, with a neighbour to the right and below. `pitch`: bytes
 * from a texel to the one below it; `indexFactors`: i16 pairs (1, width of the texture).
 */
export function sampled(texels: usize, pitch: usize, indexFactors: v128, us: v128, vs: v128): v128 {
  // The whole parts, as pairs of i16.
  const columnsAndRows = v128.or(v128.and(vs, i32x4.splat(0xffff0000)), i32x4.shr_u(us, 16));
  const offsets = i32x4.shl(i32x4.dot_i16x8_s(columnsAndRows, indexFactors), 2);
  // Weights of the left and the right neighbour, a byte each: 64 together.
  const fractions = v128.and(i32x4.shr_u(us, SHIFT_ACROSS), i32x4.splat(MASK_ACROSS));
  const across = i32x4.add(i32x4.sub(i32x4.shl(fractions, 8), fractions), i32x4.splat(ONE_ACROSS));
  // Of the lower neighbours, 1/32768.
  const down = v128.and(i32x4.shr_u(vs, 1), i32x4.splat(0x7fff));
  const firstPair = i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5);
  const secondPair = i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13);
  const first = bilinear(
    texels + <usize>i32x4.extract_lane(offsets, 0),
    texels + <usize>i32x4.extract_lane(offsets, 1),
    pitch,
    i8x16.swizzle(across, firstPair),
    i8x16.swizzle(down, firstPair),
  );
  const second = bilinear(
    texels + <usize>i32x4.extract_lane(offsets, 2),
    texels + <usize>i32x4.extract_lane(offsets, 3),
    pitch,
    i8x16.swizzle(across, secondPair),
    i8x16.swizzle(down, secondPair),
  );
  return i8x16.narrow_i16x8_u(first, second);
}

/**
 * The channels (i16) of two colours, each between four texels. Relaxed products of bytes are the same on all machines
 * as long as one factor is below 128: the weights are, and texels are made signed for the other.
 */
function bilinear(one: usize, other: usize, pitch: usize, across: v128, down: v128): v128 {
  const channels = i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
  const signs = i8x16.splat(-128);
  const above = v128.xor(v128.load64_lane(other, v128.load64_zero(one), 1), signs);
  const below = v128.xor(v128.load64_lane(other + pitch, v128.load64_zero(one + pitch), 1), signs);
  const upper = i16x8.relaxed_dot_i8x16_i7x16_s(i8x16.swizzle(above, channels), across);
  const lower = i16x8.relaxed_dot_i8x16_i7x16_s(i8x16.swizzle(below, channels), across);
  const mixed = i16x8.add(upper, i16x8.relaxed_q15mulr_s(i16x8.sub(lower, upper), down));
  return i16x8.shr_u(i16x8.add(mixed, i16x8.splat(UNSIGNED_AND_HALF)), 6);
}
