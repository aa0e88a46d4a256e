import {
  GRID_CELL_PX as CELL_PX,
  GRID_ONE,
  type MultiplierGrid,
  type TriangleRasterizer,
} from '../raster/triangle-rasterizer.ts';
import { FLOOR } from './face-light.ts';

/** Each level's nodes are twice as far apart as the one's before. */
const LEVELS = 3;
/** Weight of the coarser level at a node; of no change at a node of the coarsest. */
const COARSER_WEIGHT = 0.08;
const NOTHING_WEIGHT = 0.4;
/** How far a change reaches, about. */
const REACH_PX = 32;
/** Red, green, blue and the weight behind them. */
const VALUES = 4;

/** Nodes of one level over the rectangle that is shaded, row by row. */
interface Level {
  columns: number;
  rows: number;
  /** Weighted sums, `VALUES` a node. */
  readonly sums: Float32Array;
  readonly spare: Float32Array;
}

/** A rectangle in pixels. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Changes of brightness, known at scattered places, made smooth over a part of a picture and multiplied into it: fine
 * where much is known, coarse where little is, and nothing far from all (pull-push; Gortler et al., "The Lumigraph",
 * SIGGRAPH 1996). One frame: `begin`, `add` …, `multiply`.
 */
export class ShadingGrid {
  readonly #rasterizer: TriangleRasterizer;
  readonly #levels: readonly Level[];
  /** Where in the picture the finest level lies, and what comes of it. */
  readonly #grid: MultiplierGrid;
  readonly #mostColumns: number;
  readonly #mostRows: number;

  /** For the pictures of `rasterizer`. */
  constructor(rasterizer: TriangleRasterizer) {
    this.#rasterizer = rasterizer;
    this.#grid = rasterizer.createGrid();
    this.#mostColumns = this.#grid.columns;
    this.#mostRows = this.#grid.rows;
    const side = (most: number, level: number) => Math.ceil(most / 2 ** level) + 2;
    this.#levels = Array.from({ length: LEVELS }, (_, level) => {
      const nodes = VALUES * side(this.#mostColumns, level) * side(this.#mostRows, level);
      return { columns: 0, rows: 0, sums: new Float32Array(nodes), spare: new Float32Array(nodes) };
    });
  }

  /** Forgets what was added; the next changes lie in `box`, or do not count. */
  begin(box: Box): void {
    const node = (px: number) => Math.floor((px + CELL_PX / 2) / CELL_PX);
    const grid = this.#grid;
    grid.left = clamp(node(box.left - REACH_PX), 0, this.#mostColumns - 2);
    grid.top = clamp(node(box.top - REACH_PX), 0, this.#mostRows - 2);
    grid.columns = clamp(node(box.right + REACH_PX) + 2, grid.left + 2, this.#mostColumns) - grid.left;
    grid.rows = clamp(node(box.bottom + REACH_PX) + 2, grid.top + 2, this.#mostRows) - grid.top;
    let { columns, rows } = grid;
    for (const level of this.#levels) {
      level.columns = columns;
      level.rows = rows;
      level.sums.fill(0, 0, VALUES * columns * rows);
      columns = (columns >> 1) + 1;
      rows = (rows >> 1) + 1;
    }
  }

  /** Natural logarithms of what red, green and blue are multiplied by at (`x`, `y`), pixels. */
  add(x: number, y: number, red: number, green: number, blue: number, weight: number): void {
    const [{ columns, rows, sums }] = this.#levels;
    const column = x / CELL_PX + 0.5 - this.#grid.left;
    const row = y / CELL_PX + 0.5 - this.#grid.top;
    if (!(column >= 0 && row >= 0 && column < columns - 1 && row < rows - 1)) return;
    const left = Math.floor(column);
    const top = Math.floor(row);
    const fractionX = column - left;
    const fractionY = row - top;
    for (let corner = 0; corner < 4; corner++) {
      const share = weight * (corner & 1 ? fractionX : 1 - fractionX) * (corner & 2 ? fractionY : 1 - fractionY);
      const i = VALUES * ((top + (corner >> 1)) * columns + left + (corner & 1));
      sums[i] += share * red;
      sums[i + 1] += share * green;
      sums[i + 2] += share * blue;
      sums[i + 3] += share;
    }
  }

  /** Multiplies the changes into the rasteriser's picture. */
  multiply(): void {
    const levels = this.#levels;
    evenOut(levels[0]);
    for (let k = 1; k < LEVELS; k++) {
      gather(levels[k - 1], levels[k]);
      evenOut(levels[k]);
    }
    for (let k = LEVELS - 1; k >= 0; k--) settle(levels[k], k + 1 < LEVELS ? levels[k + 1] : null);
    this.#writeMultipliers(levels[0].sums);
    this.#rasterizer.multiplyByGrid(this.#grid, FLOOR);
  }

  /** The last changes before the grid's edge are none, so that it has no edge in the picture. */
  #writeMultipliers(changes: Float32Array): void {
    const { left, top, columns, rows, multipliers } = this.#grid;
    const firstColumn = left > 0 ? 1 : 0;
    const endColumn = left + columns < this.#mostColumns ? columns - 1 : columns;
    const firstRow = top > 0 ? 1 : 0;
    const endRow = top + rows < this.#mostRows ? rows - 1 : rows;
    for (let row = 0, node = 0; row < rows; row++) {
      const isIn = row >= firstRow && row < endRow;
      for (let column = 0; column < columns; column++, node++) {
        const counts = isIn && column >= firstColumn && column < endColumn;
        for (let k = 0; k < 3; k++) {
          multipliers[3 * node + k] = counts
            ? Math.round(GRID_ONE * exponential(changes[VALUES * node + k]))
            : GRID_ONE;
        }
      }
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** e to the power of `x`, to 1e-3 where |x| < 0.65; the multipliers are no finer. */
function exponential(x: number): number {
  return 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24))));
}

/** Binomial, 3×3; what lies beyond the edge is as at the edge. */
function evenOut({ columns, rows, sums, spare }: Level): void {
  const stride = VALUES * columns;
  for (let row = 0; row < rows; row++) {
    const begin = row * stride;
    const end = begin + stride;
    for (let i = begin; i < end; i++) {
      const before = i - VALUES < begin ? i : i - VALUES;
      const after = i + VALUES < end ? i + VALUES : i;
      spare[i] = 0.25 * (sums[before] + sums[after]) + 0.5 * sums[i];
    }
  }
  for (let row = 0; row < rows; row++) {
    const above = row > 0 ? stride : 0;
    const below = row + 1 < rows ? stride : 0;
    for (let i = row * stride; i < (row + 1) * stride; i++) {
      sums[i] = 0.25 * (spare[i - above] + spare[i + below]) + 0.5 * spare[i];
    }
  }
}

/** Adds the sums of `fine` to `coarse`, each node's to the nodes around it. */
function gather(fine: Level, coarse: Level): void {
  for (let row = 0; row < fine.rows; row++) {
    const lastRow = row & 1;
    for (let column = 0; column < fine.columns; column++) {
      const lastColumn = column & 1;
      const share = (lastRow ? 0.5 : 1) * (lastColumn ? 0.5 : 1);
      const from = VALUES * (row * fine.columns + column);
      for (let y = 0; y <= lastRow; y++) {
        for (let x = 0; x <= lastColumn; x++) {
          const to = VALUES * (((row >> 1) + y) * coarse.columns + (column >> 1) + x);
          for (let k = 0; k < VALUES; k++) coarse.sums[to + k] += share * fine.sums[from + k];
        }
      }
    }
  }
}

/** Turns sums into means (the weight stays), filled up from the `coarser` level's. */
function settle({ columns, rows, sums }: Level, coarser: Level | null): void {
  const rest = coarser ? COARSER_WEIGHT : NOTHING_WEIGHT;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const i = VALUES * (row * columns + column);
      const scale = 1 / (sums[i + 3] + rest);
      if (!coarser) {
        for (let k = 0; k < 3; k++) sums[i + k] *= scale;
        continue;
      }
      const a = VALUES * ((row >> 1) * coarser.columns + (column >> 1));
      const b = a + (column & 1 ? VALUES : 0);
      const down = row & 1 ? VALUES * coarser.columns : 0;
      for (let k = 0; k < 3; k++) {
        const around = coarser.sums;
        const above = 0.25 * (around[a + k] + around[b + k] + around[a + down + k] + around[b + down + k]);
        sums[i + k] = (sums[i + k] + rest * above) * scale;
      }
    }
  }
}
