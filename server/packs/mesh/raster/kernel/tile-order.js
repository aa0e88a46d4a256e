"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.sortByTile = sortByTile;
const frame_1 = require("./frame");
/** Bytes of a triangle: three indices as u16. */
const TRIANGLE = 6;
/** Bytes of a vertex: x, y, z as f32. */
const VERTEX = 12;
/** Tiles that triangles are sorted by: wide and low, as rows are in memory. */
const COLUMNS = 8;
const ROWS = 32;
const COUNT = 256;
/**
 * Writes the triangles' numbers (u16) to `order`, by the tile of the picture that their first corners are in, row by
 * row: a counting sort. A picture and its texture are larger than a processor's cache; drawn in the mesh's own order,
 * the same texels would be fetched again and again. (A tenth of the time, measured.)
 */
function sortByTile(triangles, count, targets, order) {
    const tiles = order + (count << 1);
    const starts = tiles + (count << 1);
    memory.fill(starts, 0, (COUNT + 1) << 1);
    for (let i = 0; i < count; i++) {
        const corner = targets + load(triangles + i * TRIANGLE) * VERTEX;
        const tile = ((tileOf(load(corner, 4), frame_1.height, ROWS) * COLUMNS + tileOf(load(corner), frame_1.width, COLUMNS)));
        store(tiles + (i << 1), tile);
        const next = starts + ((tile + 1) << 1);
        store(next, load(next) + 1);
    }
    for (let at = starts; at < starts + (COUNT << 1); at += 2)
        store(at, load(at) + load(at, 2), 2);
    for (let i = 0; i < count; i++) {
        const start = starts + (load(tiles + (i << 1)) << 1);
        const place = load(start);
        store(order + (place << 1), i);
        store(start, place + 1);
    }
}
function tileOf(position, size, tiles) {
    return max(0, min(tiles - 1, i32((position * tiles) / size)));
}
