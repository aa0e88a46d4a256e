import { multiplyByGrid, ONE } from './multiplying';
import { spread } from './spreading';

/**
 * Multiplies the picture by e to the power of what `count` points say (see `spread`), over the rectangle of `columns ×
 * rows` nodes at (`left`, `top`) of the `mostColumns × mostRows` that cover the picture.
 */
export function shade(
  points: usize,
  count: i32,
  room: usize,
  left: i32,
  top: i32,
  columns: i32,
  rows: i32,
  mostColumns: i32,
  mostRows: i32,
  floor: i32,
): void {
  const multipliers = spread(points, count, room, left, top, columns, rows);
  // The last before an edge that is not the picture's change nothing, so that the rectangle has no edge.
  const firstColumn = left > 0 ? 1 : 0;
  const endColumn = left + columns < mostColumns ? columns - 1 : columns;
  const firstRow = top > 0 ? 1 : 0;
  const endRow = top + rows < mostRows ? rows - 1 : rows;
  let from = room;
  let to = multipliers;
  for (let row = 0; row < rows; row++) {
    const isIn = row >= firstRow && row < endRow;
    for (let column = 0; column < columns; column++, from += 16, to += 16) {
      const counts = isIn && column >= firstColumn && column < endColumn;
      v128.store(to, counts ? multiplier(v128.load(from)) : i32x4.splat(ONE));
    }
  }
  multiplyByGrid(multipliers, left, top, columns, rows, floor);
}

/** e to the power of each change, to 1e-3 where it is below 0.65; multipliers are no finer. */
function multiplier(changes: v128): v128 {
  let sum = f32x4.splat(1.0 / 24);
  sum = f32x4.add(f32x4.mul(sum, changes), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, changes), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, changes), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, changes), f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(sum, f32x4.splat(<f32>ONE))));
  return i32x4.replace_lane(whole, 3, ONE);
}
