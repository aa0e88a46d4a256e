import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { xAt, yAt } from './eye-axes.ts';
import type { EyePatch } from './eye-patch.ts';

/**
 * The opening and the lashes around it, which skin takes the place of, reach beyond the lids' landmarks to where the
 * skin is brightest within these bounds, in eye heights: past lashes and liner, not into the crease.
 */
const ABOVE = { from: 0.12, to: 0.55 };
const BELOW = { from: 0.1, to: 0.45 };
/** Beside the corners, eye widths. */
const BESIDE = 0.07;
const COLUMNS = 24;
/** Of a column's and its neighbours' bounds, which differ by chance. */
const BOUND_SMOOTHINGS = 4;
const BOUND_STEPS = 12;
/** Grain is borrowed from the cheek this many eye heights below. */
const GRAIN_FROM = 0.9;
const GRAIN_STRENGTH = 0.8;
const GRAIN_RADIUS_PX = 2;
const MOST_GRAIN = 9;
/** Around the eye colours are often shadows and paint: the lid takes this much of the hue below it. */
const CHEEK_HUE = 0.6;
/** Enough to blur the seams, not to level the lid. */
const SEAM_SWEEPS = 10;

/** Lash line of a portrait: what its lids' edge is drawn with when it closes. */
export interface ClosedLid {
  /** The patch with the eye replaced by the skin of a lid. */
  readonly picture: RgbaImage;
  /** sRGB 0..255 */
  readonly lashColour: readonly [number, number, number];
}

/** Paints what the patch would look like if there were no eye: skin from around it, with the cheek's grain. */
export function paintClosedLid(patch: EyePatch, still: RgbaImage): ClosedLid {
  const picture = patch.cut(still);
  const { width, height, data } = picture;
  const hidden = new Uint8Array(width * height);
  const eyeHeight = Math.max(patch.opening, 0.16 * patch.widthUnits);
  const above = brightestBeyond(patch, picture, -1, ABOVE, eyeHeight);
  const below = brightestBeyond(patch, picture, 1, BELOW, eyeHeight);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const along = patch.along(x, y);
      if (along < -BESIDE || along > 1 + BESIDE) continue;
      const across = patch.across(x, y);
      const within = Math.min(1, Math.max(0, along));
      const top = patch.upper.at(along) - valueAt(above.reach, within, 0, 1);
      const bottom = patch.lower.at(along) + valueAt(below.reach, within, 0, 1);
      if (across > top && across < bottom) hidden[y * width + x] = 1;
    }
  }
  const lashColour = darkestOf(patch, data, width, height);
  const filled = fillFromLidToCheek({ hidden, above, below }, patch, picture);
  const offset = Math.round(GRAIN_FROM * eyeHeight * Math.hypot(patch.axes.acrossX, patch.axes.acrossY));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const o = y * width + x;
      if (!hidden[o]) continue;
      for (let k = 0; k < 3; k++) {
        const grain = grainAt(data, hidden, width, height, x, y + offset, k);
        data[4 * o + k] = Math.max(0, Math.min(255, Math.round(filled[3 * o + k] + grain)));
      }
    }
  }
  return { picture, lashColour };
}

/** Which pixels skin takes the place of, and the skin on either side of them. */
interface Cover {
  readonly hidden: Uint8Array;
  readonly above: SkinEdge;
  readonly below: SkinEdge;
}

/** Skin beyond a lid, per column along the eye. */
interface SkinEdge {
  /** How far beyond the lid, canonical units. */
  readonly reach: Float64Array;
  /** Red, green, blue. */
  readonly colour: Float64Array;
}

/** Where beyond a lid (upwards for direction −1) the skin is brightest within `bounds`, and its colour there. */
function brightestBeyond(
  patch: EyePatch,
  picture: RgbaImage,
  direction: 1 | -1,
  bounds: { from: number; to: number },
  eyeHeight: number,
): SkinEdge {
  const lid = direction < 0 ? patch.upper : patch.lower;
  const reach = new Float64Array(COLUMNS + 1);
  const colour = new Float64Array(3 * (COLUMNS + 1));
  for (let column = 0; column <= COLUMNS; column++) {
    const along = column / COLUMNS;
    let brightest = -1;
    for (let step = 0; step <= BOUND_STEPS; step++) {
      const share = step / BOUND_STEPS;
      const beyond = eyeHeight * (bounds.from + (bounds.to - bounds.from) * share);
      const seen = colourAt(patch, picture, along, lid.at(along) + direction * beyond);
      // A little more is asked for each step away, so that even skin gives a narrow bound.
      const worth = (seen[0] + seen[1] + seen[2]) * (1 - 0.06 * share);
      if (worth <= brightest) continue;
      brightest = worth;
      reach[column] = beyond;
      colour.set(seen, 3 * column);
    }
  }
  for (let round = 0; round < BOUND_SMOOTHINGS; round++) {
    smoothColumns(reach, 1);
    smoothColumns(colour, 3);
  }
  for (let column = 0; column <= COLUMNS; column++)
    reach[column] *= 0.55 + 0.45 * Math.sin((Math.PI * column) / COLUMNS);
  return { reach, colour };
}

function smoothColumns(values: Float64Array, stride: number): void {
  const from = values.slice();
  for (let i = 0; i < values.length; i++) {
    const before = from[i - stride] ?? from[i];
    const after = from[i + stride] ?? from[i];
    values[i] = (before + 2 * from[i] + after) / 4;
  }
}

/** Mean colour of the 3×3 pixels around a place in eye coordinates. */
function colourAt(patch: EyePatch, picture: RgbaImage, along: number, across: number): [number, number, number] {
  const centreX = Math.floor(xAt(patch.axes, along, across) - patch.left);
  const centreY = Math.floor(yAt(patch.axes, along, across) - patch.top);
  const mean: [number, number, number] = [0, 0, 0];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const x = Math.min(picture.width - 1, Math.max(0, centreX + dx));
      const y = Math.min(picture.height - 1, Math.max(0, centreY + dy));
      const o = 4 * (y * picture.width + x);
      for (let k = 0; k < 3; k++) mean[k] += picture.data[o + k] / 9;
    }
  }
  return mean;
}

/** Colour of the darkest fifth of the upper lid's edge. */
function darkestOf(patch: EyePatch, data: Uint8Array, width: number, height: number): [number, number, number] {
  const found: [number, number, number][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = patch.along(x, y);
      if (along < 0.1 || along > 0.9) continue;
      if (Math.abs(patch.across(x, y) - patch.upper.at(along)) > 0.07 * patch.widthUnits) continue;
      const o = 4 * (y * width + x);
      found.push([data[o], data[o + 1], data[o + 2]]);
    }
  }
  if (found.length === 0) return [40, 25, 20];
  found.sort((a, b) => a[0] + a[1] + a[2] - (b[0] + b[1] + b[2]));
  const dark = found.slice(0, Math.max(1, found.length / 5));
  const mean = (k: 0 | 1 | 2) => dark.reduce((sum, colour) => sum + colour[k], 0) / dark.length;
  return [mean(0), mean(1), mean(2)];
}

/**
 * Fills the hidden pixels: along each column from the skin above the lid to that below, so that dark corners stay in
 * the corners; then softens the seams (relaxation with the seen pixels fixed).
 */
function fillFromLidToCheek(cover: Cover, patch: EyePatch, { width, height, data }: RgbaImage): Float32Array {
  const { hidden, above, below } = cover;
  const cheekTint = tintTowards(above.colour, below.colour);
  const values = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const o = y * width + x;
      for (let k = 0; k < 3; k++) values[3 * o + k] = data[4 * o + k];
      if (!hidden[o]) continue;
      const along = Math.min(1, Math.max(0, patch.along(x, y)));
      const top = patch.upper.at(along) - valueAt(above.reach, along, 0, 1);
      const bottom = patch.lower.at(along) + valueAt(below.reach, along, 0, 1);
      const down = smoothstep(top, bottom, patch.across(x, y));
      for (let k = 0; k < 3; k++) {
        const upper = valueAt(above.colour, along, k, 3) * cheekTint[k];
        values[3 * o + k] = upper + (valueAt(below.colour, along, k, 3) - upper) * down;
      }
    }
  }
  const row = 3 * width;
  for (let sweep = 0; sweep < SEAM_SWEEPS; sweep++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const o = y * width + x;
        if (!hidden[o]) continue;
        for (let i = 3 * o; i < 3 * o + 3; i++) {
          const around = (values[i - 3] + values[i + 3] + values[i - row] + values[i + row]) / 4;
          values[i] += 0.6 * (around - values[i]);
        }
      }
    }
  }
  return values;
}

/** Factors per channel that take the mean hue of `from` part of the way to that of `to`, brightness unchanged. */
function tintTowards(from: Float64Array, to: Float64Array): [number, number, number] {
  const channel = (colour: Float64Array, k: number) => {
    let sum = 1e-3;
    for (let i = k; i < colour.length; i += 3) sum += colour[i];
    return sum;
  };
  const total = (colour: Float64Array) => channel(colour, 0) + channel(colour, 1) + channel(colour, 2);
  const brightness = total(to) / total(from);
  const factor = (k: number) => (channel(to, k) / channel(from, k) / brightness) ** CHEEK_HUE;
  return [factor(0), factor(1), factor(2)];
}

/** Value `k` of `stride` at `along` between columns. */
function valueAt(columns: Float64Array, along: number, k: number, stride: number): number {
  const position = Math.min(COLUMNS - 1e-6, along * COLUMNS);
  const column = Math.floor(position);
  const from = columns[column * stride + k];
  return from + (columns[(column + 1) * stride + k] - from) * (position - column);
}

/** What a pixel differs from its surroundings by; 0 outside of the patch and in its hidden part. */
function grainAt(
  data: Uint8Array,
  hidden: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  channel: number,
): number {
  const r = GRAIN_RADIUS_PX;
  if (x < r || y < r || x >= width - r || y >= height - r) return 0;
  let sum = 0;
  for (let dy = -r; dy <= r; dy++) {
    for (let dx = -r; dx <= r; dx++) {
      const o = (y + dy) * width + x + dx;
      if (hidden[o]) return 0;
      sum += data[4 * o + channel];
    }
  }
  const grain = (data[4 * (y * width + x) + channel] - sum / (2 * r + 1) ** 2) * GRAIN_STRENGTH;
  return Math.max(-MOST_GRAIN, Math.min(MOST_GRAIN, grain));
}
