"use strict";
// The picture being drawn: two buffers of `width × height` pixels, set up by the host.
Object.defineProperty(exports, "__esModule", { value: true });
exports.FAR = exports.isTranslucent = exports.depth = exports.colour = exports.height = exports.width = void 0;
exports.setUp = setUp;
exports.clear = clear;
exports.expectTranslucent = expectTranslucent;
exports.width = 0;
exports.height = 0;
/** Premultiplied RGBA, 4 bytes a pixel, and 12 bytes of room after the last. */
exports.colour = 0;
/** f32 a pixel, growing away from the viewer, and 12 bytes of room after the last. */
exports.depth = 0;
/** Whether something translucent was drawn, so that pixels may be in need of what lies behind them. */
exports.isTranslucent = false;
/** Depth of what lies behind everything drawn is above this. */
exports.FAR = 1e30;
/** The byte that far depths are made of: four of them are 3.4e38. */
const FAR_BYTE = 0x7f;
function setUp(frameWidth, frameHeight, frameColour, frameDepth) {
    exports.width = frameWidth;
    exports.height = frameHeight;
    exports.colour = frameColour;
    exports.depth = frameDepth;
}
/** Nothing drawn. */
function clear() {
    exports.isTranslucent = false;
    const bytes = (exports.width * exports.height) << 2;
    memory.fill(exports.colour, 0, bytes);
    memory.fill(exports.depth, FAR_BYTE, bytes);
}
function expectTranslucent() {
    exports.isTranslucent = true;
}
