import { distanceTransform } from './distance-transform.ts';
import { fillSmoothly } from './fill-smoothly.ts';

/** Structure up to this size, pixels, is mirrored into the hole; what is larger is continued smoothly. */
const DETAIL_RADIUS_PX = 10;

/**
 * The background as it may be behind the person: continued smoothly, with the grain and small structure of its
 * nearest part mirrored into the hole.
 * @param hole not 0 where nothing of the background is known
 * @returns R G B floats
 */
export function fillBackground(colors: Float32Array, hole: Uint8Array, width: number, height: number): Float32Array {
  const known = Float32Array.from(hole, (value) => (value ? 0 : 1));
  const smooth = fillSmoothly(colors, 3, known, width, height);
  const low = blurKnown(colors, known, width, height, DETAIL_RADIUS_PX);
  const { nearest } = distanceTransform(known, width, height);
  const out = smooth.slice();
  for (let i = 0; i < hole.length; i++) {
    if (!hole[i] || nearest[i] < 0) continue;
    const mirror = mirrorPixel(i, nearest[i], width, height);
    if (mirror < 0 || hole[mirror]) continue;
    for (let c = 0; c < 3; c++) out[3 * i + c] += colors[3 * mirror + c] - low[3 * mirror + c];
  }
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, Math.max(0, out[i]));
  return out;
}

/** The pixel as far behind the edge as this one is before it; −1 outside of the picture. */
function mirrorPixel(pixel: number, edge: number, width: number, height: number): number {
  const x = 2 * (edge % width) - (pixel % width);
  const y = 2 * Math.floor(edge / width) - Math.floor(pixel / width);
  return x >= 0 && y >= 0 && x < width && y < height ? y * width + x : -1;
}

/** Mean of the known pixels in a square around each pixel, twice: nearly a Gaussian. */
function blurKnown(colors: Float32Array, known: Float32Array, width: number, height: number, radius: number) {
  const weighted = new Float32Array(known.length * 4);
  for (let i = 0; i < known.length; i++) {
    for (let c = 0; c < 3; c++) weighted[4 * i + c] = colors[3 * i + c] * known[i];
    weighted[4 * i + 3] = known[i];
  }
  const blurred = boxBlur4(boxBlur4(weighted, width, height, radius), width, height, radius);
  const out = new Float32Array(known.length * 3);
  for (let i = 0; i < known.length; i++) {
    const weight = Math.max(1e-6, blurred[4 * i + 3]);
    for (let c = 0; c < 3; c++) out[3 * i + c] = blurred[4 * i + c] / weight;
  }
  return out;
}

function boxBlur4(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(source.length);
  for (let y = 0; y < height; y++) slideBox(source, rows, y * width, 1, width, radius);
  const out = new Float32Array(source.length);
  for (let x = 0; x < width; x++) slideBox(rows, out, x, width, height, radius);
  return out;
}

/** Sums over 2·radius + 1 pixels of one row or column; beyond the ends there is nothing. */
function slideBox(source: Float32Array, out: Float32Array, start: number, step: number, count: number, radius: number) {
  for (let c = 0; c < 4; c++) {
    let sum = 0;
    for (let i = -radius; i < count; i++) {
      if (i + radius < count) sum += source[(start + (i + radius) * step) * 4 + c];
      if (i - radius - 1 >= 0) sum -= source[(start + (i - radius - 1) * step) * 4 + c];
      if (i >= 0) out[(start + i * step) * 4 + c] = sum;
    }
  }
}
