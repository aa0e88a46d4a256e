/**
 * The one definition of what goes into the lid net and what its answer means, the same as
 * `models/training/planes.py` (held to it by a stored sample).
 *
 * The crop: 96×64 pixels, 20 per cm of an average head, the eye's corners level and their middle in the crop's middle,
 * the outer corner to the left. Planes are row-major floats; pictures are three planes of sRGB 0..1.
 */
export const CROP_WIDTH = 96;
export const CROP_HEIGHT = 64;
export const CROP_PX_PER_CM = 20;
const AREA = CROP_WIDTH * CROP_HEIGHT;
export const INPUT_PLANES = 12;
export const OUTPUT_PLANES = 4;

/** Distances to a lid are told in this unit, up to one. */
const DISTANCE_RANGE_PX = 16;
/** Skin takes the place of the open eye and of this much around it: lashes, liner, wet edge. */
const HOLE = { abovePx: 7, belowPx: 4, besidePx: 7 } as const;
/** In a column, the lids of all columns as near as this count: where lids are steep, lashes stand beside them. */
const HOLE_REACH_PX = 6;
const FILL_LEVELS = 5;
const FILL_TRUST = 0.3;
const LEAST_WEIGHT = 1e-3;
const TINY = 1e-6;
const MOST_LOG_GAIN = 2;
const MOST_LOG_TINT = 0.12;
/** Opacity's logit that the net's answer is added to, away from the open eye and in its place. */
const ALPHA = { outside: -3, inside: 3 } as const;
const WINDOW = { from: 0.7, radiusXPx: 47, radiusYPx: 31 } as const;

/** Two lid lines: y in pixels of the crop at the centre of each column; at the corners' height beyond the corners. */
export interface LidLines {
  readonly upper: Float32Array;
  readonly lower: Float32Array;
}

/** The eye as the portrait shows it. */
export interface OpenEye extends LidLines {
  /** Columns of the corners, pixels. */
  readonly left: number;
  readonly right: number;
}

/** What the net says of one eye with its lids moved, per pixel of the crop. */
export interface LidLight {
  /** Three planes: what skin, and an eyeball that is still seen, are multiplied by. */
  readonly gain: Float32Array;
  /** One plane 0..1: how much of the picture is replaced. */
  readonly alpha: Float32Array;
}

/**
 * The picture (three planes) with the open eye replaced by smooth skin from around it: a pyramid of means weighted by
 * squared brightness, since skin is to count more than lashes, liner and shadow.
 */
export function fillEye(picture: Float32Array, eye: OpenEye): Float32Array {
  const hole = openEyeMask(eye);
  const levels = [weighted(picture, hole)];
  for (let level = 0; level < FILL_LEVELS; level++) levels.push(halved(levels[level]));
  let sum = 0;
  for (const weight of levels[0].weight) sum += weight;
  const trust = (FILL_TRUST * sum) / AREA;

  let filled = normalised(levels[FILL_LEVELS]);
  for (let level = FILL_LEVELS - 1; level >= 0; level--) {
    const { width, height, weight } = levels[level];
    const coarse = doubled(filled, width / 2, height / 2);
    filled = normalised(levels[level]);
    for (let k = 0; k < 3; k++) {
      for (let o = 0; o < weight.length; o++) {
        const share = weight[o] / (weight[o] + trust);
        const i = k * weight.length + o;
        filled[i] = filled[i] * share + coarse[i] * (1 - share);
      }
    }
  }
  const soft = meanOfNeighbours(hole);
  for (let k = 0; k < 3; k++) {
    for (let o = 0; o < AREA; o++) {
      const i = k * AREA + o;
      filled[i] = picture[i] * (1 - soft[o]) + filled[i] * soft[o];
    }
  }
  return filled;
}

/** Writes the net's input: picture, filled picture, distances to the four lid lines, lashes to be, how far closed. */
export function writeInputPlanes(
  input: { picture: Float32Array; filled: Float32Array; eye: OpenEye; lids: LidLines; lashes: Float32Array },
  out: Float32Array,
): void {
  const { picture, filled, eye, lids, lashes } = input;
  out.set(picture, 0);
  out.set(filled, 3 * AREA);
  const lines = [eye.upper, eye.lower, lids.upper, lids.lower];
  lines.forEach((line, index) => {
    for (let y = 0; y < CROP_HEIGHT; y++) {
      for (let x = 0; x < CROP_WIDTH; x++) {
        const distance = (y + 0.5 - line[x]) / DISTANCE_RANGE_PX;
        out[(6 + index) * AREA + y * CROP_WIDTH + x] = Math.max(-1, Math.min(1, distance));
      }
    }
  });
  out.set(lashes, 10 * AREA);
  out.fill(closing(eye, lids), 11 * AREA, 12 * AREA);
}

/** Reads the net's answer for an eye, its tints left out where `grey`. */
export function readOutputPlanes(output: Float32Array, eye: OpenEye, grey: boolean): LidLight {
  const soft = meanOfNeighbours(openEyeMask(eye));
  const gain = new Float32Array(3 * AREA);
  const alpha = new Float32Array(AREA);
  const mostTint = grey ? 0 : MOST_LOG_TINT;
  for (let y = 0; y < CROP_HEIGHT; y++) {
    for (let x = 0; x < CROP_WIDTH; x++) {
      const o = y * CROP_WIDTH + x;
      const light = Math.tanh(output[o]) * MOST_LOG_GAIN;
      gain[o] = Math.exp(light + Math.tanh(output[AREA + o]) * mostTint);
      gain[AREA + o] = Math.exp(light);
      gain[2 * AREA + o] = Math.exp(light + Math.tanh(output[2 * AREA + o]) * mostTint);
      const logit = output[3 * AREA + o] + ALPHA.outside + (ALPHA.inside - ALPHA.outside) * soft[o];
      alpha[o] = windowAt(x, y) / (1 + Math.exp(-logit));
    }
  }
  return { gain, alpha };
}

/** The open eye, its lashes and its edge, 0..1. */
export function openEyeMask(eye: OpenEye): Float32Array {
  const hole = new Float32Array(AREA);
  for (let x = 0; x < CROP_WIDTH; x++) {
    const beside = clamp01(x + 1 - eye.left + HOLE.besidePx) * clamp01(eye.right + HOLE.besidePx - x);
    const [from, to] = [Math.max(0, x - HOLE_REACH_PX), x + HOLE_REACH_PX + 1];
    const top = Math.min(...eye.upper.subarray(from, to)) - HOLE.abovePx;
    const bottom = Math.max(...eye.lower.subarray(from, to)) + HOLE.belowPx;
    for (let y = 0; y < CROP_HEIGHT; y++) {
      hole[y * CROP_WIDTH + x] = clamp01(y + 1 - top) * clamp01(bottom - y) * beside;
    }
  }
  return hole;
}

/** How far the lids have closed: 0 as in the portrait, 1 shut; by the area between them. */
function closing(eye: LidLines, lids: LidLines): number {
  return 1 - areaBetween(lids) / Math.max(1, areaBetween(eye));
}

function areaBetween({ upper, lower }: LidLines): number {
  let area = 0;
  for (let x = 0; x < CROP_WIDTH; x++) area += Math.max(0, lower[x] - upper[x]);
  return area;
}

/** Whether the net has no say at (column, row): its opacity is 0 there. */
export function isBeyondWindow(column: number, row: number): boolean {
  const dx = (column - CROP_WIDTH / 2) / WINDOW.radiusXPx;
  const dy = (row - CROP_HEIGHT / 2) / WINDOW.radiusYPx;
  return dx * dx + dy * dy >= 1;
}

/** 1 around the eye, 0 at the crop's border. */
function windowAt(x: number, y: number): number {
  const dx = (x + 0.5 - CROP_WIDTH / 2) / WINDOW.radiusXPx;
  const dy = (y + 0.5 - CROP_HEIGHT / 2) / WINDOW.radiusYPx;
  return 1 - clamp01((Math.hypot(dx, dy) - WINDOW.from) / (1 - WINDOW.from));
}

/** Weighted sums of colours, and the weights. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly sums: Float32Array;
  readonly weight: Float32Array;
}

function weighted(picture: Float32Array, hole: Float32Array): Level {
  const sums = new Float32Array(3 * AREA);
  const weight = new Float32Array(AREA);
  for (let o = 0; o < AREA; o++) {
    const brightness = (picture[o] + picture[AREA + o] + picture[2 * AREA + o]) / 3;
    weight[o] = (1 - hole[o]) * (brightness * brightness + LEAST_WEIGHT);
    for (let k = 0; k < 3; k++) sums[k * AREA + o] = picture[k * AREA + o] * weight[o];
  }
  return { width: CROP_WIDTH, height: CROP_HEIGHT, sums, weight };
}

function halved({ width, height, sums, weight }: Level): Level {
  return {
    width: width / 2,
    height: height / 2,
    sums: halvedPlanes(sums, width),
    weight: halvedPlanes(weight, width),
  };
}

/** Means of 2×2 pixels. */
function halvedPlanes(planes: Float32Array, width: number): Float32Array {
  const out = new Float32Array(planes.length / 4);
  const rows = planes.length / width / 2;
  const half = width / 2;
  // Heights are even, so planes that lie behind each other are halved as one tall one.
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < half; x++) {
      const o = 2 * y * width + 2 * x;
      out[y * half + x] = (planes[o] + planes[o + 1] + planes[o + width] + planes[o + width + 1]) / 4;
    }
  }
  return out;
}

function normalised({ sums, weight }: Level): Float32Array {
  return sums.map((sum, i) => sum / (weight[i % weight.length] + TINY));
}

/** Three planes of `width × height` at twice the size, bilinear, pixel centres at halves, borders continued. */
function doubled(planes: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(planes.length * 4);
  for (let k = 0; k < 3; k++) {
    for (let y = 0; y < 2 * height; y++) {
      const [y0, y1, fy] = neighbours(y, height);
      for (let x = 0; x < 2 * width; x++) {
        const [x0, x1, fx] = neighbours(x, width);
        const at = (row: number, column: number) => planes[(k * height + row) * width + column];
        const top = at(y0, x0) * (1 - fx) + at(y0, x1) * fx;
        const bottom = at(y1, x0) * (1 - fx) + at(y1, x1) * fx;
        out[(k * 2 * height + y) * 2 * width + x] = top * (1 - fy) + bottom * fy;
      }
    }
  }
  return out;
}

function neighbours(fine: number, count: number): [number, number, number] {
  const position = Math.max(0, (fine + 0.5) / 2 - 0.5);
  const low = Math.floor(position);
  return [low, Math.min(count - 1, low + 1), position - low];
}

/** Means of 3×3 pixels, borders continued. */
export function meanOfNeighbours(plane: Float32Array): Float32Array {
  const out = new Float32Array(AREA);
  for (let y = 0; y < CROP_HEIGHT; y++) {
    for (let x = 0; x < CROP_WIDTH; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        const row = Math.max(0, Math.min(CROP_HEIGHT - 1, y + dy)) * CROP_WIDTH;
        for (let dx = -1; dx <= 1; dx++) sum += plane[row + Math.max(0, Math.min(CROP_WIDTH - 1, x + dx))];
      }
      out[y * CROP_WIDTH + x] = sum / 9;
    }
  }
  return out;
}

function clamp01(value: number): number {
  return Math.max(0, Math.min(1, value));
}
