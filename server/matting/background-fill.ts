import { distanceTransform } from './distance-transform.ts';
import { fillSmoothly } from './fill-smoothly.ts';

/** Grain, up to this size, pixels, is mirrored into the whole hole; … */
const GRAIN_RADIUS_PX = 1;
/** … small structure only near the edge, fading over this distance: deep inside, mirror images would meet in shards. */
const DETAIL_RADIUS_PX = 8;
const DETAIL_REACH_PX = 14;

/** Radius around the hole's edge from which its surroundings' unevenness is told, pixels. */
const VARIATION_RADIUS_PX = 12;
/** Most that mirrored grain may be, in its own median deviations: edges of things are no grain. */
const MOST_GRAIN = 4;

/** The background without the person. */
export interface FilledBackground {
  /** R G B floats. */
  readonly colors: Float32Array;
  /** How uneven the surroundings are: standard deviation of their small structure, levels, per pixel. */
  readonly variation: Float32Array;
}

/**
 * The background as it may be behind the person: continued smoothly, with the grain and small structure of its
 * nearest part mirrored into the hole.
 * @param hole not 0 where nothing of the background is known
 */
export function fillBackground(seen: Float32Array, hole: Uint8Array, width: number, height: number): FilledBackground {
  const known = Float32Array.from(hole, (value) => (value ? 0 : 1));
  const colors = fillSmoothly(seen, 3, known, width, height);
  const withoutGrain = blurKnown(seen, known, width, height, GRAIN_RADIUS_PX);
  const withoutDetail = blurKnown(seen, known, width, height, DETAIL_RADIUS_PX);
  const { distances, nearest } = distanceTransform(known, width, height);
  const mostGrain = MOST_GRAIN * medianDeviation(seen, withoutGrain, hole);
  for (let i = 0; i < hole.length; i++) {
    if (!hole[i] || nearest[i] < 0) continue;
    const mirror = mirrorPixel(i, nearest[i], width, height);
    if (mirror < 0 || hole[mirror]) continue;
    const near = Math.exp(-distances[i] / DETAIL_REACH_PX);
    for (let c = 0, m = 3 * mirror; c < 3; c++, m++) {
      const grain = Math.min(mostGrain, Math.max(-mostGrain, seen[m] - withoutGrain[m]));
      const filled = colors[3 * i + c] + grain + near * (withoutGrain[m] - withoutDetail[m]);
      colors[3 * i + c] = Math.min(255, Math.max(0, filled));
    }
  }
  return { colors, variation: variationOf(seen, withoutDetail, known, width, height) };
}

/** Median of how far colours are from their blurred selves, levels. */
function medianDeviation(seen: Float32Array, blurred: Float32Array, hole: Uint8Array): number {
  const deviations = seen.map((value, i) => Math.abs(value - blurred[i])).filter((_, i) => !hole[Math.floor(i / 3)]);
  return deviations.sort()[deviations.length >> 1] ?? 0;
}

function variationOf(seen: Float32Array, blurred: Float32Array, known: Float32Array, width: number, height: number) {
  const squares = seen.map((value, i) => (value - blurred[i]) ** 2);
  const means = blurKnown(squares, known, width, height, VARIATION_RADIUS_PX);
  return known.map((_, i) => Math.sqrt(Math.max(0, means[3 * i] + means[3 * i + 1] + means[3 * i + 2]) / 3));
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
