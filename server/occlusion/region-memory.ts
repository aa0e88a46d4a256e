import { FACE_REGIONS, type FaceRegion } from '../face/face-visibility.ts';
import { CHANNELS, type FaceSamples, REGION_AREAS, REGION_SAMPLES } from './face-samples.ts';

/** Frames in which a region's looks are learned before anything is said about it. */
const FIRST_FRAMES = 8;
/** Weight of a new frame in what is remembered, once the first frames are past. */
const LEARNING_RATE = 0.02;
/** Structure fainter than this (natural logarithm) is noise: it neither agrees nor disagrees. */
const NOISE = 0.03;
/** Of a region turned away, less than this share is no evidence. */
const LEAST_SHARE_SEEN = 0.5;
/**
 * A region is covered where it agrees less than this with what it looked like; less where it often agrees little. The
 * jaw alone is not soon believed to be: its skin stretches and folds most when a mouth opens wide.
 */
const MOST_COVERED_BELOW = 0.46;
const LEAST_COVERED_BELOW = 0.3;
const JAW_COVERED_BELOW = 0.28;
/** Mean deviations that the agreement of a region that is seen stays within. */
const USUAL_DEVIATIONS = 5;
/** Above this more it is seen again. */
const HYSTERESIS = 0.08;
/** Frames in a row that it takes. */
const FRAMES_UNTIL_COVERED = 2;
const FRAMES_UNTIL_SEEN = 3;

/**
 * What one region of one face looks like, learned from the frames themselves, and whether it looks otherwise now.
 *
 * A frame is compared with the mean of those before by the normalised correlation of the region's samples, brightness
 * and colour together: lips, lids, brows, folds, stubble stay where they are on the skin whatever the face does, and
 * a change of light changes all alike. A hand has none of it.
 */
export class RegionMemory {
  readonly #region: FaceRegion;
  readonly #samples: Uint16Array;
  readonly #area: number;
  /** Mean of the samples seen so far, region's order, and the weight behind each. */
  readonly #mean: Float64Array;
  readonly #known: Float64Array;
  readonly #sums = new Float64Array(5);
  #frames = 0;
  /** Mean of the agreement while the region is seen, and its mean absolute deviation. */
  #usual = 1;
  #deviation = 0.02;
  #against = 0;
  #covered = false;

  constructor(region: FaceRegion) {
    this.#region = region;
    this.#samples = REGION_SAMPLES[FACE_REGIONS.indexOf(region)];
    this.#area = REGION_AREAS[FACE_REGIONS.indexOf(region)];
    this.#mean = new Float64Array(this.#samples.length * CHANNELS);
    this.#known = new Float64Array(this.#samples.length);
  }

  get isCovered(): boolean {
    return this.#covered;
  }

  /** Begins anew: the next frames are what the region looks like. */
  forget(): void {
    this.#known.fill(0);
    this.#frames = 0;
    this.#usual = 1;
    this.#deviation = 0.02;
    this.#against = 0;
    this.#covered = false;
  }

  /** Takes the next frame in. `isMouthCovered` is what has been found in the same frame. */
  observe(samples: FaceSamples, isMouthCovered: boolean): void {
    const agreement = this.agreement(samples);
    if (this.#frames >= FIRST_FRAMES) this.#decide(agreement, isMouthCovered);
    if (!this.#covered && this.#against === 0) this.#learn(samples, agreement);
  }

  /** How much `samples` look like the region, −1..1; null where too little of it is turned to the camera. */
  agreement({ values, weights }: FaceSamples): number | null {
    const sums = this.#sums;
    let [total, covariance, now, before] = [0, 0, 0, 0];
    for (let k = 0; k < this.#samples.length; k++) if (this.#known[k] > 0) total += weights[this.#samples[k]];
    if (!(total > LEAST_SHARE_SEEN * this.#area)) return null;
    for (let channel = 0; channel < CHANNELS; channel++) {
      sums.fill(0);
      for (let k = 0; k < this.#samples.length; k++) {
        if (this.#known[k] === 0) continue;
        const weight = weights[this.#samples[k]] / total;
        const x = values[CHANNELS * this.#samples[k] + channel];
        const y = this.#mean[CHANNELS * k + channel];
        sums[0] += weight * x;
        sums[1] += weight * y;
        sums[2] += weight * x * x;
        sums[3] += weight * y * y;
        sums[4] += weight * x * y;
      }
      const [x, y, xx, yy, xy] = sums;
      now += xx - x * x;
      before += yy - y * y;
      covariance += xy - x * y;
    }
    const noise = NOISE * NOISE;
    return (covariance + noise) / Math.sqrt((now + noise) * (before + noise));
  }

  /** A region of which too little is turned to the camera is not held against its will. */
  #decide(agreement: number | null, isMouthCovered: boolean): void {
    const usual = this.#usual - USUAL_DEVIATIONS * this.#deviation;
    const coveredBelow =
      this.#region === 'jaw' && !isMouthCovered
        ? JAW_COVERED_BELOW
        : Math.min(MOST_COVERED_BELOW, Math.max(LEAST_COVERED_BELOW, usual));
    const speaksAgainst = this.#covered
      ? agreement === null || agreement > coveredBelow + HYSTERESIS
      : agreement !== null && agreement < coveredBelow;
    this.#against = speaksAgainst ? this.#against + 1 : 0;
    if (this.#against < (this.#covered ? FRAMES_UNTIL_SEEN : FRAMES_UNTIL_COVERED)) return;
    this.#covered = !this.#covered;
    this.#against = 0;
  }

  #learn({ values, weights }: FaceSamples, agreement: number | null): void {
    this.#frames++;
    for (let c = 0; c < CHANNELS; c++) {
      const light = this.#lightOf(values, weights, c);
      for (let k = 0; k < this.#samples.length; k++) {
        const sample = this.#samples[k];
        if (!(weights[sample] > 0)) continue;
        if (c === 0) this.#known[k]++;
        const i = CHANNELS * k + c;
        const rate = this.#known[k] === 1 ? 1 : Math.max(LEARNING_RATE, 1 / this.#known[k]);
        this.#mean[i] += rate * (values[CHANNELS * sample + c] - light - this.#mean[i]);
      }
    }
    if (agreement === null) return;
    const rate = Math.max(LEARNING_RATE, 1 / (this.#frames + 1));
    this.#deviation += rate * (Math.abs(agreement - this.#usual) - this.#deviation);
    this.#usual += rate * (agreement - this.#usual);
  }

  /**
   * How much brighter (in one channel) the region is than it is remembered. It is taken out of what is learned: else
   * what was turned away when the light changed would be remembered in another light than the rest.
   */
  #lightOf(values: Float32Array, weights: Float32Array, channel: number): number {
    let [sum, total] = [0, 0];
    for (let k = 0; k < this.#samples.length; k++) {
      if (this.#known[k] === 0) continue;
      const weight = weights[this.#samples[k]];
      sum += weight * (values[CHANNELS * this.#samples[k] + channel] - this.#mean[CHANNELS * k + channel]);
      total += weight;
    }
    return total > 0 ? sum / total : 0;
  }
}
