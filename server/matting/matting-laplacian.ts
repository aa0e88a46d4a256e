import type { ColorPlanes } from './color-planes.ts';

/** Variance that a 3×3 window is allowed besides its colour line, squared levels. */
const WINDOW_VARIANCE = 14;
const WINDOW_PIXELS = 9;

/**
 * The matting Laplacian of closed-form matting (Levin, Lischinski, Weiss 2008) over the windows that touch pixels to be
 * solved for: alpha is nearly an affine function of colour in every 3×3 window.
 */
export class MattingLaplacian {
  readonly #picture: ColorPlanes;
  /** Centres of the windows. */
  readonly #windows: Int32Array;
  /** Per window: mean colour, then the inverse covariance's six entries (xx xy xz yy yz zz). */
  readonly #statistics: Float32Array;
  readonly #offsets: readonly number[];

  /** @param unknown 1 where alpha is to be solved for */
  constructor(picture: ColorPlanes, unknown: Uint8Array) {
    this.#picture = picture;
    const { width } = picture;
    this.#offsets = [-width - 1, -width, -width + 1, -1, 0, 1, width - 1, width, width + 1];
    this.#windows = windowsTouching(unknown, picture.width, picture.height, this.#offsets);
    this.#statistics = new Float32Array(this.#windows.length * 9);
    for (let w = 0; w < this.#windows.length; w++) this.#measure(this.#windows[w], w);
  }

  /** Writes L·alpha into `out`, which is cleared first. */
  multiply(alpha: Float32Array, out: Float32Array): void {
    out.fill(0);
    const { data } = this.#picture;
    const statistics = this.#statistics;
    for (let w = 0; w < this.#windows.length; w++) {
      const center = this.#windows[w];
      const s = w * 9;
      const [mr, mg, mb] = [statistics[s], statistics[s + 1], statistics[s + 2]];
      let mean = 0;
      let cr = 0;
      let cg = 0;
      let cb = 0;
      for (let k = 0; k < WINDOW_PIXELS; k++) {
        const i = center + this.#offsets[k];
        const a = alpha[i];
        mean += a;
        cr += a * (data[3 * i] - mr);
        cg += a * (data[3 * i + 1] - mg);
        cb += a * (data[3 * i + 2] - mb);
      }
      mean /= WINDOW_PIXELS;
      cr /= WINDOW_PIXELS;
      cg /= WINDOW_PIXELS;
      cb /= WINDOW_PIXELS;
      const ar = statistics[s + 3] * cr + statistics[s + 4] * cg + statistics[s + 5] * cb;
      const ag = statistics[s + 4] * cr + statistics[s + 6] * cg + statistics[s + 7] * cb;
      const ab = statistics[s + 5] * cr + statistics[s + 7] * cg + statistics[s + 8] * cb;
      for (let k = 0; k < WINDOW_PIXELS; k++) {
        const i = center + this.#offsets[k];
        const line = mean + ar * (data[3 * i] - mr) + ag * (data[3 * i + 1] - mg) + ab * (data[3 * i + 2] - mb);
        out[i] += alpha[i] - line;
      }
    }
  }

  /** The diagonal, roughly: in how many windows a pixel lies. */
  diagonal(out: Float32Array): void {
    out.fill(0);
    for (const center of this.#windows) for (const offset of this.#offsets) out[center + offset] += 0.7;
  }

  #measure(center: number, w: number): void {
    const { data } = this.#picture;
    const s = this.#statistics.subarray(w * 9, w * 9 + 9);
    let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
    for (const offset of this.#offsets) for (let c = 0; c < 3; c++) s[c] += data[3 * (center + offset) + c];
    for (let c = 0; c < 3; c++) s[c] /= WINDOW_PIXELS;
    for (const offset of this.#offsets) {
      const i = 3 * (center + offset);
      const [r, g, b] = [data[i] - s[0], data[i + 1] - s[1], data[i + 2] - s[2]];
      xx += r * r;
      xy += r * g;
      xz += r * b;
      yy += g * g;
      yz += g * b;
      zz += b * b;
    }
    [xx, xy, xz, yy, yz, zz] = [xx, xy, xz, yy, yz, zz].map((sum) => sum / WINDOW_PIXELS);
    xx += WINDOW_VARIANCE;
    yy += WINDOW_VARIANCE;
    zz += WINDOW_VARIANCE;
    const [cxx, cxy, cxz] = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy];
    const determinant = xx * cxx + xy * cxy + xz * cxz;
    s[3] = cxx / determinant;
    s[4] = cxy / determinant;
    s[5] = cxz / determinant;
    s[6] = (xx * zz - xz * xz) / determinant;
    s[7] = (xy * xz - xx * yz) / determinant;
    s[8] = (xx * yy - xy * xy) / determinant;
  }
}

function windowsTouching(unknown: Uint8Array, width: number, height: number, offsets: readonly number[]): Int32Array {
  const windows: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const center = y * width + x;
      if (offsets.some((offset) => unknown[center + offset])) windows.push(center);
    }
  }
  return Int32Array.from(windows);
}
