import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { FACE_REGIONS, type FaceVisibility } from '../face/face-visibility.ts';
import { createMotionState, type MotionState } from './motion-state.ts';
import { REGION_WEIGHTS } from './region-weights.ts';
import { smoothstep } from './smoothstep.ts';

/** A covered part holds what it did this long before it was found to be covered: a hand twists the face as it comes. */
const LOOK_BACK_MS = 160;
/** Time constants with which a part is given up and taken back. */
const COVER_MS = 40;
const UNCOVER_MS = 180;
/** A part is held this long, then eases to neutral with this time constant. */
const HOLD_MS = 2500;
const EASE_MS = 900;
/** Shares of the face that are covered between which the head's pose is given up, too. */
const POSE_HELD_FROM = 0.55;
const POSE_HELD_AT = 0.75;

const FRAMES_REMEMBERED = 8;
const EYE_REGIONS = [FACE_REGIONS.indexOf('eyeLeft'), FACE_REGIONS.indexOf('eyeRight')] as const;
/** The share of the landmarks that is a region's. */
const REGION_SHARES = REGION_WEIGHTS.map(
  (weights) => weights.reduce((sum, weight) => sum + weight, 0) / LANDMARK_COUNT,
);

/** One part of the face: whether it is covered, since when, and what it held then. */
interface CoveredPart {
  /** 0 followed … 1 held, smoothed. */
  amount: number;
  isCovered: boolean;
  sinceMs: number;
  readonly held: MotionState;
}

/**
 * Keeps covered parts of a face from following what landmarks are guessed under a hand: each holds what it did before,
 * and after some seconds eases to neutral; the parts that are seen move on. An eye goes with the other one, where that
 * is seen. Where most of the face is covered, the head holds still.
 */
export class CoveredMotion {
  readonly #parts: readonly CoveredPart[] = FACE_REGIONS.map(() => createPart());
  readonly #pose: CoveredPart = createPart();
  /** The last motions that were given out, a ring. */
  readonly #past = Array.from({ length: FRAMES_REMEMBERED }, () => ({
    timeMs: Number.NaN,
    state: createMotionState(),
  }));
  readonly #followed = new Float64Array(3 * LANDMARK_COUNT);
  #next = 0;
  #lastMs = Number.NaN;

  reset(): void {
    for (const part of [...this.#parts, this.#pose]) {
      part.amount = 0;
      part.isCovered = false;
    }
    for (const past of this.#past) past.timeMs = Number.NaN;
    this.#lastMs = Number.NaN;
  }

  /** Holds, in `state`, what of it is covered. Where everything has been seen for a while, `state` stays as it is. */
  apply(state: MotionState, visibility: FaceVisibility, timeMs: number): void {
    const elapsedMs = timeMs - this.#lastMs;
    this.#lastMs = timeMs;
    let share = 0;
    FACE_REGIONS.forEach((region, k) => {
      this.#update(this.#parts[k], 1 - visibility.regions[region], timeMs, elapsedMs);
      share += REGION_SHARES[k] * this.#parts[k].amount;
    });
    this.#update(this.#pose, smoothstep(POSE_HELD_FROM, POSE_HELD_AT, share), timeMs, elapsedMs);
    if (share > 0) {
      this.#holdExpression(state, timeMs);
      this.#holdEyes(state, timeMs);
    }
    if (this.#pose.amount > 0) {
      blend(state.rotation, this.#pose.held.rotation, this.#pose.amount);
      blend(state.place, this.#pose.held.place, this.#pose.amount);
    }
    this.#remember(state, timeMs);
  }

  #update(part: CoveredPart, covered: number, timeMs: number, elapsedMs: number): void {
    const isCovered = covered > 0.5;
    if (isCovered && !part.isCovered) {
      part.sinceMs = timeMs;
      part.held.all.set(this.#before(timeMs - LOOK_BACK_MS).all);
    }
    part.isCovered = isCovered;
    if (!(elapsedMs > 0)) return;
    const gain = 1 - Math.exp(-elapsedMs / (covered > part.amount ? COVER_MS : UNCOVER_MS));
    part.amount += gain * (covered - part.amount);
    if (!isCovered && part.amount < 1e-3) part.amount = 0;
  }

  #holdExpression({ expression }: MotionState, timeMs: number): void {
    const followed = this.#followed;
    followed.set(expression);
    this.#parts.forEach((part, k) => {
      if (part.amount === 0) return;
      const kept = stillHeld(part, timeMs);
      const { held } = part;
      const weights = REGION_WEIGHTS[k];
      for (let point = 0; point < LANDMARK_COUNT; point++) {
        const weight = weights[point] * part.amount;
        if (weight === 0) continue;
        for (let i = 3 * point; i < 3 * point + 3; i++) {
          expression[i] += weight * (held.expression[i] * kept - followed[i]);
        }
      }
    });
  }

  /** A covered eye does what the other does, and where both are covered, what it did before. */
  #holdEyes({ lids, gaze }: MotionState, timeMs: number): void {
    const [left, right] = EYE_REGIONS.map((k) => this.#parts[k]);
    const both = Math.min(left.amount, right.amount);
    for (const [e, part, other] of [
      [0, left, right],
      [1, right, left],
    ] as const) {
      const alone = Math.max(0, part.amount - other.amount);
      lids[e] += alone * (lids[1 - e] - lids[e]);
      for (let axis = 0; axis < 2; axis++)
        gaze[2 * e + axis] += alone * (gaze[2 * (1 - e) + axis] - gaze[2 * e + axis]);
      if (both === 0) continue;
      const kept = stillHeld(part, timeMs);
      lids[e] += both * (1 + (part.held.lids[e] - 1) * kept - lids[e]);
      for (let i = 2 * e; i < 2 * e + 2; i++) gaze[i] += both * (part.held.gaze[i] * kept - gaze[i]);
    }
  }

  /** The latest remembered motion of `timeMs` or before, else the oldest. */
  #before(timeMs: number): MotionState {
    let best: { timeMs: number; state: MotionState } | null = null;
    for (const past of this.#past) {
      if (Number.isNaN(past.timeMs)) continue;
      const isBetter =
        !best ||
        (best.timeMs > timeMs ? past.timeMs < best.timeMs : past.timeMs <= timeMs && past.timeMs > best.timeMs);
      if (isBetter) best = past;
    }
    return best?.state ?? NEUTRAL;
  }

  #remember(state: MotionState, timeMs: number): void {
    const past = this.#past[this.#next];
    past.timeMs = timeMs;
    past.state.all.set(state.all);
    this.#next = (this.#next + 1) % FRAMES_REMEMBERED;
  }
}

const NEUTRAL = createMotionState();

function createPart(): CoveredPart {
  return { amount: 0, isCovered: false, sinceMs: 0, held: createMotionState() };
}

/** How much of what a part holds is left. */
function stillHeld({ sinceMs }: CoveredPart, timeMs: number): number {
  return Math.exp(-Math.max(0, timeMs - sinceMs - HOLD_MS) / EASE_MS);
}

function blend(values: Float64Array, target: Float64Array, amount: number): void {
  for (let i = 0; i < values.length; i++) values[i] += amount * (target[i] - values[i]);
}
