import type { RgbaImage } from './rgba-image.ts';

/** Rows of one output pixel that are mixed, and their weights; the same for columns. */
interface Taps {
  /** Four indices for each output pixel. */
  readonly from: Int32Array;
  readonly weights: Float32Array;
}
const TAPS = 4;

/**
 * Scales square pictures as networks give them (three planes of 0 … 1: red, green, blue) into RGBA pictures, by cubic
 * interpolation (Catmull-Rom). Exact where both sizes are the same; meant for enlarging.
 */
export class PlanarPictureScaler {
  readonly #sizePx: number;
  readonly #width: number;
  readonly #height: number;
  readonly #columns: Taps;
  readonly #rows: Taps;
  /** The three planes of one output row before it is widened. */
  readonly #row: Float32Array;

  /** From `sizePx × sizePx` to `width × height`. */
  constructor(sizePx: number, width: number, height: number) {
    this.#sizePx = sizePx;
    this.#width = width;
    this.#height = height;
    this.#columns = cubicTaps(sizePx, width);
    this.#rows = cubicTaps(sizePx, height);
    this.#row = new Float32Array(3 * sizePx);
  }

  /** Throws a RangeError where one of the pictures has not the size it should have. Alpha stays as it is. */
  scale(planes: Float32Array, out: RgbaImage): void {
    const size = this.#sizePx;
    if (planes.length !== 3 * size * size || out.width !== this.#width || out.height !== this.#height) {
      throw new RangeError(`${planes.length} floats into ${out.width}×${out.height}: set up for other sizes`);
    }
    if (size === this.#width && size === this.#height) {
      interleave(planes, out.data);
      return;
    }
    for (let y = 0; y < this.#height; y++) {
      this.#mixRows(planes, y);
      this.#widen(out.data, 4 * y * this.#width);
    }
  }

  #mixRows(planes: Float32Array, y: number): void {
    const size = this.#sizePx;
    const { from, weights } = this.#rows;
    const t = y * TAPS;
    const w0 = 255 * weights[t];
    const w1 = 255 * weights[t + 1];
    const w2 = 255 * weights[t + 2];
    const w3 = 255 * weights[t + 3];
    const row = this.#row;
    for (let plane = 0; plane < 3; plane++) {
      const start = plane * size * size;
      const a = start + from[t] * size;
      const b = start + from[t + 1] * size;
      const c = start + from[t + 2] * size;
      const d = start + from[t + 3] * size;
      const to = plane * size;
      for (let x = 0; x < size; x++) {
        row[to + x] = planes[a + x] * w0 + planes[b + x] * w1 + planes[c + x] * w2 + planes[d + x] * w3;
      }
    }
  }

  #widen(data: Uint8Array, offset: number): void {
    const size = this.#sizePx;
    const { from, weights } = this.#columns;
    const row = this.#row;
    for (let x = 0, t = 0, to = offset; x < this.#width; x++, t += TAPS, to += 4) {
      const w0 = weights[t];
      const w1 = weights[t + 1];
      const w2 = weights[t + 2];
      const w3 = weights[t + 3];
      let a = from[t];
      let b = from[t + 1];
      let c = from[t + 2];
      let d = from[t + 3];
      data[to] = toByte(row[a] * w0 + row[b] * w1 + row[c] * w2 + row[d] * w3);
      a += size;
      b += size;
      c += size;
      d += size;
      data[to + 1] = toByte(row[a] * w0 + row[b] * w1 + row[c] * w2 + row[d] * w3);
      a += size;
      b += size;
      c += size;
      d += size;
      data[to + 2] = toByte(row[a] * w0 + row[b] * w1 + row[c] * w2 + row[d] * w3);
    }
  }
}

/** Planes into pixels of the same size. */
function interleave(planes: Float32Array, data: Uint8Array): void {
  const plane = planes.length / 3;
  for (let i = 0, to = 0; i < plane; i++, to += 4) {
    data[to] = toByte(255 * planes[i]);
    data[to + 1] = toByte(255 * planes[i + plane]);
    data[to + 2] = toByte(255 * planes[i + 2 * plane]);
  }
}

/** Rounded; a cubic overshoots. */
function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/** Pixels cover areas: output pixel `i` is centred on `(i + ½) · from / to − ½`. */
function cubicTaps(from: number, to: number): Taps {
  const taps: Taps = { from: new Int32Array(TAPS * to), weights: new Float32Array(TAPS * to) };
  for (let i = 0; i < to; i++) {
    const center = ((i + 0.5) * from) / to - 0.5;
    const left = Math.floor(center);
    const t = center - left;
    const weights = [
      ((-0.5 * t + 1) * t - 0.5) * t,
      (1.5 * t - 2.5) * t * t + 1,
      ((-1.5 * t + 2) * t + 0.5) * t,
      (0.5 * t - 0.5) * t * t,
    ];
    for (let tap = 0; tap < TAPS; tap++) {
      taps.from[TAPS * i + tap] = Math.min(Math.max(left - 1 + tap, 0), from - 1);
      taps.weights[TAPS * i + tap] = weights[tap];
    }
  }
  return taps;
}
