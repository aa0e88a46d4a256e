import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { EyePatch } from './eye-patch.ts';
import { smoothstep } from './smoothstep.ts';

/** The opening and the lashes around it, which skin takes the place of: beyond the lids, in eye heights and widths. */
const ABOVE = 0.42;
const BELOW = 0.22;
const BESIDE = 0.09;
/** Grain is borrowed from the cheek this many eye heights below. */
const GRAIN_FROM = 0.9;
const GRAIN_STRENGTH = 0.8;
const GRAIN_RADIUS_PX = 2;
const SWEEPS = 160;

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
  const height0 = Math.max(patch.opening, 0.16 * patch.widthUnits);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const along = patch.along(x, y);
      const across = patch.across(x, y);
      if (along < -BESIDE || along > 1 + BESIDE) continue;
      const taper = smoothstep(-BESIDE, 0.2, along) * smoothstep(1 + BESIDE, 0.8, along);
      const above = patch.upper.at(along) - ABOVE * height0 * (0.4 + 0.6 * taper);
      const below = patch.lower.at(along) + BELOW * height0 * (0.4 + 0.6 * taper);
      if (across > above && across < below) hidden[y * width + x] = 1;
    }
  }
  const lashColour = darkestOf(patch, data, width, height);
  const filled = fillSmoothly(data, hidden, width, height);
  const offset = Math.round(((BELOW + GRAIN_FROM) * height0 * Math.hypot(patch.axes.acrossX, patch.axes.acrossY)) | 0);
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

/** Hidden pixels as the smoothest surface between the others (Laplace's equation, successive over-relaxation). */
function fillSmoothly(data: Uint8Array, hidden: Uint8Array, width: number, height: number): Float32Array {
  const values = new Float32Array(width * height * 3);
  const sum = [0, 0, 0];
  let count = 0;
  for (let o = 0; o < width * height; o++) {
    for (let k = 0; k < 3; k++) values[3 * o + k] = data[4 * o + k];
    if (hidden[o]) continue;
    count++;
    for (let k = 0; k < 3; k++) sum[k] += data[4 * o + k];
  }
  for (let o = 0; o < width * height; o++) {
    if (hidden[o]) for (let k = 0; k < 3; k++) values[3 * o + k] = sum[k] / Math.max(1, count);
  }
  const row = 3 * width;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const o = y * width + x;
        if (!hidden[o]) continue;
        for (let i = 3 * o; i < 3 * o + 3; i++) {
          const around = (values[i - 3] + values[i + 3] + values[i - row] + values[i + row]) / 4;
          values[i] += 1.85 * (around - values[i]);
        }
      }
    }
  }
  return values;
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
  return (data[4 * (y * width + x) + channel] - sum / (2 * r + 1) ** 2) * GRAIN_STRENGTH;
}
