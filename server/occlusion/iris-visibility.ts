import type { EyePoints } from '../face/face-topology.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { smoothstep } from '../motion/smoothstep.ts';

/** Samples across the iris, each way. */
const GRID = 7;
/** Of the iris's radius, what is surely iris. */
const SURE_RADIUS = 0.8;
/** How far from the middle of the iris the white is looked for, in its radii. */
const WHITE_FROM = 1.35;
const WHITE_TO = 2.2;
const WHITE_STEPS = 4;
/** Lids closer than this many iris radii leave too little of it to see. */
const LIDS_FROM = 0.45;
const LIDS_FULL = 0.8;
/** The darkest part of an iris, with its pupil and rim: this share of it. Light eyes are dark there, too. */
const DARKEST_SHARE = 0.3;
/** How much darker than the white it is, as a share of the white, from where an iris is believed. */
const CONTRAST_FROM = 0.08;
const CONTRAST_FULL = 0.2;
/** Brighter than the white by this factor is a reflection; an eye's own highlight covers less than this of the iris. */
const GLARE = 1.25;
const GLARE_FROM = 0.3;
const GLARE_FULL = 0.5;

/**
 * Whether the iris of an eye is where its landmarks say, 0 (no) to 1: a disc darker than the white beside it, not
 * covered by a lid or by a reflection in a pair of glasses. `points` are in pixels of `image`.
 */
export function irisVisibility(image: RgbaImage, points: Float32Array, eye: EyePoints): number {
  const center = 3 * eye.irisCenter;
  const [x, y] = [points[center], points[center + 1]];
  let radius = 0;
  for (const ring of eye.irisRing) radius += Math.hypot(points[3 * ring] - x, points[3 * ring + 1] - y) / 4;
  if (!(radius >= 1)) return 0;

  const left = 3 * eye.upperLid[0];
  const right = 3 * eye.upperLid[8];
  const width = Math.hypot(points[right] - points[left], points[right + 1] - points[left + 1]);
  const [ax, ay] = [(points[right] - points[left]) / width, (points[right + 1] - points[left + 1]) / width];
  const white = whiteOf(image, points, { x, y, radius, ax, ay }, left, right);
  if (white === null) return 0;

  let [glaring, count] = [0, 0];
  for (let i = 0; i < GRID; i++) {
    for (let j = 0; j < GRID; j++) {
      const u = (2 * i) / (GRID - 1) - 1;
      const v = (2 * j) / (GRID - 1) - 1;
      if (u * u + v * v > 1) continue;
      const value = brightness(image, x + u * radius * SURE_RADIUS, y + v * radius * SURE_RADIUS);
      if (value === null) continue;
      if (value > GLARE * white) glaring++;
      values[count++] = value;
    }
  }
  if (count === 0) return 0;
  const darkest = values
    .subarray(0, count)
    .sort()
    .subarray(0, Math.ceil(DARKEST_SHARE * count));
  const dark = darkest.reduce((sum, value) => sum + value, 0) / darkest.length;
  const contrast = (white - dark) / (white + 1);
  const lids = gapOfLids(points, eye) / radius;
  return (
    smoothstep(LIDS_FROM, LIDS_FULL, lids) *
    smoothstep(CONTRAST_FROM, CONTRAST_FULL, contrast) *
    (1 - smoothstep(GLARE_FROM, GLARE_FULL, glaring / count))
  );
}

/** Brightness of the samples of one iris. */
const values = new Float32Array(GRID * GRID);

interface IrisPlace {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Unit vector along the eye. */
  readonly ax: number;
  readonly ay: number;
}

/** Brightness of the white, of the side that shows more of it; null where neither does. */
function whiteOf(
  image: RgbaImage,
  points: Float32Array,
  { x, y, radius, ax, ay }: IrisPlace,
  left: number,
  right: number,
): number | null {
  let best: number | null = null;
  for (const side of [-1, 1]) {
    const corner = side < 0 ? left : right;
    const room = side * ((points[corner] - x) * ax + (points[corner + 1] - y) * ay);
    let [sum, count] = [0, 0];
    for (let k = 0; k < WHITE_STEPS; k++) {
      const distance = radius * (WHITE_FROM + ((WHITE_TO - WHITE_FROM) * k) / (WHITE_STEPS - 1));
      if (distance > room * 0.9) break;
      const value = brightness(image, x + side * distance * ax, y + side * distance * ay);
      if (value === null) continue;
      sum += value;
      count++;
    }
    if (count > 0) best = Math.max(best ?? 0, sum / count);
  }
  return best;
}

/** Distance of the lids in the middle of the eye, pixels. */
function gapOfLids(points: Float32Array, { upperLid, lowerLid }: EyePoints): number {
  const [upper, lower] = [3 * upperLid[4], 3 * lowerLid[4]];
  return Math.hypot(points[upper] - points[lower], points[upper + 1] - points[lower + 1]);
}

/** Luma of the pixel at a place; null outside of the picture. */
function brightness({ data, width, height }: RgbaImage, x: number, y: number): number | null {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return null;
  const i = 4 * (row * width + column);
  return 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
}
