// Vectors that inner loops need. V8 puts a constant together anew wherever it is used, from two integers; variables it
// loads: an eighth less time for triangles, measured. They are set by `setUp`, or the compiler would make constants of
// them again.

/** The numbers of the lanes, i32. */
export let LANES: v128 = i32x4.splat(0);
/** Alpha of pixels. */
export let ALPHA: v128 = i32x4.splat(0);
/** The second lane, i32. */
export let SECOND: v128 = i32x4.splat(0);
/** f64. */
export let HALVES: v128 = i32x4.splat(0);
export let ONES: v128 = i32x4.splat(0);
/** The whole part of 16.16 numbers, and 15 bits of the other. */
export let WHOLE: v128 = i32x4.splat(0);
export let FRACTION: v128 = i32x4.splat(0);
/** Six bits, i32, and the number behind them. */
export let SIX_BITS: v128 = i32x4.splat(0);
export let SIXTY_FOURS: v128 = i32x4.splat(0);
/** The sign of bytes. */
export let SIGNS: v128 = i32x4.splat(0);
/** 128 · 64 and a half of 64, i16. */
export let SIGNED_AND_HALF: v128 = i32x4.splat(0);
/** Swizzles: i16 of the first and second, or third and fourth lane of i32, four times each. */
export let FIRST_TWO: v128 = i32x4.splat(0);
export let LAST_TWO: v128 = i32x4.splat(0);
/** Swizzle: two pixels beside each other, twice, channel by channel. */
export let BY_CHANNEL: v128 = i32x4.splat(0);
/** f32. */
export let QUARTER: v128 = i32x4.splat(0);
export let HALF: v128 = i32x4.splat(0);

export function setConstants(): void {
  LANES = i32x4(0, 1, 2, 3);
  ALPHA = i32x4.splat(0xff000000);
  SECOND = i32x4(0, -1, 0, 0);
  HALVES = f64x2.splat(0.5);
  ONES = f64x2.splat(1);
  WHOLE = i32x4.splat(0xffff0000);
  FRACTION = i32x4.splat(0x7fff);
  SIX_BITS = i32x4.splat(63);
  SIXTY_FOURS = i32x4.splat(64);
  SIGNS = i8x16.splat(-128);
  SIGNED_AND_HALF = i16x8.splat(128 * 64 + 32);
  FIRST_TWO = i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5);
  LAST_TWO = i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13);
  QUARTER = f32x4.splat(0.25);
  HALF = f32x4.splat(0.5);
  BY_CHANNEL = i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
}
