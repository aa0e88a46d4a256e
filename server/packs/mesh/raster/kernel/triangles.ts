import { over, scaled } from './blending';
import { colour, depth, expectTranslucent, height, isTranslucent, width } from './frame';

/** Bytes of a vertex: x, y, z as f32. */
const VERTEX: usize = 12;
/** Side of a cell of a texture, pixels, as the host counts them. */
const CELL_PX: i32 = 8;
/** A texel between two pixels is made from those up to this far away. */
const INTERPOLATED_PX: f64 = 3;
/** Tiles that triangles are sorted by: wide and low, as rows are in memory. */
const TILE_COLUMNS: i32 = 8;
const TILE_ROWS: i32 = 32;
const TILE_COUNT: usize = 256;
/** Bytes of a triangle: three indices as u16. */
const TRIANGLE: usize = 6;

/** Bytes of a row of a triangle: offset of its first pixel, number of pixels, depth and texture position there. */
const ROW: usize = 20;

/** Texture positions: whole numbers of 1/65536 texel … */
const ONE_TEXEL: f64 = 65536;
/** … kept to so many texels from the texture's origin, so that they fit 32 bits … */
const MOST_TEXELS: f64 = 8192;
/** … of which 7 bits count between two texels; half of that is added, to round where it is cut off. */
const FRACTION_SHIFT: i32 = 9;
const ROUNDING: f64 = 256;
const FRACTION_MASK: i32 = 127;
const ONE_FRACTION: i32 = 128;

/**
 * What is drawn later and lies farther goes under a fragment of at least this alpha, or one with nothing behind it yet;
 * over a fainter one.
 */
const SOLID_ALPHA: i32 = 128;
/** Triangles of less than this area (twice, square pixels) or more are left out. */
const LEAST_AREA: f64 = 1e-7;
const MOST_AREA: f64 = 1e30;

// What is drawn with, for all triangles of one call.
let targets: usize = 0;
/** Where the rows of a triangle are noted: room for as many as the picture has. */
let rows: usize = 0;
let sources: usize = 0;
let texels: usize = 0;
let textureWidth: i32 = 0;
let textureHeight: i32 = 0;
let filled: usize = 0;
/** 0..255. */
let opacity: i32 = 255;

/**
 * Chooses the texture of `width × height` texels. `filledCells` counts, for each corner of its cells, those above and
 * to the left of it that hold anything (i32, a summed-area table); 0 where the texture is opaque.
 */
export function useTexture(
  at: usize,
  widthTexels: i32,
  heightTexels: i32,
  filledCells: usize,
  opacityOf255: i32,
): void {
  filled = filledCells;
  texels = at;
  textureWidth = widthTexels;
  textureHeight = heightTexels;
  opacity = opacityOf255;
  if (filledCells !== 0 || opacityOf255 !== 255) expectTranslucent();
}

/**
 * Draws triangles; with `skipUnmoved`, those alone that have a corner whose target is not its source.
 * Returns −1, or the first triangle with a corner beyond the vertices: then nothing is drawn.
 * `order` has room for 4 bytes for each triangle and 2 for each of 257 tiles, `rowList` for 20 for each row.
 */
export function draw(
  triangles: usize,
  triangleCount: i32,
  target: usize,
  source: usize,
  vertexCount: i32,
  skipUnmoved: bool,
  order: usize,
  rowList: usize,
): i32 {
  const end = triangles + <usize>triangleCount * TRIANGLE;
  for (let at = triangles; at < end; at += TRIANGLE) {
    const highest = max(max(<i32>load<u16>(at), <i32>load<u16>(at, 2)), <i32>load<u16>(at, 4));
    if (highest >= vertexCount) return <i32>((at - triangles) / TRIANGLE);
  }
  rows = rowList;
  targets = target;
  sources = source;
  sortByTile(triangles, triangleCount, order);
  for (let i = 0; i < triangleCount; i++) {
    const at = triangles + <usize>load<u16>(order + ((<usize>i) << 1)) * TRIANGLE;
    const a = <usize>load<u16>(at) * VERTEX;
    const b = <usize>load<u16>(at, 2) * VERTEX;
    const c = <usize>load<u16>(at, 4) * VERTEX;
    if (skipUnmoved && !isMoved(a) && !isMoved(b) && !isMoved(c)) continue;
    if (filled === 0 || isFilled(a, b, c)) drawTriangle(a, b, c);
  }
  return -1;
}

/**
 * Writes the triangles' numbers (u16) to `order`, by the tile of the picture that their first corners are in, row by
 * row: a counting sort. A picture and its texture are larger than a processor's cache; drawn in the mesh's own order,
 * the same texels would be fetched again and again. (A tenth of the time, measured.)
 */
function sortByTile(triangles: usize, count: i32, order: usize): void {
  const tiles = order + ((<usize>count) << 1);
  const starts = tiles + ((<usize>count) << 1);
  memory.fill(starts, 0, (TILE_COUNT + 1) << 1);
  for (let i = 0; i < count; i++) {
    const corner = <usize>load<u16>(triangles + <usize>i * TRIANGLE) * VERTEX;
    const column = tileOf(load<f32>(targets + corner), width, TILE_COLUMNS);
    const row = tileOf(load<f32>(targets + corner, 4), height, TILE_ROWS);
    const tile = <usize>(row * TILE_COLUMNS + column);
    store<u16>(tiles + ((<usize>i) << 1), <u16>tile);
    const next = starts + ((tile + 1) << 1);
    store<u16>(next, load<u16>(next) + 1);
  }
  for (let at = starts; at < starts + (TILE_COUNT << 1); at += 2) store<u16>(at, load<u16>(at) + load<u16>(at, 2), 2);
  for (let i = 0; i < count; i++) {
    const start = starts + ((<usize>load<u16>(tiles + ((<usize>i) << 1))) << 1);
    const place = load<u16>(start);
    store<u16>(order + ((<usize>place) << 1), <u16>i);
    store<u16>(start, place + 1);
  }
}

function tileOf(position: f32, size: i32, tiles: i32): i32 {
  return max(0, min(tiles - 1, i32((position * <f32>tiles) / <f32>size)));
}

function isMoved(vertex: usize): bool {
  // x and y together.
  return load<u64>(targets + vertex) !== load<u64>(sources + vertex);
}

/** Whether the texture holds anything in the box around the corners: beside a person there is much that is empty. */
function isFilled(a: usize, b: usize, c: usize): bool {
  const columns = ((textureWidth >> 1) + CELL_PX - 1) / CELL_PX;
  const cellRows = ((textureHeight >> 1) + CELL_PX - 1) / CELL_PX;
  const left = cellOf(min(min(u(a), u(b)), u(c)) / 2 - INTERPOLATED_PX, columns);
  const right = cellOf(max(max(u(a), u(b)), u(c)) / 2 + INTERPOLATED_PX, columns) + 1;
  const top = cellOf(min(min(v(a), v(b)), v(c)) / 2 - INTERPOLATED_PX, cellRows);
  const bottom = cellOf(max(max(v(a), v(b)), v(c)) / 2 + INTERPOLATED_PX, cellRows) + 1;
  const above = filled + ((<usize>(top * (columns + 1))) << 2);
  const below = filled + ((<usize>(bottom * (columns + 1))) << 2);
  const west = (<usize>left) << 2;
  const east = (<usize>right) << 2;
  return load<i32>(below + east) - load<i32>(below + west) !== load<i32>(above + east) - load<i32>(above + west);
}

function cellOf(position: f64, count: i32): i32 {
  return max(0, min(count - 1, i32(floor(position / <f64>CELL_PX))));
}

/** The scanline algorithm, four pixels of a row at a time. Corners are byte offsets of vertices. */
function drawTriangle(a: usize, b: usize, c: usize): void {
  // Corners from top to bottom, so that triangles that share an edge compute the same crossing with a row.
  let ay = y(a);
  let by = y(b);
  let cy = y(c);
  if (by < ay) {
    const corner = a;
    a = b;
    b = corner;
    const value = ay;
    ay = by;
    by = value;
  }
  if (cy < by) {
    const corner = b;
    b = c;
    c = corner;
    const value = by;
    by = cy;
    cy = value;
    if (by < ay) {
      const upper = a;
      a = b;
      b = upper;
      const upperValue = ay;
      ay = by;
      by = upperValue;
    }
  }
  const firstRow = i32(max(0, ceil(ay - 0.5)));
  const lastRow = i32(min(<f64>height, ceil(cy - 0.5))) - 1;
  if (lastRow < firstRow) return;
  const ax = x(a);
  const bx = x(b);
  const cx = x(c);
  if (max(max(ax, bx), cx) < 0 || min(min(ax, bx), cx) > <f64>width) return;
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  // Written so that NaN fails it.
  if (!(abs(area) >= LEAST_AREA && abs(area) < MOST_AREA)) return;

  // Gradients of depth and of texel coordinates (twice the pixel's, less one half) over the picture.
  const abx = (bx - ax) / area;
  const aby = (by - ay) / area;
  const acx = (cx - ax) / area;
  const acy = (cy - ay) / area;
  const az = z(a);
  const bz = z(b) - az;
  const cz = z(c) - az;
  const zx = bz * acy - cz * aby;
  const zy = cz * abx - bz * acx;
  const au = u(a);
  const bu = u(b);
  const cu = u(c);
  const ux = (bu - au) * acy - (cu - au) * aby;
  const uy = (cu - au) * abx - (bu - au) * acx;
  const av = v(a);
  const bv = v(b);
  const cv = v(c);
  const vx = (bv - av) * acy - (cv - av) * aby;
  const vy = (cv - av) * abx - (bv - av) * acx;
  const sum = zx + zy + ux + uy + vx + vy;
  if (sum - sum !== 0) return;

  const longSlope = (cx - ax) / (cy - ay);
  const upperSlope = (bx - ax) / (by - ay);
  const lowerSlope = (cx - bx) / (cy - by);
  const bendIsRight = area > 0;

  const lanes = i32x4(0, 1, 2, 3);
  const stepU = fixed(ux);
  const stepV = fixed(vx);
  const zLanes = f32x4.mul(f32x4.splat(<f32>zx), f32x4(0, 1, 2, 3));
  const uLanes = i32x4.mul(i32x4.splat(stepU), lanes);
  const vLanes = i32x4.mul(i32x4.splat(stepV), lanes);
  const zStep = f32x4.splat(<f32>(4 * zx));
  const uStep = i32x4.splat(stepU << 2);
  const vStep = i32x4.splat(stepV << 2);
  // Never farther than the corners, and never beyond the last texel that has a neighbour.
  const endU = ((textureWidth - 1) << 16) - 1;
  const endV = ((textureHeight - 1) << 16) - 1;
  const leastU = i32x4.splat(within(position(min(min(au, bu), cu)), endU));
  const mostU = i32x4.splat(within(position(max(max(au, bu), cu)), endU));
  const leastV = i32x4.splat(within(position(min(min(av, bv), cv)), endV));
  const mostV = i32x4.splat(within(position(max(max(av, bv), cv)), endV));

  const pitch = (<usize>textureWidth) << 2;
  // Times the halves (texel row, texel column) of a position: its texel's index.
  const indexFactors = i32x4.splat((textureWidth << 16) | 1);
  const opaqueAlpha = i32x4.splat(0xff000000);
  const isSolid = !isTranslucent;

  // First where each row begins, then its pixels: where a row ends is known before a processor has to guess it.
  let entry = rows;
  for (let row = firstRow; row <= lastRow; row++) {
    const centre = <f64>row + 0.5;
    const dy = centre - ay;
    const long = ax + dy * longSlope;
    const bend = centre < by ? ax + dy * upperSlope : bx + (centre - by) * lowerSlope;
    const from = i32(max(0, ceil((bendIsRight ? long : bend) - 0.5)));
    const to = i32(min(<f64>width, ceil((bendIsRight ? bend : long) - 0.5)));
    const dx = <f64>from + 0.5 - ax;
    store<i32>(entry, (row * width + from) << 2);
    store<i32>(entry, to - from, 4);
    store<f32>(entry, <f32>(az + dx * zx + dy * zy), 8);
    store<i32>(entry, position(au + dx * ux + dy * uy), 12);
    store<i32>(entry, position(av + dx * vx + dy * vy), 16);
    entry += ROW;
  }
  for (let at = rows; at < entry; at += ROW) {
    const offset = <usize>load<u32>(at);
    let pixels = colour + offset;
    let depths = depth + offset;
    let zs = f32x4.add(v128.load32_splat(at, 8), zLanes);
    let us = i32x4.add(v128.load32_splat(at, 12), uLanes);
    let vs = i32x4.add(v128.load32_splat(at, 16), vLanes);
    for (let left = load<i32>(at, 4); left > 0; left -= 4) {
      const there = v128.load(pixels);
      const farther = v128.load(depths);
      const near = f32x4.lt(zs, farther);
      let wanted = near;
      if (!isSolid) wanted = v128.or(near, i32x4.ne(v128.and(there, opaqueAlpha), opaqueAlpha));
      wanted = v128.and(wanted, i32x4.lt_s(lanes, i32x4.splat(left)));
      if (v128.any_true(wanted)) {
        const cu4 = i32x4.min_s(i32x4.max_s(us, leastU), mostU);
        const cv4 = i32x4.min_s(i32x4.max_s(vs, leastV), mostV);
        const rowAndColumn = v128.or(v128.and(cv4, i32x4.splat(0xffff0000)), i32x4.shr_u(cu4, 16));
        const texel = i32x4.shl(i32x4.dot_i16x8_s(rowAndColumn, indexFactors), 2);
        const across = weights(cu4);
        const down = weights(cv4);
        const first = bilinear(
          texels + <usize>i32x4.extract_lane(texel, 0),
          pitch,
          v128.shuffle<i32>(across, across, 0, 0, 0, 0),
          v128.shuffle<i32>(down, down, 0, 0, 0, 0),
        );
        const second = bilinear(
          texels + <usize>i32x4.extract_lane(texel, 1),
          pitch,
          v128.shuffle<i32>(across, across, 1, 1, 1, 1),
          v128.shuffle<i32>(down, down, 1, 1, 1, 1),
        );
        const third = bilinear(
          texels + <usize>i32x4.extract_lane(texel, 2),
          pitch,
          v128.shuffle<i32>(across, across, 2, 2, 2, 2),
          v128.shuffle<i32>(down, down, 2, 2, 2, 2),
        );
        const fourth = bilinear(
          texels + <usize>i32x4.extract_lane(texel, 3),
          pitch,
          v128.shuffle<i32>(across, across, 3, 3, 3, 3),
          v128.shuffle<i32>(down, down, 3, 3, 3, 3),
        );
        let drawn = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, fourth));
        let hides = v128.and(wanted, near);
        if (!isSolid) {
          if (opacity !== 255) drawn = scaled(drawn, i32x4.splat(opacity));
          const isOpaque = i32x4.eq(v128.and(drawn, opaqueAlpha), opaqueAlpha);
          // Most are opaque and in front of all.
          if (!i32x4.all_true(v128.or(v128.and(isOpaque, near), v128.not(wanted)))) {
            const isFirst = i32x4.eq(there, i32x4.splat(0));
            const isSeen = i32x4.ne(drawn, i32x4.splat(0));
            const isDense = i32x4.ge_u(drawn, i32x4.splat(SOLID_ALPHA << 24));
            hides = v128.and(hides, v128.or(isDense, v128.and(isFirst, isSeen)));
            drawn = over(v128.bitselect(drawn, there, near), v128.bitselect(there, drawn, near));
          }
        }
        v128.store(pixels, v128.bitselect(drawn, there, wanted));
        v128.store(depths, v128.bitselect(zs, farther, hides));
      }
      pixels += 16;
      depths += 16;
      zs = f32x4.add(zs, zStep);
      us = i32x4.add(us, uStep);
      vs = i32x4.add(vs, vStep);
    }
  }
}

/** Weights of the two neighbours of each of four positions, as pairs of i16 that sum to 128. */
function weights(positions: v128): v128 {
  const fraction = v128.and(i32x4.shr_u(positions, FRACTION_SHIFT), i32x4.splat(FRACTION_MASK));
  return v128.or(i32x4.shl(fraction, 16), i32x4.sub(i32x4.splat(ONE_FRACTION), fraction));
}

/** The four channels, i32 each, between four texels. `across` and `down` are pairs of weights. */
function bilinear(at: usize, pitch: usize, across: v128, down: v128): v128 {
  const pairs = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
  const upper = i32x4.dot_i16x8_s(i8x16.swizzle(v128.load64_zero(at), pairs), across);
  const lower = i32x4.dot_i16x8_s(i8x16.swizzle(v128.load64_zero(at + pitch), pairs), across);
  const mixed = i32x4.dot_i16x8_s(v128.or(upper, i32x4.shl(lower, 16)), down);
  return i32x4.shr_u(i32x4.add(mixed, i32x4.splat(1 << 13)), 14);
}

function x(vertex: usize): f64 {
  return <f64>load<f32>(targets + vertex);
}

function y(vertex: usize): f64 {
  return <f64>load<f32>(targets + vertex, 4);
}

function z(vertex: usize): f64 {
  return <f64>load<f32>(targets + vertex, 8);
}

/** Texel column: a texture has two a pixel, the first at the pixel's centre. */
function u(vertex: usize): f64 {
  return 2 * <f64>load<f32>(sources + vertex) - 1;
}

function v(vertex: usize): f64 {
  return 2 * <f64>load<f32>(sources + vertex, 4) - 1;
}

function fixed(value: f64): i32 {
  return i32(nearest(max(-MOST_TEXELS, min(MOST_TEXELS, value)) * ONE_TEXEL));
}

function position(value: f64): i32 {
  return i32(nearest(max(-MOST_TEXELS, min(MOST_TEXELS, value)) * ONE_TEXEL + ROUNDING));
}

function within(at: i32, end: i32): i32 {
  return max(0, min(end, at));
}
