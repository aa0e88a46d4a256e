import type { OpenEye } from './lid-planes.ts';
import { CROP_HEIGHT, CROP_WIDTH, meanOfNeighbours, openEyeMask } from './lid-planes.ts';

const AREA = CROP_WIDTH * CROP_HEIGHT;
/** Stronger detail is a lash or a crease, not grain. */
const MOST = 0.035;
const STRENGTH = 0.85;

/**
 * The grain of skin, canvas or film for where skin takes the place of the eye, three planes around 0: what the pixels
 * below the eye differ from their neighbours by, mirrored upwards. A lid without it looks like wax.
 */
export function lidGrain(picture: Float32Array, eye: OpenEye): Float32Array {
  const mask = meanOfNeighbours(openEyeMask(eye));
  const grain = new Float32Array(3 * AREA);
  for (let k = 0; k < 3; k++) {
    const plane = picture.subarray(k * AREA, (k + 1) * AREA);
    const smooth = meanOfNeighbours(meanOfNeighbours(plane));
    for (let x = 0; x < CROP_WIDTH; x++) {
      const below = lowestMasked(mask, x) + 1;
      for (let y = 0; y < below; y++) {
        const o = y * CROP_WIDTH + x;
        if (mask[o] === 0) continue;
        const from = reflected(2 * below - y, below) * CROP_WIDTH + x;
        const detail = (plane[from] - smooth[from]) * STRENGTH;
        grain[k * AREA + o] = mask[o] * Math.max(-MOST, Math.min(MOST, detail));
      }
    }
  }
  return grain;
}

function lowestMasked(mask: Float32Array, x: number): number {
  let y = CROP_HEIGHT - 1;
  while (y >= 0 && mask[y * CROP_WIDTH + x] === 0) y--;
  return y;
}

/** A row between `from` and the last one, for any row beyond. */
function reflected(row: number, from: number): number {
  const last = CROP_HEIGHT - 1;
  if (from >= last) return last;
  const period = 2 * (last - from);
  const away = (row - from) % period;
  return from + (away <= last - from ? away : period - away);
}
