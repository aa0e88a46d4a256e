import { HALF, QUARTER } from './constants';

// Changes known at scattered places, made smooth over a grid of nodes: fine where much is known, coarse where little
// is, and nothing far from all (pull-push; Gortler et al., "The Lumigraph", SIGGRAPH 1996). A node is four f32: sums of
// weighted changes of red, green and blue, and of their weights.

/** Of a point: the changes and a one, then x, y and weight. */
const POINT_BYTES: usize = 32;
/** Side of the finest grid's cells, pixels. */
const CELL_PX: f32 = 4;
/** Weight of the coarser level at a node; of no change at a node of the coarsest. */
const COARSER_WEIGHT: f32 = 0.08;
const NOTHING_WEIGHT: f32 = 0.4;

/**
 * Spreads `count` points over the `columns × rows` nodes at `room`, whose first is node (`left`, `top`) of the picture's.
 * Three levels, each twice as coarse as the one before, lie behind each other in `room`; behind them is room for another
 * one like the finest, whose address is returned. The finest level's nodes then hold changes.
 */
export function spread(points: usize, count: i32, room: usize, left: i32, top: i32, columns: i32, rows: i32): usize {
  const columns1 = (columns >> 1) + 1;
  const rows1 = (rows >> 1) + 1;
  const columns2 = (columns1 >> 1) + 1;
  const rows2 = (rows1 >> 1) + 1;
  const level1 = room + bytesOf(columns, rows);
  const level2 = level1 + bytesOf(columns1, rows1);
  const spare = level2 + bytesOf(columns2, rows2);
  memory.fill(room, 0, spare - room);
  add(points, count, room, left, top, columns, rows);
  evenOut(room, spare, columns, rows);
  gather(room, columns, rows, level1, columns1);
  evenOut(level1, spare, columns1, rows1);
  gather(level1, columns1, rows1, level2, columns2);
  evenOut(level2, spare, columns2, rows2);
  settleCoarsest(level2, columns2 * rows2);
  settle(level1, columns1, rows1, level2, columns2);
  settle(room, columns, rows, level1, columns1);
  return spare;
}

function bytesOf(columns: i32, rows: i32): usize {
  return (<usize>(columns * rows)) << 4;
}

function nodeAt(level: usize, columns: i32, column: i32, row: i32): usize {
  return level + ((<usize>(row * columns + column)) << 4);
}

/** Adds each point to the four nodes around it. */
function add(points: usize, count: i32, level: usize, left: i32, top: i32, columns: i32, rows: i32): void {
  for (let i = 0; i < count; i++, points += POINT_BYTES) {
    const column = load<f32>(points, 16) / CELL_PX + 0.5 - <f32>left;
    const row = load<f32>(points, 20) / CELL_PX + 0.5 - <f32>top;
    if (!(column >= 0 && row >= 0 && column < <f32>(columns - 1) && row < <f32>(rows - 1))) continue;
    const weighted = f32x4.mul(v128.load(points), f32x4.splat(load<f32>(points, 24)));
    const x = <i32>column;
    const y = <i32>row;
    const right = column - <f32>x;
    const below = row - <f32>y;
    const node = nodeAt(level, columns, x, y);
    const under = node + ((<usize>columns) << 4);
    increase(node, weighted, (1 - right) * (1 - below));
    increase(node + 16, weighted, right * (1 - below));
    increase(under, weighted, (1 - right) * below);
    increase(under + 16, weighted, right * below);
  }
}

function increase(node: usize, values: v128, share: f32): void {
  v128.store(node, f32x4.add(v128.load(node), f32x4.mul(values, f32x4.splat(share))));
}

/** Binomial, 3×3; what lies beyond the edge is as at the edge. */
function evenOut(level: usize, spare: usize, columns: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    const begin = nodeAt(level, columns, 0, row);
    const last = begin + ((<usize>(columns - 1)) << 4);
    let to = nodeAt(spare, columns, 0, row);
    for (let node = begin; node <= last; node += 16, to += 16) {
      v128.store(to, evened(node > begin ? node - 16 : node, node, node < last ? node + 16 : node));
    }
  }
  const pitch = (<usize>columns) << 4;
  for (let row = 0; row < rows; row++) {
    const above: usize = row > 0 ? pitch : 0;
    const below: usize = row + 1 < rows ? pitch : 0;
    let from = nodeAt(spare, columns, 0, row);
    const end = from + pitch;
    let to = nodeAt(level, columns, 0, row);
    for (; from < end; from += 16, to += 16) v128.store(to, evened(from - above, from, from + below));
  }
}

function evened(before: usize, at: usize, after: usize): v128 {
  const outer = f32x4.mul(f32x4.add(v128.load(before), v128.load(after)), QUARTER);
  return f32x4.add(outer, f32x4.mul(v128.load(at), HALF));
}

/** Adds the sums of the finer level to the coarser, each node's to the nodes around it. */
function gather(fine: usize, columns: i32, rows: i32, coarse: usize, coarseColumns: i32): void {
  const pitch = (<usize>coarseColumns) << 4;
  for (let row = 0; row < rows; row++) {
    const down: usize = row & 1 ? pitch : 0;
    for (let column = 0; column < columns; column++) {
      const values = v128.load(nodeAt(fine, columns, column, row));
      const to = nodeAt(coarse, coarseColumns, column >> 1, row >> 1);
      const across: usize = column & 1 ? 16 : 0;
      const share: f32 = (across ? <f32>0.5 : <f32>1) * (down ? <f32>0.5 : <f32>1);
      increase(to, values, share);
      if (across) increase(to + across, values, share);
      if (down) increase(to + down, values, share);
      if (across && down) increase(to + across + down, values, share);
    }
  }
}

/** Sums become means with no change. */
function settleCoarsest(level: usize, count: i32): void {
  for (let i = 0; i < count; i++, level += 16) {
    const sums = v128.load(level);
    v128.store(level, f32x4.mul(sums, f32x4.splat(1 / (f32x4.extract_lane(sums, 3) + NOTHING_WEIGHT))));
  }
}

/** Sums become means with what the coarser level has between its nodes. */
function settle(level: usize, columns: i32, rows: i32, coarse: usize, coarseColumns: i32): void {
  const pitch = (<usize>coarseColumns) << 4;
  for (let row = 0; row < rows; row++) {
    const down: usize = row & 1 ? pitch : 0;
    for (let column = 0; column < columns; column++) {
      const node = nodeAt(level, columns, column, row);
      const around = nodeAt(coarse, coarseColumns, column >> 1, row >> 1);
      const across: usize = column & 1 ? 16 : 0;
      const upper = f32x4.add(v128.load(around), v128.load(around + across));
      const lower = f32x4.add(v128.load(around + down), v128.load(around + down + across));
      const coarser = f32x4.mul(f32x4.add(upper, lower), QUARTER);
      const sums = v128.load(node);
      const scale: f32 = 1 / (f32x4.extract_lane(sums, 3) + COARSER_WEIGHT);
      const all = f32x4.add(sums, f32x4.mul(coarser, f32x4.splat(COARSER_WEIGHT)));
      v128.store(node, f32x4.mul(all, f32x4.splat(scale)));
    }
  }
}
