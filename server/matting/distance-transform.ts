/** How far each pixel is from the nearest pixel of a set, and which that is. */
export interface DistanceField {
  /** Euclidean, pixels, 0 inside the set; Infinity where the set is empty. */
  readonly distances: Float32Array;
  /** Index of the nearest pixel of the set, −1 where the set is empty. */
  readonly nearest: Int32Array;
}

/** Exact Euclidean distance transform (Felzenszwalb and Huttenlocher 2012) of the pixels where `mask` is not 0. */
export function distanceTransform(mask: ArrayLike<number>, width: number, height: number): DistanceField {
  const squared = new Float32Array(width * height);
  const nearest = new Int32Array(width * height).fill(-1);
  columnDistances(mask, width, height, squared, nearest);
  const row = new Float64Array(width);
  const rowNearest = new Int32Array(width);
  const hulls = new Int32Array(width);
  const bounds = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    let count = 0;
    for (let x = 0; x < width; x++) {
      row[x] = squared[start + x];
      rowNearest[x] = nearest[start + x];
      if (rowNearest[x] < 0) continue;
      let from = Number.NEGATIVE_INFINITY;
      while (count > 0) {
        const last = hulls[count - 1];
        from = (row[x] + x * x - row[last] - last * last) / (2 * (x - last));
        if (from > bounds[count - 1]) break;
        count--;
        from = Number.NEGATIVE_INFINITY;
      }
      bounds[count] = from;
      hulls[count++] = x;
    }
    if (count === 0) continue;
    for (let x = 0, k = 0; x < width; x++) {
      while (k + 1 < count && bounds[k + 1] < x) k++;
      const parabola = hulls[k];
      squared[start + x] = (x - parabola) ** 2 + row[parabola];
      nearest[start + x] = rowNearest[parabola];
    }
  }
  for (let i = 0; i < squared.length; i++) squared[i] = nearest[i] < 0 ? Infinity : Math.sqrt(squared[i]);
  return { distances: squared, nearest };
}

/** Squared distances within each column. */
function columnDistances(
  mask: ArrayLike<number>,
  width: number,
  height: number,
  squared: Float32Array,
  nearest: Int32Array,
): void {
  for (let x = 0; x < width; x++) {
    let last = -1;
    for (let y = 0; y < height; y++) {
      if (mask[y * width + x]) last = y;
      if (last >= 0) take(y, last);
    }
    last = -1;
    for (let y = height - 1; y >= 0; y--) {
      if (mask[y * width + x]) last = y;
      if (last >= 0 && (nearest[y * width + x] < 0 || (last - y) ** 2 < squared[y * width + x])) take(y, last);
    }
    function take(y: number, from: number): void {
      squared[y * width + x] = (from - y) ** 2;
      nearest[y * width + x] = from * width + x;
    }
  }
}
