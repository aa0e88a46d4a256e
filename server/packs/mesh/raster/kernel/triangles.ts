import { over, scaled } from './blending';
import { ALPHA, HALVES, LANES, ONES, SECOND } from './constants';
import { colour, depth, expectTranslucent, height, isTranslucent, width } from './frame';
import { ONE_TEXEL, ROUNDING_ACROSS, sampled } from './sampling';
import { sortByTile } from './tile-order';

/** Bytes of a vertex: x, y, z as f32. */
const VERTEX: usize = 12;
/** Bytes of a triangle: three indices as u16. */
const TRIANGLE: usize = 6;
/** Side of a cell of a texture, pixels, as the host counts them. */
const CELL_PX: i32 = 8;
/** A texel between two pixels is made from those up to this far away. */
const INTERPOLATED_PX: f64 = 3;

/** Bytes of a row of a triangle: offset of its first pixel, number of pixels, texture position and depth there. */
const ROW: usize = 32;
/** Corners and steps are kept to so many texels, so that their positions fit 32 bits. */
const MOST_TEXELS: f64 = 8192;
/** What is likely to be in the same run of memory as a texel, bytes: rows of triangles are that long. */
const NEARBY: usize = 48;

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
 * `order` has room for 4 bytes for each triangle and 2 for each of 257 tiles, `rowList` for 32 for each row.
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
  sortByTile(triangles, triangleCount, target, order);
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

  const stepU = fixed(ux);
  const stepV = fixed(vx);
  const zLanes = f32x4.mul(f32x4.splat(<f32>zx), f32x4(0, 1, 2, 3));
  const uLanes = i32x4.mul(i32x4.splat(stepU), LANES);
  const vLanes = i32x4.mul(i32x4.splat(stepV), LANES);
  const zStep = f32x4.splat(<f32>(4 * zx));
  const uStep = i32x4.splat(stepU << 2);
  const vStep = i32x4.splat(stepV << 2);
  // Never farther than the corners, and never beyond the last texel that has a neighbour.
  const endU = ((textureWidth - 1) << 16) - 1;
  const endV = ((textureHeight - 1) << 16) - 1;
  const leastU = i32x4.splat(within(fixed(min(min(au, bu), cu)) + ROUNDING_ACROSS, endU));
  const mostU = i32x4.splat(within(fixed(max(max(au, bu), cu)) + ROUNDING_ACROSS, endU));
  const leastV = i32x4.splat(within(fixed(min(min(av, bv), cv)), endV));
  const mostV = i32x4.splat(within(fixed(max(max(av, bv), cv)), endV));
  const pitch = (<usize>textureWidth) << 2;
  const indexFactors = i32x4.splat((textureWidth << 16) | 1);
  const isSolid = !isTranslucent;

  // An edge crosses a row at `start + (centre of the row − origin) · slope`. The long edge is one of a row's two ends,
  // above the bend the one short edge is the other, below it the other one. First lanes are left ends.
  const longSlope = (cx - ax) / (cy - ay);
  const upperSlope = (bx - ax) / (by - ay);
  const lowerSlope = (cx - bx) / (cy - by);
  const bendIsRight = area > 0;
  const upperSlopes = bendIsRight ? f64x2(longSlope, upperSlope) : f64x2(upperSlope, longSlope);
  const lowerSlopes = bendIsRight ? f64x2(longSlope, lowerSlope) : f64x2(lowerSlope, longSlope);
  const upperStarts = f64x2.splat(ax);
  const lowerStarts = bendIsRight ? f64x2(ax, bx) : f64x2(bx, ax);
  const upperOrigins = f64x2.splat(ay);
  const lowerOrigins = bendIsRight ? f64x2(ay, by) : f64x2(by, ay);
  const firstBelow = i32(max(<f64>firstRow, min(<f64>lastRow + 1, ceil(by - 0.5))));

  // First where each row begins, then its pixels: where a row ends is known before a processor has to guess it.
  // Sums may run over on the way to the positions of a row; where it begins they are right again.
  let entry = rows;
  let fetched: i32 = 0;
  const firstColumn = i32(max(0, floor(min(min(ax, bx), cx))));
  const dx = <f64>firstColumn + 0.5 - ax;
  const dy = <f64>firstRow + 0.5 - ay;
  let atColumn0 = i32x4(
    (firstRow * width) << 2,
    0,
    wrapped(au + dx * ux + dy * uy) + ROUNDING_ACROSS - firstColumn * stepU,
    wrapped(av + dx * vx + dy * vy) - firstColumn * stepV,
  );
  const perColumn = i32x4(4, -1, stepU, stepV);
  const perRow = i32x4(width << 2, 0, fixed(uy), fixed(vy));
  const mostTexels = i32x4(0, 0, endU, endV);
  let depthAtColumn0 = az + (0.5 - ax) * zx + dy * zy;
  let centre = f64x2.splat(<f64>firstRow + 0.5);
  for (let row = firstRow; row <= lastRow; row++) {
    const isAbove = row < firstBelow;
    const fromOrigins = f64x2.sub(centre, isAbove ? upperOrigins : lowerOrigins);
    const crossings = f64x2.add(
      isAbove ? upperStarts : lowerStarts,
      f64x2.mul(fromOrigins, isAbove ? upperSlopes : lowerSlopes),
    );
    const columns = f64x2.ceil(f64x2.sub(crossings, HALVES));
    const inside = f64x2.pmax(f64x2.pmin(columns, f64x2.splat(<f64>width)), f64x2.splat(0));
    const ends = i32x4.relaxed_trunc_f64x2_s_zero(inside);
    const from = v128.shuffle<i32>(ends, ends, 0, 0, 0, 0);
    const begin = i32x4.add(i32x4.add(atColumn0, i32x4.mul(from, perColumn)), v128.and(ends, SECOND));
    v128.store(entry, begin);
    store<f32>(entry, <f32>(depthAtColumn0 + <f64>i32x4.extract_lane(ends, 0) * zx), 16);
    entry += i32x4.extract_lane(begin, 1) > 0 ? ROW : 0;

    // Touched now, texels and pixels come from memory while the other rows are worked out.
    const texel = i32x4.shr_s(i32x4.max_s(i32x4.min_s(begin, mostTexels), i32x4.splat(0)), 16);
    const index = i32x4.extract_lane(texel, 3) * textureWidth + i32x4.extract_lane(texel, 2);
    const above = texels + ((<usize>index) << 2);
    const below = above + pitch;
    const offset = <usize>i32x4.extract_lane(begin, 0);
    fetched |= load<u8>(above) | load<u8>(below) | load<u8>(above + NEARBY) | load<u8>(below + NEARBY);
    fetched |= load<u8>(colour + offset) | load<u8>(depth + offset);

    atColumn0 = i32x4.add(atColumn0, perRow);
    depthAtColumn0 += zy;
    centre = f64x2.add(centre, ONES);
  }
  // Nobody reads it; without this the compiler would take the loads out.
  store<i32>(entry, fetched);

  for (let at = rows; at < entry; at += ROW) {
    const offset = <usize>load<u32>(at);
    let pixels = colour + offset;
    let depths = depth + offset;
    let us = i32x4.add(v128.load32_splat(at, 8), uLanes);
    let vs = i32x4.add(v128.load32_splat(at, 12), vLanes);
    let zs = f32x4.add(v128.load32_splat(at, 16), zLanes);
    for (let left = load<i32>(at, 4); left > 0; left -= 4) {
      const there = v128.load(pixels);
      const farther = v128.load(depths);
      const near = f32x4.lt(zs, farther);
      let wanted = near;
      if (!isSolid) wanted = v128.or(near, i32x4.ne(v128.and(there, ALPHA), ALPHA));
      wanted = v128.and(wanted, i32x4.lt_s(LANES, i32x4.splat(left)));
      if (v128.any_true(wanted)) {
        const us4 = i32x4.min_s(i32x4.max_s(us, leastU), mostU);
        const vs4 = i32x4.min_s(i32x4.max_s(vs, leastV), mostV);
        let drawn = sampled(texels, pitch, indexFactors, us4, vs4);
        let hides = v128.and(wanted, near);
        if (!isSolid) {
          if (opacity !== 255) drawn = scaled(drawn, i32x4.splat(opacity));
          const isOpaque = i32x4.eq(v128.and(drawn, ALPHA), ALPHA);
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

/** A position or a step, limited. */
function fixed(value: f64): i32 {
  return i32(nearest(max(-MOST_TEXELS, min(MOST_TEXELS, value)) * ONE_TEXEL));
}

/** A position of which the highest bits may be cut off: the steps from there lead back to where all bits fit. */
function wrapped(value: f64): i32 {
  return <i32>i64(nearest(value * ONE_TEXEL));
}

function within(at: i32, end: i32): i32 {
  return max(0, min(end, at));
}
