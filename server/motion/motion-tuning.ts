import type { OneEuroTuning } from './one-euro-filter.ts';
import type { PooledTuning } from './pooled-filter.ts';

/** What is filtered with one tuning each; units are those of `Motion`, rotation as a vector in radians. */
export interface SmoothingTunings {
  readonly rotation: OneEuroTuning;
  readonly translation: OneEuroTuning;
  readonly expression: PooledTuning;
  readonly lids: OneEuroTuning;
  readonly gaze: OneEuroTuning;
  /** Natural logarithms of brightness. */
  readonly shading: PooledTuning;
}

/**
 * At the default smoothing. A tracker's jitter on a still face is about 0.2 px of a 300 px face; what moves in earnest
 * must pass a cutoff of 10 Hz or more, where the filter delays by less than half a frame. A blink takes 100–150 ms.
 */
const DEFAULT_TUNINGS: SmoothingTunings = {
  rotation: { minCutoffHz: 1.8, beta: 60 },
  translation: { minCutoffHz: 1.8, beta: 40 },
  expression: { minCutoffHz: 2, beta: 130, restSpeed: 0.02 },
  lids: { minCutoffHz: 4, beta: 3 },
  gaze: { minCutoffHz: 2, beta: 7 },
  shading: { minCutoffHz: 2, beta: 30, restSpeed: 0.15 },
};

/** The setting (0..1) that `DEFAULT_TUNINGS` are for. */
const DEFAULT_SMOOTHING = 0.4;
/** Cutoffs at smoothing 1 are this many times lower than at the default. */
const CALMEST_CUTOFF_DIVISOR = 6;

/** Tunings for a smoothing of 0 (everything passes) to 1 (calmest). */
export function smoothingTunings(smoothing: number): SmoothingTunings {
  const factor = CALMEST_CUTOFF_DIVISOR ** ((DEFAULT_SMOOTHING - smoothing) / (1 - DEFAULT_SMOOTHING));
  const scaled = <T extends OneEuroTuning>(tuning: T): T =>
    smoothing > 0
      ? { ...tuning, minCutoffHz: tuning.minCutoffHz * factor, beta: tuning.beta * factor }
      : { ...tuning, minCutoffHz: Number.POSITIVE_INFINITY, beta: 0 };
  return {
    rotation: scaled(DEFAULT_TUNINGS.rotation),
    translation: scaled(DEFAULT_TUNINGS.translation),
    expression: scaled(DEFAULT_TUNINGS.expression),
    lids: scaled(DEFAULT_TUNINGS.lids),
    gaze: scaled(DEFAULT_TUNINGS.gaze),
    shading: scaled(DEFAULT_TUNINGS.shading),
  };
}
