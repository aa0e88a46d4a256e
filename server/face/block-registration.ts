/** Part of a square grid of blocks, `bottom` and `right` exclusive; it has neighbours on all sides. */
export interface BlockWindow {
  /** Blocks along each side of the grid. */
  readonly side: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How one picture became another. Reused by the next registration. */
export interface Registration {
  /** Movement of what is seen, blocks, x right, y down. */
  shiftX: number;
  shiftY: number;
  /** Largest difference of a block that movement and light do not explain. */
  largestResidual: number;
  /** Standard deviation of the blocks of both pictures' mean. */
  contrast: number;
}

/** Of shift and gain, squared sums of brightness: what has no structure to measure them by is taken to be at rest. */
const RIDGE = 1e-3;

const result: Registration = { shiftX: 0, shiftY: 0, largestResidual: 0, contrast: 0 };

/**
 * Explains the brightness of `to` by that of `from`, moved as a whole and in another light: one Gauss–Newton step of
 * Lucas and Kanade's image registration (1981) with gain and bias, good for movements well below a block.
 */
export function registerBlocks(from: Float32Array, to: Float32Array, window: BlockWindow): Registration {
  const { side, top, bottom, left, right } = window;
  const count = (bottom - top) * (right - left);
  let [meanLevel, meanChange, meanX, meanY] = [0, 0, 0, 0];
  for (let row = top; row < bottom; row++) {
    for (let i = row * side + left; i < row * side + right; i++) {
      meanLevel += from[i] + to[i];
      meanChange += to[i] - from[i];
      meanX += slope(from, to, i, 1);
      meanY += slope(from, to, i, side);
    }
  }
  meanLevel /= 2 * count;
  meanChange /= count;
  meanX /= count;
  meanY /= count;

  let [xx, xy, xg, yy, yg, gg] = [RIDGE, 0, 0, RIDGE, 0, RIDGE];
  let [xc, yc, gc] = [0, 0, 0];
  for (let row = top; row < bottom; row++) {
    for (let i = row * side + left; i < row * side + right; i++) {
      const x = meanX - slope(from, to, i, 1);
      const y = meanY - slope(from, to, i, side);
      const level = (from[i] + to[i]) / 2 - meanLevel;
      const change = to[i] - from[i] - meanChange;
      xx += x * x;
      xy += x * y;
      xg += x * level;
      yy += y * y;
      yg += y * level;
      gg += level * level;
      xc += x * change;
      yc += y * change;
      gc += level * change;
    }
  }
  // Cramer's rule: the matrix is symmetric and, with the ridge, positive definite.
  const [minorX, minorY, minorG] = [yy * gg - yg * yg, xy * gg - yg * xg, xy * yg - yy * xg];
  const determinant = xx * minorX - xy * minorY + xg * minorG;
  const shiftX = (xc * minorX - xy * (yc * gg - yg * gc) + xg * (yc * yg - yy * gc)) / determinant;
  const shiftY = (xx * (yc * gg - yg * gc) - xc * minorY + xg * (xy * gc - yc * xg)) / determinant;
  const gain = (xx * (yy * gc - yc * yg) - xy * (xy * gc - yc * xg) + xc * minorG) / determinant;

  let largest = 0;
  for (let row = top; row < bottom; row++) {
    for (let i = row * side + left; i < row * side + right; i++) {
      const explained =
        shiftX * (meanX - slope(from, to, i, 1)) +
        shiftY * (meanY - slope(from, to, i, side)) +
        gain * ((from[i] + to[i]) / 2 - meanLevel);
      largest = Math.max(largest, Math.abs(to[i] - from[i] - meanChange - explained));
    }
  }
  result.shiftX = shiftX;
  result.shiftY = shiftY;
  result.largestResidual = largest;
  result.contrast = Math.sqrt((gg - RIDGE) / count);
  return result;
}

/** Slope of the mean of both pictures, per block. */
function slope(from: Float32Array, to: Float32Array, i: number, step: number): number {
  return (from[i + step] - from[i - step] + to[i + step] - to[i - step]) / 4;
}
