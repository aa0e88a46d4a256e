"use strict";
// The rasteriser's inner loops in WebAssembly SIMD, compiled by AssemblyScript. The host (triangle-rasterizer.ts) owns
// the memory, places everything in it and checks what comes from elsewhere.
Object.defineProperty(exports, "__esModule", { value: true });
exports.useTexture = exports.draw = exports.setUp = exports.clear = exports.softenEdges = exports.composite = void 0;
var compositing_1 = require("./compositing");
Object.defineProperty(exports, "composite", { enumerable: true, get: function () { return compositing_1.composite; } });
var edges_1 = require("./edges");
Object.defineProperty(exports, "softenEdges", { enumerable: true, get: function () { return edges_1.softenEdges; } });
var frame_1 = require("./frame");
Object.defineProperty(exports, "clear", { enumerable: true, get: function () { return frame_1.clear; } });
Object.defineProperty(exports, "setUp", { enumerable: true, get: function () { return frame_1.setUp; } });
var triangles_1 = require("./triangles");
Object.defineProperty(exports, "draw", { enumerable: true, get: function () { return triangles_1.draw; } });
Object.defineProperty(exports, "useTexture", { enumerable: true, get: function () { return triangles_1.useTexture; } });
