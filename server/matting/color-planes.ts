import type { RgbaImage } from '../imaging/rgba-image.ts';

/** A picture for arithmetic: R G B interleaved, 0–255, rows top to bottom. */
export interface ColorPlanes {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` floats. */
  readonly data: Float32Array;
}

export function toColorPlanes({ width, height, data }: RgbaImage): ColorPlanes {
  const out = new Float32Array(width * height * 3);
  for (let i = 0, j = 0; j < out.length; i += 4) {
    out[j++] = data[i];
    out[j++] = data[i + 1];
    out[j++] = data[i + 2];
  }
  return { width, height, data: out };
}

/** Scales a plane of `channels` interleaved floats down to a smaller size; each pixel is the mean of its area. */
export function shrink(
  source: Float32Array,
  channels: number,
  [width, height]: readonly [number, number],
  [toWidth, toHeight]: readonly [number, number],
): Float32Array {
  const rows = shrinkRows(source, channels, width, height, toWidth);
  return shrinkColumns(rows, channels, toWidth, height, toHeight);
}

function shrinkRows(source: Float32Array, channels: number, width: number, height: number, to: number): Float32Array {
  const out = new Float32Array(to * height * channels);
  const spans = areaSpans(width, to);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      const { first, weights } = spans[x];
      const at = (y * to + x) * channels;
      for (let k = 0; k < weights.length; k++) {
        const from = (y * width + first + k) * channels;
        for (let c = 0; c < channels; c++) out[at + c] += weights[k] * source[from + c];
      }
    }
  }
  return out;
}

function shrinkColumns(source: Float32Array, channels: number, width: number, height: number, to: number) {
  const row = width * channels;
  const out = new Float32Array(row * to);
  const spans = areaSpans(height, to);
  for (let y = 0; y < to; y++) {
    const { first, weights } = spans[y];
    for (let k = 0; k < weights.length; k++) {
      const from = (first + k) * row;
      for (let i = 0; i < row; i++) out[y * row + i] += weights[k] * source[from + i];
    }
  }
  return out;
}

/** For each of `to` pixels the source pixels it covers, and how much of each; the weights of a pixel sum to 1. */
function areaSpans(from: number, to: number): { first: number; weights: number[] }[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * step, (i + 1) * step];
    const first = Math.floor(start);
    const weights: number[] = [];
    for (let k = first; k < Math.min(from, Math.ceil(end - 1e-9)); k++) {
      weights.push((Math.min(end, k + 1) - Math.max(start, k)) / step);
    }
    return { first, weights };
  });
}

/** Scales a plane up (or by nearly 1) bilinearly; pixel centres lie at halves. */
export function enlarge(
  source: Float32Array,
  channels: number,
  [width, height]: readonly [number, number],
  [toWidth, toHeight]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(toWidth * toHeight * channels);
  for (let y = 0; y < toHeight; y++) {
    const sy = Math.min(Math.max(((y + 0.5) * height) / toHeight - 0.5, 0), height - 1);
    const y0 = Math.min(Math.floor(sy), Math.max(0, height - 2));
    const y1 = Math.min(y0 + 1, height - 1);
    const fy = sy - y0;
    for (let x = 0; x < toWidth; x++) {
      const sx = Math.min(Math.max(((x + 0.5) * width) / toWidth - 0.5, 0), width - 1);
      const x0 = Math.min(Math.floor(sx), Math.max(0, width - 2));
      const x1 = Math.min(x0 + 1, width - 1);
      const fx = sx - x0;
      const at = (y * toWidth + x) * channels;
      for (let c = 0; c < channels; c++) {
        const top = source[(y0 * width + x0) * channels + c] * (1 - fx) + source[(y0 * width + x1) * channels + c] * fx;
        const low = source[(y1 * width + x0) * channels + c] * (1 - fx) + source[(y1 * width + x1) * channels + c] * fx;
        out[at + c] = top * (1 - fy) + low * fy;
      }
    }
  }
  return out;
}
