import { clamp01 } from '../raster/clamp01.ts';

/**
 * The inside of a mouth, as far as one sees it, in centimetres: x to the right of the picture, y down, z away from the
 * viewer, the origin between the edges of the upper front teeth. Measures are those of an average adult.
 */

export type Colour = readonly [number, number, number];

/** Linear reflectances. */
export const ENAMEL: Colour = [0.68, 0.6, 0.46];
export const GUM: Colour = [0.5, 0.2, 0.19];
export const TONGUE: Colour = [0.6, 0.27, 0.26];
export const THROAT: Colour = [0.17, 0.05, 0.045];
export const CHEEK: Colour = [0.27, 0.085, 0.08];

/** One row of teeth along a parabola z = frontZ + curvature · x². */
export interface DentalArch {
  readonly frontZ: number;
  /** 1/cm */
  readonly curvature: number;
  /** Half of the width that has teeth. */
  readonly halfWidth: number;
  /** Upper teeth point down: 1; lower: −1. */
  readonly direction: 1 | -1;
  /** Right border of each tooth along the arch, from the middle line outwards. */
  readonly borders: readonly number[];
  /** How far the corners of each edge are rounded off. */
  readonly rounding: number;
  /** Length of each crown. */
  readonly crowns: readonly number[];
  /** How much shorter than the front teeth each is at its edge. */
  readonly recess: readonly number[];
}

export const UPPER_ARCH: DentalArch = {
  frontZ: 0,
  curvature: 0.3,
  halfWidth: 2.75,
  direction: 1,
  rounding: 0.07,
  borders: [0.86, 1.52, 2.28, 2.98, 3.64, 4.64, 5.6],
  crowns: [1.02, 0.9, 0.98, 0.82, 0.78, 0.74, 0.7],
  recess: [0, 0.07, 0.03, 0.1, 0.14, 0.18, 0.22],
};

export const LOWER_ARCH: DentalArch = {
  frontZ: 0.25,
  curvature: 0.34,
  halfWidth: 2.55,
  direction: -1,
  rounding: 0.05,
  borders: [0.53, 1.12, 1.8, 2.5, 3.2, 4.3, 5.4],
  crowns: [0.84, 0.86, 0.98, 0.84, 0.8, 0.74, 0.7],
  recess: [0, 0.02, -0.02, 0.05, 0.1, 0.14, 0.18],
};

/** Lower edges behind the upper ones with the jaw closed: that much higher. */
export const OVERBITE = 0.2;
/** Where the lower front teeth go when the jaw is open as far as it will. */
export const JAW_DROP = 3.5;
export const JAW_RETREAT = 1.3;

/** Length along z = c · x² from 0 to x ≥ 0. */
export function arcLength(x: number, curvature: number): number {
  const k = 2 * curvature * x;
  if (k < 1e-6) return x;
  const root = Math.sqrt(1 + k * k);
  return (k * root + Math.asinh(k)) / (4 * curvature);
}

/** A hit on an arch: what is there and how it is lit by shape alone. */
export interface ToothHit {
  /** 1 on enamel, 0 on gum. */
  enamel: number;
  /** Product of shadings: grooves between teeth, roundness; 0..1. */
  shade: number;
}

/**
 * What lies at (x, y) on `arch`; y counts from the edge of the front teeth towards the gum, positive on the tooth.
 * `blur`: size of a pixel in cm. Returns the coverage (0 beyond the edge) and writes the rest into `hit`.
 */
export function toothAt(arch: DentalArch, x: number, y: number, blur: number, hit: ToothHit): number {
  const along = arcLength(Math.abs(x), arch.curvature);
  const { borders } = arch;
  let tooth = 0;
  while (tooth < borders.length - 1 && along > borders[tooth]) tooth++;
  const from = tooth === 0 ? 0 : borders[tooth - 1];
  const half = (borders[tooth] - from) / 2;
  // −1..1 across the tooth.
  const across = Math.max(-1, Math.min(1, (along - from - half) / half));
  const edgeRound = 0.035 + arch.rounding * across * across * across * across;
  const y0 = y - arch.recess[tooth] - edgeRound;
  const coverage = clamp01(y0 / Math.max(blur, 0.03) + 0.5);
  if (coverage === 0) return 0;
  // The gum's margin is an arch, lower in the middle of each tooth.
  const gumLine = arch.crowns[tooth] - 0.12 * across * across;
  hit.enamel = 1 - clamp01((y0 - gumLine) / Math.max(blur, 0.08) + 0.5);
  const grooveWidth = Math.max(blur, 0.05);
  const grooveDistance = (1 - Math.abs(across)) * half;
  const grooveDepth = Math.min(1, 0.06 / grooveWidth) * 0.2;
  const groove = 1 - grooveDepth * Math.exp(-((grooveDistance / grooveWidth) ** 2));
  const towardsGum = clamp01(y0 / Math.max(0.3, gumLine));
  hit.shade =
    groove * (1 - 0.1 * across * across) * (0.9 + 0.1 * Math.min(1, towardsGum * 4)) * (1 - 0.18 * towardsGum);
  return coverage;
}
