import { height, width } from './frame';

/** Bytes of a triangle: three indices as u16. */
const TRIANGLE: usize = 6;
/** Bytes of a vertex: x, y, z as f32. */
const VERTEX: usize = 12;
/** Tiles that triangles are sorted by: wide and low, as rows are in memory. */
const COLUMNS: i32 = 8;
const ROWS: i32 = 32;
const COUNT: usize = 256;

/**
 * Writes the triangles' numbers (u16) to `order`, by the tile of the picture that their first corners are in, row by
 * row: a counting sort. A picture and its texture are larger than a processor's cache; drawn in the mesh's own order,
 * the same texels would be fetched again and again. (A tenth of the time, measured.)
 */
export function sortByTile(triangles: usize, count: i32, targets: usize, order: usize): void {
  const tiles = order + ((<usize>count) << 1);
  const starts = tiles + ((<usize>count) << 1);
  memory.fill(starts, 0, (COUNT + 1) << 1);
  for (let i = 0; i < count; i++) {
    const corner = targets + <usize>load<u16>(triangles + <usize>i * TRIANGLE) * VERTEX;
    const tile = <usize>(
      (tileOf(load<f32>(corner, 4), height, ROWS) * COLUMNS + tileOf(load<f32>(corner), width, COLUMNS))
    );
    store<u16>(tiles + ((<usize>i) << 1), <u16>tile);
    const next = starts + ((tile + 1) << 1);
    store<u16>(next, load<u16>(next) + 1);
  }
  for (let at = starts; at < starts + (COUNT << 1); at += 2) store<u16>(at, load<u16>(at) + load<u16>(at, 2), 2);
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
