"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.composite = composite;
const blending_1 = require("./blending");
const frame_1 = require("./frame");
/** Puts the picture over `background` (opaque, as large, with the same room after it), in place. */
function composite(background) {
    const end = frame_1.colour + ((frame_1.width * frame_1.height) << 2);
    const alpha = i32x4.splat(0xff000000);
    let behind = background;
    for (let at = frame_1.colour; at < end; at += 16, behind += 16) {
        const front = v128.load(at);
        if (i32x4.all_true(i32x4.eq(v128.and(front, alpha), alpha)))
            continue;
        const back = v128.load(behind);
        v128.store(at, v128.any_true(front) ? (0, blending_1.over)(front, back) : back);
    }
}
