// Bilinear sampling of a turned square in WebAssembly SIMD, compiled by AssemblyScript. The host (region-sampler.ts)
// owns the memory and places the picture and the samples in it.

/** Places within a run of samples are in 2⁻¹⁸ pixels: parts of pictures are well below 8192 pixels wide. */
const FRACTION_BITS: i32 = 18;
const ONE_PIXEL: i32 = 1 << FRACTION_BITS;
/** Where steps are longer than any part of a picture, no run has two samples. */
const LONGEST_STEP: f64 = 8191;

/**
 * Writes `side × side` samples as planar f32, all red, all green, all blue, each `value × scale + bias`, to `out`.
 * `pixels` are `width × height` of 4 bytes, red first. The first sample is at (`x`, `y`), whose whole numbers are pixel
 * centres; a column is a step of (`columnX`, `columnY`), a row one of (`rowX`, `rowY`). What lies outside of the picture
 * is black.
 */
export function sample(
  pixels: usize,
  width: i32,
  height: i32,
  x: f64,
  y: f64,
  columnX: f64,
  columnY: f64,
  rowX: f64,
  rowY: f64,
  side: i32,
  scale: f32,
  bias: f32,
  out: usize,
): void {
  const plane = (<usize>(side * side)) << 2;
  const stride = (<usize>width) << 2;
  for (let row = 0; row < side; row++, x += rowX, y += rowY, out += (<usize>side) << 2) {
    // The samples with four pixels around them are a run without gaps: the picture is convex.
    let from = 0;
    while (from < side && !isInside(x + columnX * from, y + columnY * from, width, height)) from++;
    let to = side;
    while (to > from && !isInside(x + columnX * (to - 1), y + columnY * (to - 1), width, height)) to--;
    for (let i = 0; i < from; i++) {
      const colour = atEdge(pixels, width, height, x + columnX * i, y + columnY * i);
      store(out + ((<usize>i) << 2), plane, colour, scale, bias);
    }
    for (let i = to; i < side; i++) {
      const colour = atEdge(pixels, width, height, x + columnX * i, y + columnY * i);
      store(out + ((<usize>i) << 2), plane, colour, scale, bias);
    }
    if (from === to) continue;
    let fixedX = <i32>((x + columnX * from) * ONE_PIXEL);
    let fixedY = <i32>((y + columnY * from) * ONE_PIXEL);
    const stepX = fixedStep(columnX);
    const stepY = fixedStep(columnY);
    for (let i = from; i < to; i++, fixedX += stepX, fixedY += stepY) {
      // Rounded steps may lead a hair beyond the run.
      const placeX = max(fixedX, 0);
      const placeY = max(fixedY, 0);
      const at = pixels + <usize>(placeY >> FRACTION_BITS) * stride + ((<usize>(placeX >> FRACTION_BITS)) << 2);
      const colour = blend(v128.load64_zero(at), v128.load64_zero(at + stride), fraction(placeX), fraction(placeY));
      store(out + ((<usize>i) << 2), plane, colour, scale, bias);
    }
  }
}

function fixedStep(step: f64): i32 {
  return <i32>nearest(max(-LONGEST_STEP, min(LONGEST_STEP, step)) * ONE_PIXEL);
}

function isInside(x: f64, y: f64, width: i32, height: i32): boolean {
  return x >= 0 && y >= 0 && x < width - 1 && y < height - 1;
}

function fraction(fixed: i32): f32 {
  return <f32>(fixed & (ONE_PIXEL - 1)) * (1 / <f32>ONE_PIXEL);
}

/** Of two pixels above and two below, 4 bytes each. */
function blend(above: v128, below: v128, fractionX: f32, fractionY: f32): v128 {
  const upper = mix(i16x8.extend_low_i8x16_u(above), fractionX);
  const lower = mix(i16x8.extend_low_i8x16_u(below), fractionX);
  return f32x4.add(upper, f32x4.mul(f32x4.splat(fractionY), f32x4.sub(lower, upper)));
}

/** Of two pixels of 4 × u16 each, as floats. */
function mix(pair: v128, fractionX: f32): v128 {
  const left = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(pair));
  const right = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(pair));
  return f32x4.add(left, f32x4.mul(f32x4.splat(fractionX), f32x4.sub(right, left)));
}

function store(out: usize, plane: usize, colour: v128, scale: f32, bias: f32): void {
  const value = f32x4.add(f32x4.mul(colour, f32x4.splat(scale)), f32x4.splat(bias));
  v128.store32_lane(out, value, 0);
  v128.store32_lane(out + plane, value, 1);
  v128.store32_lane(out + 2 * plane, value, 2);
}

/** A sample that may need pixels beyond the picture's edge, those on the edge instead, or lie beyond it itself. */
function atEdge(pixels: usize, width: i32, height: i32, x: f64, y: f64): v128 {
  // A pixel reaches half a pixel beyond its centre; outside of that there is no picture.
  if (!(x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5)) return f32x4.splat(0);
  const left = <i32>Math.floor(x);
  const top = <i32>Math.floor(y);
  const stride = (<usize>width) << 2;
  const above = pixels + <usize>max(0, top) * stride;
  const below = pixels + <usize>min(height - 1, top + 1) * stride;
  const leftByte = (<usize>max(0, left)) << 2;
  const rightByte = (<usize>min(width - 1, left + 1)) << 2;
  return blend(
    v128.load32_lane(above + rightByte, v128.load32_zero(above + leftByte), 1),
    v128.load32_lane(below + rightByte, v128.load32_zero(below + leftByte), 1),
    <f32>(x - left),
    <f32>(y - top),
  );
}

/**
 * Averages fours of `2·width × 2·height` pixels to one, rounded, in place: `width × height` are left. The width is at
 * least 4; up to 12 bytes behind the result change, too.
 */
export function halve(pixels: usize, width: i32, height: i32): void {
  const stride = (<usize>width) << 3;
  for (let row = 0; row < height; row++) {
    const above = pixels + <usize>(2 * row) * stride;
    const out = pixels + ((<usize>(row * width)) << 2);
    for (let column = 0; column < width; column += 4) {
      // What is written never reaches what is still to be read.
      const at = above + ((<usize>column) << 3);
      const left = averagePairs(v128.load(at), v128.load(at + stride));
      const right = averagePairs(v128.load(at, 16), v128.load(at + stride, 16));
      v128.store(out + ((<usize>column) << 2), i8x16.narrow_i16x8_u(left, right));
    }
  }
}

/** Four pixels above and four below → two, 4 × u16 each. */
function averagePairs(above: v128, below: v128): v128 {
  const first = i16x8.add(i16x8.extend_low_i8x16_u(above), i16x8.extend_low_i8x16_u(below));
  const second = i16x8.add(i16x8.extend_high_i8x16_u(above), i16x8.extend_high_i8x16_u(below));
  const sums = i16x8.add(v128.shuffle<i64>(first, second, 0, 2), v128.shuffle<i64>(first, second, 1, 3));
  return i16x8.shr_u(i16x8.add(sums, i16x8.splat(2)), 2);
}
