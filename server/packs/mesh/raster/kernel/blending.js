"use strict";
// Four premultiplied RGBA pixels at a time.
Object.defineProperty(exports, "__esModule", { value: true });
exports.scaled = scaled;
exports.over = over;
/** All channels of each pixel times its factor / 255, rounded. `factors`: four i32 of 0..255. */
function scaled(pixels, factors) {
    const low = i8x16.swizzle(factors, i8x16(0, -1, 0, -1, 0, -1, 0, -1, 4, -1, 4, -1, 4, -1, 4, -1));
    const high = i8x16.swizzle(factors, i8x16(8, -1, 8, -1, 8, -1, 8, -1, 12, -1, 12, -1, 12, -1, 12, -1));
    return i8x16.narrow_i16x8_u(dividedBy255(i16x8.mul(i16x8.extend_low_i8x16_u(pixels), low)), dividedBy255(i16x8.mul(i16x8.extend_high_i8x16_u(pixels), high)));
}
/** `front` over `back` (Porter and Duff, 1984). */
function over(front, back) {
    const through = i32x4.sub(i32x4.splat(255), i32x4.shr_u(front, 24));
    return i8x16.add_sat_u(front, scaled(back, through));
}
/** Exact and rounded for products of two bytes. */
function dividedBy255(products) {
    const rounded = i16x8.add(products, i16x8.splat(128));
    return i16x8.shr_u(i16x8.add(rounded, i16x8.shr_u(rounded, 8)), 8);
}
