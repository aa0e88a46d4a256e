"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.softenEdges = softenEdges;
const frame_1 = require("./frame");
/**
 * Smooths the staircase along edges where something near hides something farther, within the box.
 * See `EdgeOptions` of the host. `list` has room for 8 bytes for each pixel of the picture.
 */
function softenEdges(left, top, right, bottom, jump, behind, outline, list) {
    const firstColumn = max(1, left);
    const firstRow = max(1, top);
    const endColumn = min(frame_1.width - 1, right);
    const endRow = min(frame_1.height - 1, bottom);
    const lanes = i32x4(0, 1, 2, 3);
    const jumps = f32x4.splat(jump);
    const outlines = i32x4.splat(outline ? -1 : 0);
    const pitch = frame_1.width << 2;
    let end = list;
    for (let row = firstRow; row < endRow; row++) {
        for (let column = firstColumn; column < endColumn; column += 4) {
            const offset = (row * frame_1.width + column) << 2;
            const at = frame_1.depth + offset;
            const centre = v128.load(at);
            const before = v128.load(at - 4);
            const after = v128.load(at + 4);
            const above = v128.load(at - pitch);
            const below = v128.load(at + pitch);
            const highest = f32x4.max(f32x4.max(f32x4.max(before, after), f32x4.max(above, below)), centre);
            const lowest = f32x4.min(f32x4.min(f32x4.min(before, after), f32x4.min(above, below)), centre);
            // Nearly everywhere.
            if (!v128.any_true(f32x4.gt(f32x4.sub(highest, lowest), jumps)))
                continue;
            const here = withoutOffset(centre, behind);
            const edges = v128.and(v128.or(v128.or(differ(here, withoutOffset(before, behind), jumps, outlines), differ(here, withoutOffset(after, behind), jumps, outlines)), v128.or(differ(here, withoutOffset(above, behind), jumps, outlines), differ(here, withoutOffset(below, behind), jumps, outlines))), i32x4.lt_s(lanes, i32x4.splat(endColumn - column)));
            for (let bits = i32x4.bitmask(edges); bits !== 0; bits &= bits - 1) {
                const pixel = offset + (ctz(bits) << 2);
                store(end, pixel);
                store(end, softened(pixel, pitch, behind), 4);
                end += 8;
            }
        }
    }
    for (let at = list; at < end; at += 8)
        store(frame_1.colour + load(at), load(at, 4));
}
/** Depths beyond half the offset carry it. */
function withoutOffset(depths, offset) {
    const carries = f32x4.gt(depths, f32x4.splat(offset / 2));
    return v128.bitselect(f32x4.sub(depths, f32x4.splat(offset)), depths, carries);
}
function differ(here, other, jumps, outlines) {
    const hereIsFar = f32x4.gt(here, f32x4.splat(frame_1.FAR));
    const otherIsFar = f32x4.gt(other, f32x4.splat(frame_1.FAR));
    const isJump = f32x4.gt(f32x4.abs(f32x4.sub(here, other)), jumps);
    return v128.or(v128.andnot(isJump, v128.or(hereIsFar, otherIsFar)), v128.and(outlines, v128.xor(hereIsFar, otherIsFar)));
}
/** The binomial mean of a pixel's surroundings; its own colour where all of them are near, or all far. */
function softened(pixel, pitch, behind) {
    const first = frame_1.depth + pixel - pitch - 4;
    let nearest = f32.MAX_VALUE;
    let farthest = -f32.MAX_VALUE;
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            const z = depthAt(first, row, column, pitch, behind);
            nearest = min(nearest, z);
            farthest = max(farthest, z);
        }
    }
    const middle = nearest / 2 + farthest / 2;
    let sum = i32x4.splat(8);
    let near = 0;
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            const weight = (row === 1 ? 2 : 1) * (column === 1 ? 2 : 1);
            const at = frame_1.colour + pixel - pitch - 4 + row * pitch + (column << 2);
            const channels = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
            sum = i32x4.add(sum, i32x4.mul(channels, i32x4.splat(weight)));
            if (depthAt(first, row, column, pitch, behind) < middle)
                near += weight;
        }
    }
    if (near === 0 || near === 16)
        return load(frame_1.colour + pixel);
    const mean = i16x8.narrow_i32x4_s(i32x4.shr_u(sum, 4), sum);
    return i32x4.extract_lane(i8x16.narrow_i16x8_u(mean, mean), 0);
}
function depthAt(first, row, column, pitch, behind) {
    const z = load(first + row * pitch + (column << 2));
    return z > behind / 2 ? z - behind : z;
}
