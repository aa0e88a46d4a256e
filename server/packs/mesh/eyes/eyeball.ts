import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { xAt, yAt } from './eye-axes.ts';
import type { EyePatch } from './eye-patch.ts';

/** Pixels this close to the lids (eye widths) show lashes and their shadow, not the eyeball. */
const LASH_MARGIN = 0.035;
/** The iris is believed to reach this much farther than its landmarks. */
const IRIS_MARGIN = 1.2;
const SMOOTHINGS = 2;

/**
 * The patch with the whole eyeball in sight: what the lids hide is continued, iris from iris at the same distance
 * from its centre, white from the nearest white. For eyes that look elsewhere.
 */
export function paintEyeball(patch: EyePatch, still: RgbaImage): RgbaImage {
  const seen = patch.cut(still);
  const { width, height } = seen;
  const out: RgbaImage = { width, height, data: seen.data.slice() };
  const hidden = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = patch.along(x, y);
      const across = patch.across(x, y);
      if (isSeen(patch, along, across)) continue;
      hidden[y * width + x] = 1;
      const [fromAlong, fromAcross] = nearestSeen(patch, along, across);
      const sx = Math.round(xAt(patch.axes, fromAlong, fromAcross) - patch.left - 0.5);
      const sy = Math.round(yAt(patch.axes, fromAlong, fromAcross) - patch.top - 0.5);
      const from = 4 * (Math.max(0, Math.min(height - 1, sy)) * width + Math.max(0, Math.min(width - 1, sx)));
      out.data.set(seen.data.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  for (let round = 0; round < SMOOTHINGS; round++) smoothHidden(out, hidden);
  return out;
}

function isSeen(patch: EyePatch, along: number, across: number): boolean {
  if (along < 0.03 || along > 0.97) return false;
  const margin = LASH_MARGIN * patch.widthUnits;
  return across > patch.upper.at(along) + margin && across < patch.lower.at(along) - margin * 0.6;
}

/** Where to look for what the lids hide at the given eye coordinates. */
function nearestSeen(patch: EyePatch, along: number, across: number): [number, number] {
  const { irisAlong, irisAcross, widthUnits } = patch;
  const dx = (along - irisAlong) * widthUnits;
  const dy = across - irisAcross;
  const distance = Math.hypot(dx, dy);
  const reach = patch.irisRadius * IRIS_MARGIN;
  if (distance < reach) {
    // Around the iris' centre, from where it is hidden to the nearest angle where it is not.
    const angle = Math.atan2(dy, dx);
    for (let step = 1; step <= 18; step++) {
      for (const side of [1, -1]) {
        const turned = angle + (side * step * Math.PI) / 18;
        const a = irisAlong + (Math.cos(turned) * distance) / widthUnits;
        const b = irisAcross + Math.sin(turned) * distance;
        if (isSeen(patch, a, b)) return [a, b];
      }
    }
    return [irisAlong, irisAcross];
  }
  const margin = LASH_MARGIN * widthUnits * 1.2;
  let a = Math.max(0.05, Math.min(0.95, along));
  for (let attempt = 0; attempt < 2; attempt++) {
    const upper = patch.upper.at(a) + margin;
    const lower = patch.lower.at(a) - margin * 0.6;
    const b = upper < lower ? Math.max(upper, Math.min(lower, across)) : (upper + lower) / 2;
    const reachHere = reach * reach - (b - irisAcross) ** 2;
    const clear = reachHere > 0 ? Math.sqrt(reachHere) / widthUnits : 0;
    if (Math.abs(a - irisAlong) >= clear) return [a, b];
    a = Math.max(0.05, Math.min(0.95, irisAlong + (a < irisAlong ? -clear : clear)));
  }
  const upper = patch.upper.at(a);
  return [a, upper + (patch.lower.at(a) - upper) * 0.6];
}

function smoothHidden({ width, height, data }: RgbaImage, hidden: Uint8Array): void {
  const from = data.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const o = y * width + x;
      if (!hidden[o]) continue;
      for (let k = 0; k < 3; k++) {
        const i = 4 * o + k;
        const around = from[i - 4] + from[i + 4] + from[i - 4 * width] + from[i + 4 * width];
        data[i] = Math.round((from[i] * 2 + around) / 6);
      }
    }
  }
}
