import { enlarge } from './color-planes.ts';

/** Relaxation passes at each size: the sizes below have done most of the work. */
const PASSES = 6;

/**
 * Continues what is known smoothly into what is not (Laplace's equation, coarse to fine; the picture's edges let
 * everything through). Known values stay as they are.
 * @param known 0…1 per pixel: how much its value is to be believed; 0 is a hole
 * @returns a new plane
 */
export function fillSmoothly(
  values: Float32Array,
  channels: number,
  known: Float32Array,
  width: number,
  height: number,
): Float32Array {
  if (width <= 1 && height <= 1) return values.slice();
  const half = halve(values, channels, known, width, height);
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const coarse = half.known.every((weight) => weight > 0)
    ? half.values
    : fillSmoothly(half.values, channels, half.known, halfWidth, halfHeight);
  const out = enlarge(coarse, channels, [halfWidth, halfHeight], [width, height]);
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    for (let c = 0; c < channels; c++) out[i * channels + c] = values[i * channels + c];
  }
  relax(out, channels, known, width);
  return out;
}

/** Means of 2×2 pixels, each as far as it is known. */
function halve(values: Float32Array, channels: number, known: Float32Array, width: number, height: number) {
  const [toWidth, toHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const out = { values: new Float32Array(toWidth * toHeight * channels), known: new Float32Array(toWidth * toHeight) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weight = known[y * width + x];
      if (weight === 0) continue;
      const to = (y >> 1) * toWidth + (x >> 1);
      out.known[to] += weight;
      for (let c = 0; c < channels; c++) {
        out.values[to * channels + c] += weight * values[(y * width + x) * channels + c];
      }
    }
  }
  for (let i = 0; i < out.known.length; i++) {
    if (out.known[i] === 0) continue;
    for (let c = 0; c < channels; c++) out.values[i * channels + c] /= out.known[i];
    out.known[i] = Math.min(1, out.known[i]);
  }
  return out;
}

/** Gauss and Seidel's passes over the holes, to and fro. */
function relax(values: Float32Array, channels: number, known: Float32Array, width: number): void {
  const holes: number[] = [];
  for (let i = 0; i < known.length; i++) if (known[i] === 0) holes.push(i);
  for (let pass = 0; pass < PASSES; pass++) {
    for (let k = 0; k < holes.length; k++) {
      const i = holes[pass % 2 === 0 ? k : holes.length - 1 - k];
      const x = i % width;
      const left = x > 0 ? i - 1 : i;
      const right = x < width - 1 ? i + 1 : i;
      const above = i >= width ? i - width : i;
      const below = i + width < known.length ? i + width : i;
      for (let c = 0; c < channels; c++) {
        values[i * channels + c] =
          (values[left * channels + c] +
            values[right * channels + c] +
            values[above * channels + c] +
            values[below * channels + c]) /
          4;
      }
    }
  }
}
