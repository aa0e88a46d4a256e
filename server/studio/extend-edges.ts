import type { SquareRegion } from '../face/face-region.ts';

/**
 * Goes on with the edge of a picture where a square that was cut out of it reaches beyond: a black bar that comes and
 * goes would look like something that moves.
 *
 * @param planes three planes of `sizePx × sizePx`, cut from `square` (upright) of a picture of `width × height`;
 *   `mirrored` where left and right were swapped
 */
export function extendEdges(
  planes: Float32Array,
  sizePx: number,
  square: SquareRegion,
  width: number,
  height: number,
  mirrored = false,
): void {
  const columns = insidePixels(square.centerX, square.sizePx, sizePx, width);
  const rows = insidePixels(square.centerY, square.sizePx, sizePx, height);
  const [left, right] = mirrored
    ? [sizePx - 1 - columns.last, sizePx - 1 - columns.first]
    : [columns.first, columns.last];
  if (left > right || rows.first > rows.last) return;
  for (let plane = 0; plane < planes.length; plane += sizePx * sizePx) {
    for (let y = rows.first; y <= rows.last; y++) {
      const row = plane + y * sizePx;
      planes.fill(planes[row + left], row, row + left);
      planes.fill(planes[row + right], row + right + 1, row + sizePx);
    }
    const firstRow = plane + rows.first * sizePx;
    const lastRow = plane + rows.last * sizePx;
    for (let y = 0; y < rows.first; y++) planes.copyWithin(plane + y * sizePx, firstRow, firstRow + sizePx);
    for (let y = rows.last + 1; y < sizePx; y++) planes.copyWithin(plane + y * sizePx, lastRow, lastRow + sizePx);
  }
}

/** The cut's pixels that come from inside of the picture wholly, on one axis. */
function insidePixels(
  center: number,
  squarePx: number,
  sizePx: number,
  length: number,
): { first: number; last: number } {
  const step = squarePx / sizePx;
  const start = center - squarePx / 2 + step / 2;
  const margin = Math.max(0.5, step);
  return {
    first: Math.max(0, Math.ceil((margin - start) / step)),
    last: Math.min(sizePx - 1, Math.floor((length - margin - start) / step)),
  };
}
