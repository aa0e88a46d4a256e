import type { RgbaImage } from '../../server/imaging/rgba-image.ts';

const GRID = 32;

/**
 * Pearson correlation, −1..1, of two pictures' luma averaged over a 32×32 grid, whatever their sizes. The same scene
 * under other motion stays near 1; another scene does not.
 */
export function likeness(a: RgbaImage, b: RgbaImage): number {
  return correlation(lumaGrid(a), lumaGrid(b));
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

function lumaGrid({ width, height, data }: RgbaImage): Float64Array {
  const sums = new Float64Array(GRID * GRID);
  const counts = new Float64Array(GRID * GRID);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width);
      const offset = (y * width + x) * 4;
      sums[cell] += 0.299 * data[offset] + 0.587 * data[offset + 1] + 0.114 * data[offset + 2];
      counts[cell]++;
    }
  }
  return sums.map((sum, i) => (counts[i] ? sum / counts[i] : 0));
}
