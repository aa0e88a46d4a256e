import type { ColorPlanes } from './color-planes.ts';
import { fillSmoothly } from './fill-smoothly.ts';
import { MattingLaplacian } from './matting-laplacian.ts';

export const BAND = 2;

/** How much a pixel's own guess counts against its neighbours' colour lines, at most. */
const MOST_TRUST = 0.15;
/** So much apart, squared levels, the colours of both sides tell a pixel's alpha surely. */
const TELLING_CONTRAST = 45 ** 2;
/** What keeps every pixel near its guess, so that nothing is left to chance. */
const LEAST_TRUST = 0.004;
/** Colours that say more than this, nats, begin to make a pixel wholly the one or the other; twice as much does. */
const DOUBTFUL_EVIDENCE = 5;
const MAX_STEPS = 60;
const RESIDUAL_GOAL = 0.02;

/** Colours of both sides, continued into the band between them. */
export interface SideColors {
  readonly person: Float32Array;
  readonly background: Float32Array;
}

/**
 * Alpha, 0…1, in the band between person and background.
 * @param trimap 0 background, 1 person, {@link BAND} to be solved
 * @param rough what alpha would be by the outline alone, 0…1
 * @param evidence log odds of person against background by the pixel's colour and place, nats
 */
export function solveAlpha(
  picture: ColorPlanes,
  trimap: Uint8Array,
  rough: Float32Array,
  evidence: Float32Array,
): Float32Array {
  const { width, height, data } = picture;
  const sides = sideColors(picture, trimap);
  const unknown = trimap.map((value) => (value === BAND ? 1 : 0));
  const guess = new Float32Array(width * height);
  const trust = new Float32Array(width * height);
  for (let i = 0; i < guess.length; i++) {
    guess[i] = trimap[i];
    if (!unknown[i]) continue;
    const { alpha, contrast, offLine } = projection(data, sides, i);
    const believed = Math.min(1, contrast / TELLING_CONTRAST) * Math.exp(-offLine / (0.15 * contrast + 200));
    const mixed = alpha * believed + rough[i] * (1 - believed);
    const sure = Math.min(1, Math.max(0, (Math.abs(evidence[i]) - DOUBTFUL_EVIDENCE) / DOUBTFUL_EVIDENCE));
    guess[i] = mixed + sure * (1 - believed) * ((evidence[i] > 0 ? 1 : 0) - mixed);
    trust[i] = LEAST_TRUST + MOST_TRUST * believed * believed;
  }
  const alpha = conjugateGradients(new MattingLaplacian(picture, unknown), unknown, guess, trust);
  return alpha.map((value) => Math.min(1, Math.max(0, value)));
}

/** The colours of the sure pixels of both sides, continued smoothly everywhere. */
export function sideColors({ width, height, data }: ColorPlanes, trimap: Uint8Array): SideColors {
  const of = (side: number) =>
    fillSmoothly(
      data,
      3,
      Float32Array.from(trimap, (value) => (value === side ? 1 : 0)),
      width,
      height,
    );
  return { person: of(1), background: of(0) };
}

/** Where a pixel's colour lies on the line between its sides' colours, and how far off it. */
function projection(data: Float32Array, { person, background }: SideColors, pixel: number) {
  let along = 0;
  let contrast = 0;
  let length = 0;
  for (let c = 0, i = 3 * pixel; c < 3; c++, i++) {
    const axis = person[i] - background[i];
    const offset = data[i] - background[i];
    along += axis * offset;
    contrast += axis * axis;
    length += offset * offset;
  }
  const alpha = contrast > 0 ? Math.min(1, Math.max(0, along / contrast)) : 0;
  const offLine = Math.max(0, length - 2 * alpha * along + alpha * alpha * contrast);
  return { alpha, contrast, offLine };
}

/** Solves (L + trust) · alpha = trust · guess for the unknown pixels; the others keep their guess. */
function conjugateGradients(
  laplacian: MattingLaplacian,
  unknown: Uint8Array,
  guess: Float32Array,
  trust: Float32Array,
): Float32Array {
  const pixels = Int32Array.from(unknown.keys()).filter((i) => unknown[i]);
  const alpha = guess.slice();
  const product = new Float32Array(guess.length);
  const diagonal = new Float32Array(guess.length);
  laplacian.diagonal(diagonal);
  laplacian.multiply(alpha, product);
  const residual = new Float32Array(guess.length);
  const direction = new Float32Array(guess.length);
  let energy = 0;
  for (const i of pixels) {
    residual[i] = -product[i];
    direction[i] = residual[i] / (diagonal[i] + trust[i]);
    energy += residual[i] * direction[i];
  }
  const goal = energy * RESIDUAL_GOAL ** 2;
  for (let step = 0; step < MAX_STEPS && energy > goal; step++) {
    laplacian.multiply(direction, product);
    let curvature = 0;
    for (const i of pixels) {
      product[i] += trust[i] * direction[i];
      curvature += direction[i] * product[i];
    }
    const rate = energy / curvature;
    let next = 0;
    for (const i of pixels) {
      alpha[i] += rate * direction[i];
      residual[i] -= rate * product[i];
      next += (residual[i] * residual[i]) / (diagonal[i] + trust[i]);
    }
    for (const i of pixels) direction[i] = residual[i] / (diagonal[i] + trust[i]) + (next / energy) * direction[i];
    energy = next;
  }
  return alpha;
}
