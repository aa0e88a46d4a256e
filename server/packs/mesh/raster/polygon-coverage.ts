/**
 * Which part of each pixel lies inside a polygon: exact area coverage, by accumulating the signed area to the right of
 * each edge and summing along rows (as font rasterisers do; R. Levien, "font-rs", 2016).
 */
export class PolygonCoverage {
  /** Coverage 0..1 of the pixels of the box of the last `fill`, row by row. */
  values: Float32Array = new Float32Array(0);
  left = 0;
  top = 0;
  width = 0;
  height = 0;

  /**
   * Fills the polygon with `count` corners (x, y pairs in pixels), within a picture of `maxWidth × maxHeight`, and
   * `margin` pixels around it. Returns false where nothing of it is in the picture.
   */
  fill(corners: Float64Array, count: number, margin: number, maxWidth: number, maxHeight: number): boolean {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < 2 * count; i += 2) {
      x0 = Math.min(x0, corners[i]);
      x1 = Math.max(x1, corners[i]);
      y0 = Math.min(y0, corners[i + 1]);
      y1 = Math.max(y1, corners[i + 1]);
    }
    this.left = Math.max(0, Math.floor(x0) - margin);
    this.top = Math.max(0, Math.floor(y0) - margin);
    this.width = Math.min(maxWidth, Math.ceil(x1) + margin) - this.left;
    this.height = Math.min(maxHeight, Math.ceil(y1) + margin) - this.top;
    if (!(this.width > 0 && this.height > 0)) return false;
    const size = this.width * this.height;
    if (this.values.length < size) this.values = new Float32Array(2 * size);
    else this.values.fill(0, 0, size);
    for (let i = 0; i < count; i++) {
      const j = i + 1 < count ? i + 1 : 0;
      this.#edge(corners[2 * i], corners[2 * i + 1], corners[2 * j], corners[2 * j + 1]);
    }
    for (let y = 0; y < this.height; y++) {
      let sum = 0;
      for (let o = y * this.width; o < (y + 1) * this.width; o++) {
        sum += this.values[o];
        this.values[o] = Math.min(1, Math.abs(sum));
      }
    }
    return true;
  }

  #edge(ax: number, ay: number, bx: number, by: number): void {
    if (ay === by) return;
    const sign = ay < by ? 1 : -1;
    const [topX, topY, bottomX, bottomY] = ay < by ? [ax, ay, bx, by] : [bx, by, ax, ay];
    const slope = (bottomX - topX) / (bottomY - topY);
    const firstRow = Math.max(0, Math.floor(topY - this.top));
    const lastRow = Math.min(this.height - 1, Math.ceil(bottomY - this.top) - 1);
    for (let row = firstRow; row <= lastRow; row++) {
      const from = Math.max(topY, row + this.top);
      const to = Math.min(bottomY, row + this.top + 1);
      if (to <= from) continue;
      const x = topX + ((from + to) / 2 - topY) * slope - this.left;
      this.#accumulate(row, x, Math.abs((to - from) * slope), sign * (to - from));
    }
  }

  /** An edge that crosses one row at x on average, spread over `spread` pixels, with signed height `area`. */
  #accumulate(row: number, x: number, spread: number, area: number): void {
    const { width, values } = this;
    const start = row * width;
    const half = Math.max(spread, 1e-9) / 2;
    let covered = 0;
    const first = Math.max(0, Math.floor(x - half));
    if (first >= width) return;
    const last = Math.min(width - 1, Math.floor(x + half));
    for (let pixel = first; pixel <= last; pixel++) {
      // Mean over the edge of the part of the pixel that lies to its right, cumulatively.
      const total = rightOf(pixel + 1, x, half) * area;
      values[start + pixel] += total - covered;
      covered = total;
    }
    if (last + 1 < width) values[start + Math.max(0, last + 1)] += area - covered;
  }
}

/** Mean over t in [x − half, x + half] of the length of [t, right] within the last pixel before `right`, cut to 0..1. */
function rightOf(right: number, x: number, half: number): number {
  // Integral of clamp(right − t, 0, 1) over the spread of the edge.
  const integral = (t: number) => {
    const d = right - t;
    if (d <= 0) return 0;
    return d >= 1 ? d - 0.5 : (d * d) / 2;
  };
  return (integral(x - half) - integral(x + half)) / (2 * half);
}
