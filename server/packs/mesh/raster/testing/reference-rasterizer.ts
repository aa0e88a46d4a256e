import type { RgbaImage } from '../../../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../../../imaging/rgba-image.ts';

/** A corner: x, y, z in the picture, then x, y in the texture. */
export type Corner = readonly [x: number, y: number, z: number, u: number, v: number];

/**
 * What `TriangleRasterizer` draws, worked out pixel by pixel in floating point: straight from the definitions, slow,
 * and without a depth that changes while alpha is mixed: for opaque pictures, or triangles drawn from back to front.
 */
export class ReferenceRasterizer {
  /** Pixels whose centres lie on an edge to within rounding: they may be drawn or not. */
  readonly unsure: Set<number> = new Set();
  readonly #depth: Float64Array;
  readonly #out: Float64Array;
  readonly #width: number;
  readonly #height: number;

  /** Draws over `background`, whose size is the picture's. */
  constructor(background: RgbaImage) {
    this.#width = background.width;
    this.#height = background.height;
    this.#depth = new Float64Array(background.width * background.height).fill(Number.POSITIVE_INFINITY);
    this.#out = Float64Array.from(background.data);
  }

  triangle(corners: readonly [Corner, Corner, Corner], texture: RgbaImage, opacity = 1): void {
    const [a, b, c] = corners;
    const area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    if (area === 0) return;
    for (let y = 0; y < this.#height; y++) {
      for (let x = 0; x < this.#width; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        const weightB = ((px - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (py - a[1])) / area;
        const weightC = ((b[0] - a[0]) * (py - a[1]) - (px - a[0]) * (b[1] - a[1])) / area;
        const weightA = 1 - weightB - weightC;
        const inside = Math.min(weightA, weightB, weightC);
        const at = (k: 2 | 3 | 4) => weightA * a[k] + weightB * b[k] + weightC * c[k];
        const o = y * this.#width + x;
        if (Math.abs(inside) < 1e-6) this.unsure.add(o);
        if (inside < 0) continue;
        if (at(2) >= this.#depth[o]) continue;
        const [red, green, blue, alpha] = between(texture, at(3), at(4)).map((value) => value * opacity);
        if (alpha >= 127.5) this.#depth[o] = at(2);
        [red, green, blue].forEach((value, k) => {
          this.#out[4 * o + k] = value + this.#out[4 * o + k] * (1 - alpha / 255);
        });
      }
    }
  }

  get picture(): RgbaImage {
    const image = createRgbaImage(this.#width, this.#height);
    for (let i = 0; i < image.data.length; i++) if (i % 4 < 3) image.data[i] = Math.round(this.#out[i]);
    return image;
  }
}

/** The premultiplied colour at (x, y) of a picture that is smooth enough to be linear between its pixels. */
function between({ width, height, data }: RgbaImage, x: number, y: number): number[] {
  const column = Math.min(width - 1.001, Math.max(0, x - 0.5));
  const row = Math.min(height - 1.001, Math.max(0, y - 0.5));
  const [left, top] = [Math.floor(column), Math.floor(row)];
  return [0, 1, 2, 3].map((k) => {
    let sum = 0;
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      const o = 4 * ((top + dy) * width + left + dx);
      const share = (dx ? column - left : 1 - column + left) * (dy ? row - top : 1 - row + top);
      sum += share * data[o + k] * (k < 3 ? data[o + 3] / 255 : 1);
    }
    return sum;
  });
}
