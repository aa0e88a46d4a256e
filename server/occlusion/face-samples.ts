import { SILHOUETTE, SKIN_TRIANGLES } from '../face/face-topology.ts';
import { FACE_REGIONS } from '../face/face-visibility.ts';
import { SKIN_PATCH_COUNT, type SkinTones } from '../face/skin-tones.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../motion/canonical-face.ts';
import { REGION_WEIGHTS } from '../motion/region-weights.ts';

/** One sample in the middle of each triangle of the skin: the lips are skin, eyes and the inside of the mouth are not. */
export const SAMPLE_COUNT = SKIN_PATCH_COUNT;
/** Values of a sample: logarithm of brightness, and of red and of blue over green. */
export const CHANNELS = 3;

/** The samples of each region, in the order of `FACE_REGIONS`: each sample is in the region it belongs to most. */
export const REGION_SAMPLES: readonly Uint16Array[] = FACE_REGIONS.map((_, region) =>
  Uint16Array.from(
    Array.from({ length: SAMPLE_COUNT }, (_, sample) => sample).filter((sample) => ownerOf(sample) === region),
  ),
);

/** Differences of colour are smaller than those of brightness, and tell more. */
const COLOUR_GAIN = 2;
/** Added to 8-bit values, so that noise in the dark is no structure. */
const DARK = 4;
/** A face this wide is sampled pixel by pixel; of a wider one each sample averages a wider patch. */
const FACE_WIDTH_PER_STEP_PX = 128;
/** Parts of a triangle's true area that the picture must show for it to count a little, and wholly. */
const FACING_FROM = 0.35;
const FACING_FULL = 0.6;

const [LEFT_EAR, RIGHT_EAR] = [234, 454];
/** Along the outline, but for the forehead's, a sample is as often hair, neck or wall. */
const outline = new Set(SILHOUETTE.slice(5, 32));
const AREAS = Float32Array.from({ length: SAMPLE_COUNT }, (_, sample) => (isAtOutline(sample) ? 0 : areaOf(sample)));
/** The winding of the triangles as seen from the front. */
const WINDING = Math.sign(flatAreas().reduce((sum, area) => sum + area, 0));

/** What of a face's skin looks how in one picture. The arrays are the owner's to reuse. */
export interface FaceSamples {
  /** `SAMPLE_COUNT × CHANNELS`. */
  readonly values: Float32Array;
  /** How much each sample counts: its area on the face, less where it is turned away or out of the picture. */
  readonly weights: Float32Array;
}

export function createFaceSamples(): FaceSamples {
  return { values: new Float32Array(SAMPLE_COUNT * CHANNELS), weights: new Float32Array(SAMPLE_COUNT) };
}

/** The area that each region's samples have on the face, for comparison with their weights. */
export const REGION_AREAS: readonly number[] = REGION_SAMPLES.map((samples) =>
  samples.reduce((sum, sample) => sum + AREAS[sample], 0),
);

/** Samples the skin of the face at `points` (`LANDMARK_COUNT × 3`, pixels of `image`) into `out`. */
export function sampleFace(image: RgbaImage, points: Float32Array, out: FaceSamples): FaceSamples {
  const { data, width, height } = image;
  const faceWidthPx = Math.hypot(
    points[3 * LEFT_EAR] - points[3 * RIGHT_EAR],
    points[3 * LEFT_EAR + 1] - points[3 * RIGHT_EAR + 1],
  );
  const step = Math.max(1, Math.round(faceWidthPx / FACE_WIDTH_PER_STEP_PX));
  const scale = pixelsPerUnit2(points);
  for (let sample = 0; sample < SAMPLE_COUNT; sample++) {
    out.weights[sample] = 0;
    if (AREAS[sample] === 0) continue;
    const a = 3 * SKIN_TRIANGLES[3 * sample];
    const b = 3 * SKIN_TRIANGLES[3 * sample + 1];
    const c = 3 * SKIN_TRIANGLES[3 * sample + 2];
    const x = Math.floor((points[a] + points[b] + points[c]) / 3);
    const y = Math.floor((points[a + 1] + points[b + 1] + points[c + 1]) / 3);
    if (!(x >= step && y >= step && x < width - step && y < height - step)) continue;
    let [red, green, blue] = [0, 0, 0];
    for (let dy = -step; dy <= step; dy += step) {
      for (let dx = -step; dx <= step; dx += step) {
        const i = 4 * ((y + dy) * width + x + dx);
        red += data[i];
        green += data[i + 1];
        blue += data[i + 2];
      }
    }
    writeSample(red / 9, green / 9, blue / 9, sample, out);
    const seen = (WINDING * flatArea(points, a, b, c)) / (AREAS[sample] * scale);
    out.weights[sample] = AREAS[sample] * Math.min(1, Math.max(0, (seen - FACING_FROM) / (FACING_FULL - FACING_FROM)));
  }
  return out;
}

/** The brightness in `samples`; fresh arrays. */
export function tonesOf({ values, weights }: FaceSamples): SkinTones {
  const tones = { brightness: new Float32Array(SAMPLE_COUNT), facing: new Float32Array(SAMPLE_COUNT) };
  for (let sample = 0; sample < SAMPLE_COUNT; sample++) {
    tones.brightness[sample] = values[CHANNELS * sample];
    if (weights[sample] > 0) tones.facing[sample] = weights[sample] / AREAS[sample];
  }
  return tones;
}

function writeSample(red: number, green: number, blue: number, sample: number, { values }: FaceSamples): void {
  const [r, g, b] = [Math.log(red + DARK), Math.log(green + DARK), Math.log(blue + DARK)];
  values[CHANNELS * sample] = (r + g + b) / 3;
  values[CHANNELS * sample + 1] = COLOUR_GAIN * (r - g);
  values[CHANNELS * sample + 2] = COLOUR_GAIN * (b - g);
}

/** Square pixels per square canonical unit, from the face as a whole. */
function pixelsPerUnit2(points: ArrayLike<number>): number {
  let [sum, canonicalSum] = [0, 0];
  for (const [p, q] of RULERS) {
    sum += squaredDistance(points, p, q);
    canonicalSum += squaredDistance(CANONICAL_FACE, p, q);
  }
  return sum / canonicalSum;
}

/** Pairs of points whose distances (in three dimensions) hardly change with expression. */
const RULERS = [
  [10, 1],
  [33, 263],
  [LEFT_EAR, RIGHT_EAR],
] as const;

function squaredDistance(points: ArrayLike<number>, p: number, q: number): number {
  let sum = 0;
  for (let k = 0; k < 3; k++) sum += (points[3 * p + k] - points[3 * q + k]) ** 2;
  return sum;
}

/** Twice the signed area of a triangle on the screen. */
function flatArea(points: ArrayLike<number>, a: number, b: number, c: number): number {
  return (
    (points[b] - points[a]) * (points[c + 1] - points[a + 1]) -
    (points[b + 1] - points[a + 1]) * (points[c] - points[a])
  );
}

function flatAreas(): number[] {
  return Array.from({ length: SAMPLE_COUNT }, (_, sample) => {
    const [a, b, c] = SKIN_TRIANGLES.subarray(3 * sample, 3 * sample + 3);
    return flatArea(CANONICAL_FACE, 3 * a, 3 * b, 3 * c);
  });
}

/** Twice the area of a triangle on the canonical face, in three dimensions. */
function areaOf(sample: number): number {
  const [a, b, c] = SKIN_TRIANGLES.subarray(3 * sample, 3 * sample + 3);
  const edge = (to: number) => [0, 1, 2].map((k) => CANONICAL_FACE[3 * to + k] - CANONICAL_FACE[3 * a + k]);
  const [u, v] = [edge(b), edge(c)];
  return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
}

function isAtOutline(sample: number): boolean {
  return SKIN_TRIANGLES.subarray(3 * sample, 3 * sample + 3).some((corner) => outline.has(corner));
}

function ownerOf(sample: number): number {
  const corners = SKIN_TRIANGLES.subarray(3 * sample, 3 * sample + 3);
  const shares = REGION_WEIGHTS.map((weights) => corners.reduce((sum, corner) => sum + weights[corner], 0));
  return shares.indexOf(Math.max(...shares));
}
