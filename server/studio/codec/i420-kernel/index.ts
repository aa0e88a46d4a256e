// RGBA to I420 in WebAssembly SIMD, compiled by AssemblyScript: BT.601, 16..235, a colour for four pixels being their
// mean. Products are rounded to 1/128 of a step.

// Vectors are variables, set by `prepare`: V8 puts a constant together anew wherever it is used, and loads a variable.

/** 2^15 times the shares of red, green and blue (ITU-R BT.601-7, 2.5.3 and 2.5.4, for 8 bits), i16. */
let Y_RED: v128 = i32x4.splat(0);
let Y_GREEN: v128 = i32x4.splat(0);
let Y_BLUE: v128 = i32x4.splat(0);
let U_RED: v128 = i32x4.splat(0);
let U_GREEN: v128 = i32x4.splat(0);
let U_BLUE: v128 = i32x4.splat(0);
let V_RED: v128 = i32x4.splat(0);
let V_GREEN: v128 = i32x4.splat(0);
let V_BLUE: v128 = i32x4.splat(0);
/** Black and grey, and a half, in 1/128. */
let BLACK: v128 = i32x4.splat(0);
let GREY: v128 = i32x4.splat(0);
/** A byte in i32, times 128. */
let BYTES: v128 = i32x4.splat(0);

/** Once, before all else. */
export function prepare(): void {
  Y_RED = i16x8.splat(8414);
  Y_GREEN = i16x8.splat(16519);
  Y_BLUE = i16x8.splat(3208);
  U_RED = i16x8.splat(-4857);
  U_GREEN = i16x8.splat(-9535);
  U_BLUE = i16x8.splat(14392);
  V_RED = i16x8.splat(14392);
  V_GREEN = i16x8.splat(-12052);
  V_BLUE = i16x8.splat(-2340);
  BLACK = i16x8.splat(16 * 128 + 64);
  GREY = i16x8.splat(128 * 128 + 64);
  BYTES = i32x4.splat(0x7f80);
}

/**
 * Converts `rows` rows (even) of `width` pixels (even), 16 pixels at a time: `image` may be read to 60 bytes behind its
 * last pixel. Rows of `luma` are `pitch` bytes apart, a multiple of 16; those of `blues` and `reds` half as many.
 */
export function convert(image: usize, width: i32, rows: i32, luma: usize, blues: usize, reds: usize, pitch: i32): void {
  const rowBytes = (<usize>width) << 2;
  for (let row = 0; row < rows; row += 2) {
    let upper = image + <usize>row * rowBytes;
    let lower = upper + rowBytes;
    let lumaAt = luma + <usize>(row * pitch);
    let blueAt = blues + <usize>((row * pitch) >> 2);
    let redAt = reds + <usize>((row * pitch) >> 2);
    for (let left = width; left > 0; left -= 16) {
      const a = v128.load(upper);
      const b = v128.load(upper, 16);
      const c = v128.load(upper, 32);
      const d = v128.load(upper, 48);
      const e = v128.load(lower);
      const f = v128.load(lower, 16);
      const g = v128.load(lower, 32);
      const h = v128.load(lower, 48);
      const abRed = red(a, b);
      const abGreen = green(a, b);
      const abBlue = blue(a, b);
      const cdRed = red(c, d);
      const cdGreen = green(c, d);
      const cdBlue = blue(c, d);
      const efRed = red(e, f);
      const efGreen = green(e, f);
      const efBlue = blue(e, f);
      const ghRed = red(g, h);
      const ghGreen = green(g, h);
      const ghBlue = blue(g, h);
      v128.store(lumaAt, i8x16.narrow_i16x8_u(brightness(abRed, abGreen, abBlue), brightness(cdRed, cdGreen, cdBlue)));
      v128.store(
        lumaAt + <usize>pitch,
        i8x16.narrow_i16x8_u(brightness(efRed, efGreen, efBlue), brightness(ghRed, ghGreen, ghBlue)),
      );
      const red4 = quarters(abRed, cdRed, efRed, ghRed);
      const green4 = quarters(abGreen, cdGreen, efGreen, ghGreen);
      const blue4 = quarters(abBlue, cdBlue, efBlue, ghBlue);
      const us = mixed(red4, green4, blue4, U_RED, U_GREEN, U_BLUE, GREY);
      const vs = mixed(red4, green4, blue4, V_RED, V_GREEN, V_BLUE, GREY);
      const chroma = i8x16.narrow_i16x8_u(us, vs);
      v128.store64_lane(blueAt, chroma, 0);
      v128.store64_lane(redAt, chroma, 1);
      upper += 64;
      lower += 64;
      lumaAt += 16;
      blueAt += 8;
      redAt += 8;
    }
  }
}

/** A channel of eight pixels, times 128. */
function red(first: v128, second: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.and(i32x4.shl(first, 7), BYTES), v128.and(i32x4.shl(second, 7), BYTES));
}

function green(first: v128, second: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.and(i32x4.shr_u(first, 1), BYTES), v128.and(i32x4.shr_u(second, 1), BYTES));
}

function blue(first: v128, second: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.and(i32x4.shr_u(first, 9), BYTES), v128.and(i32x4.shr_u(second, 9), BYTES));
}

function brightness(reds: v128, greens: v128, blues: v128): v128 {
  return mixed(reds, greens, blues, Y_RED, Y_GREEN, Y_BLUE, BLACK);
}

/** Eight pixels' sums of their channels times shares, and an offset. */
function mixed(
  reds: v128,
  greens: v128,
  blues: v128,
  redShare: v128,
  greenShare: v128,
  blueShare: v128,
  offset: v128,
): v128 {
  const ofTwo = i16x8.add(i16x8.relaxed_q15mulr_s(reds, redShare), i16x8.relaxed_q15mulr_s(greens, greenShare));
  const ofAll = i16x8.add(ofTwo, i16x8.relaxed_q15mulr_s(blues, blueShare));
  return i16x8.shr_s(i16x8.add(ofAll, offset), 7);
}

/** Means over 2×2 pixels: of sixteen, and those below them. */
function quarters(first: v128, second: v128, firstBelow: v128, secondBelow: v128): v128 {
  const left = i16x8.avgr_u(first, firstBelow);
  const right = i16x8.avgr_u(second, secondBelow);
  const even = v128.shuffle<i16>(left, right, 0, 2, 4, 6, 8, 10, 12, 14);
  const odd = v128.shuffle<i16>(left, right, 1, 3, 5, 7, 9, 11, 13, 15);
  return i16x8.avgr_u(even, odd);
}
