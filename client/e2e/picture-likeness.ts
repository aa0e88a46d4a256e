import type { RgbaImage } from '../../server/imaging/rgba-image.ts';

const GRID = 32;

/**
 * Pearson correlation, −1..1, of two pictures' colours averaged over a 32×32 grid, whatever their sizes. The same
 * person before the same background stays near 1 under any motion; another scene does not.
 */
export function likeness(a: RgbaImage, b: RgbaImage): number {
  return correlation(colorGrid(a), colorGrid(b));
}

/** Pearson correlation of two series of equal length; 0 where one of them is constant. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i] / n;
    meanB += b[i] / n;
  }
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < n; i++) {
    product += (a[i] - meanA) * (b[i] - meanB);
    squareA += (a[i] - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : 0;
}

/** Mean red, green and blue of each cell, relative to the whole picture's, so that its overall tint does not count. */
function colorGrid({ width, height, data }: RgbaImage): Float64Array {
  const cells = GRID * GRID;
  const grid = new Float64Array(cells * 3);
  const counts = new Float64Array(cells);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width);
      const offset = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) grid[channel * cells + cell] += data[offset + channel];
      counts[cell]++;
    }
  }
  for (let channel = 0; channel < 3; channel++) {
    const plane = grid.subarray(channel * cells, (channel + 1) * cells);
    plane.forEach((sum, cell) => {
      plane[cell] = counts[cell] ? sum / counts[cell] : 0;
    });
    const mean = plane.reduce((sum, value) => sum + value, 0) / cells;
    plane.forEach((value, cell) => {
      plane[cell] = value - mean;
    });
  }
  return grid;
}
