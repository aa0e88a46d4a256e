import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** A rectangle of whole pixels; `right` and `bottom` are the first ones outside. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around some landmarks (indices into xyz triples of `points`), grown by `marginPx`, as far as `within`. */
export function boxAround(
  points: ArrayLike<number>,
  indices: Iterable<number>,
  within: PixelBox,
  marginPx = 0,
): PixelBox {
  let [left, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [right, bottom] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const index of indices) {
    left = Math.min(left, points[3 * index]);
    right = Math.max(right, points[3 * index]);
    top = Math.min(top, points[3 * index + 1]);
    bottom = Math.max(bottom, points[3 * index + 1]);
  }
  return {
    left: Math.max(within.left, Math.floor(left - marginPx)),
    top: Math.max(within.top, Math.floor(top - marginPx)),
    right: Math.min(within.right, Math.ceil(right + marginPx)),
    bottom: Math.min(within.bottom, Math.ceil(bottom + marginPx)),
  };
}

/** Mean absolute difference of R, G and B over a box, 0..1; null for an empty box. Both pictures have one size. */
export function meanAbsoluteError(a: RgbaImage, b: RgbaImage, box: PixelBox): number | null {
  const pixels = (box.right - box.left) * (box.bottom - box.top);
  if (box.right <= box.left || box.bottom <= box.top) return null;
  const [from, to] = [a.data, b.data];
  let sum = 0;
  for (let y = box.top; y < box.bottom; y++) {
    const end = 4 * (y * a.width + box.right);
    for (let i = 4 * (y * a.width + box.left); i < end; i += 4) {
      sum += Math.abs(from[i] - to[i]) + Math.abs(from[i + 1] - to[i + 1]) + Math.abs(from[i + 2] - to[i + 2]);
    }
  }
  return sum / (pixels * 3 * 255);
}
