import { CROP_HEIGHT, CROP_PX_PER_CM, CROP_WIDTH } from './lid-planes.ts';

/** The lashes of an upper lid, the same for everyone: which ones are seen, and how dark, is the net's to say. */
const LASHES = 88;
/** Share of a lash card's length, at least and at most. */
const REACH = { least: 0.45, most: 0.8 } as const;
/** Along the lid, 0 outer and 1 inner corner: lashes begin beyond the outer one. */
const ALONG = { from: -0.06, to: 0.97 } as const;
/** How far a tip leans aside at most. */
const LEAN_PX = 3.6;
const STEPS = 25;
/** Width of a lash in the guide, as in `models/training/eye_scene.py`. */
const LASH_WIDTH_PX = 0.4;

/**
 * Where a point at share t of a lash's length lies from its root, cm: x inwards, y down. Coefficients of
 * t, tc, t², t²c, tx, txc, t²x, t²xc, tx², tx²c with c = how far closed and x = along − 0.5; fitted to the lash cards of
 * the rig that the net is trained with (rms 0.04 cm).
 */
const SIDEWAYS = [0.077, 0.047, -0.082, -0.052, 0.352, 0.005, 0.828, -0.059, -0.494, 0.205];
const DOWNWARDS = [0.604, 0.45, -0.651, 0.402, -0.184, 0.177, -0.245, 0.319, 0.982, -1.503];

/**
 * Draws where the lashes of an upper lid would lie into a plane of the crop, 0..1: thin lines, splatted bilinearly.
 * `upper` is the lid's edge, y per column; `closing` how far the lids are closed, 0..1.
 */
export function drawLashGuide(upper: Float32Array, left: number, right: number, closing: number): Float32Array {
  const guide = new Float32Array(CROP_WIDTH * CROP_HEIGHT);
  const random = mulberry32(1);
  for (let lash = 0; lash < LASHES; lash++) {
    const along = ALONG.from + ((ALONG.to - ALONG.from) * (lash + random())) / LASHES;
    const reach = REACH.least + (REACH.most - REACH.least) * random();
    const lean = LEAN_PX * (random() + random() - 1);
    const rootX = left + (right - left) * along;
    const column = Math.max(0, Math.min(CROP_WIDTH - 1, Math.round(rootX - 0.5)));
    const rootY = upper[column];
    let [previousX, previousY] = [rootX, rootY];
    for (let step = 1; step <= STEPS; step++) {
      const t = (step / STEPS) * reach;
      const x = rootX + CROP_PX_PER_CM * offset(SIDEWAYS, t, closing, along - 0.5) + lean * t * t;
      const y = rootY + CROP_PX_PER_CM * offset(DOWNWARDS, t, closing, along - 0.5);
      const weight = LASH_WIDTH_PX * Math.hypot(x - previousX, y - previousY);
      splat(guide, (x + previousX) / 2 - 0.5, (y + previousY) / 2 - 0.5, weight);
      [previousX, previousY] = [x, y];
    }
  }
  for (let o = 0; o < guide.length; o++) guide[o] = Math.min(1, guide[o]);
  return guide;
}

function offset(coefficients: readonly number[], t: number, c: number, x: number): number {
  const [a, b, d, e, f, g, h, i, j, k] = coefficients;
  return t * (a + b * c + (f + g * c) * x + (j + k * c) * x * x) + t * t * (d + e * c + (h + i * c) * x);
}

function splat(plane: Float32Array, x: number, y: number, weight: number): void {
  const column = Math.floor(x);
  const row = Math.floor(y);
  for (let dy = 0; dy <= 1; dy++) {
    for (let dx = 0; dx <= 1; dx++) {
      const cx = column + dx;
      const cy = row + dy;
      if (cx < 0 || cy < 0 || cx >= CROP_WIDTH || cy >= CROP_HEIGHT) continue;
      plane[cy * CROP_WIDTH + cx] += weight * Math.abs(1 - dx - (x - column)) * Math.abs(1 - dy - (y - row));
    }
  }
}

/** A small seeded generator of 0..1 (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
