import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';

/** Noise is drawn from this many numbers over and over, from another place for every line of every picture. */
const TABLE_SIZE = 1 << 16;

/** A camera's noise, the same on every machine and in every run: each colour of each pixel by a normal deviate. */
export class SeededNoise {
  readonly #table = new Int8Array(TABLE_SIZE);
  readonly #random: () => number;

  /** `deviation` in steps of 0..255. */
  constructor(seed: number, deviation: number) {
    this.#random = mulberry32(seed);
    for (let i = 0; i < TABLE_SIZE; i++) {
      // Box and Muller's transform; 1 − random is never 0.
      const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
      this.#table[i] = Math.round(deviation * radius * Math.cos(2 * Math.PI * this.#random()));
    }
  }

  /** A new picture: `image` under fresh noise. */
  addTo({ width, height, data }: RgbaImage): RgbaImage {
    const out = createRgbaImage(width, height);
    const clamped = new Uint8ClampedArray(out.data.buffer);
    for (let y = 0; y < height; y++) {
      let next = Math.floor(this.#random() * TABLE_SIZE);
      for (let i = 4 * y * width; i < 4 * (y + 1) * width; i += 4) {
        for (let c = 0; c < 3; c++) clamped[i + c] = data[i + c] + this.#table[next++ & (TABLE_SIZE - 1)];
      }
    }
    return out;
  }
}

/** Numbers in 0..1 (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
