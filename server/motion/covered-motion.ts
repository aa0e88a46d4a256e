import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { FACE_REGIONS, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
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
/**
 * A hand misleads all landmarks: how far the head is turned and how large it is, read from what is left, is off by
 * 5° to 15°. Beyond the first share of the face covered the turn is held more and more, up to `MOST_TURN_HELD` while
 * there are parts to be seen, and wholly from `POSE_LOST` on; its tilt and place, which the eyes tell, are followed
 * until the eyes' half is covered by its shares.
 */
const TURN_HELD_FROM = 0.08;
const TURN_HELD_AT = 0.3;
const MOST_TURN_HELD = 0.75;
const PLACE_HELD_FROM = 0.15;
const PLACE_HELD_AT = 0.3;
const POSE_LOST_FROM = 0.6;
const POSE_LOST = 0.8;

/** Components of a rotation vector and of `MotionState.place`. */
const ROLL = 2;
const LOG_SCALE = 3;
const FRAMES_REMEMBERED = 8;
/** Regions that tell where the head is. */
const UPPER_REGIONS: readonly FaceRegion[] = ['eyeLeft', 'eyeRight', 'brows', 'forehead'];
/** A part that is covered this much begins to be held. */
const COVERED = 0.1;
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
 * is seen. The head follows what can still be told of it, and where most of the face is covered holds still.
 */
export class CoveredMotion {
  readonly #parts: readonly CoveredPart[] = FACE_REGIONS.map(() => createPart());
  readonly #turn: CoveredPart = createPart();
  readonly #place: CoveredPart = createPart();
  /** The last motions that were given out, a ring. */
  readonly #past = Array.from({ length: FRAMES_REMEMBERED }, () => ({
    timeMs: Number.NaN,
    state: createMotionState(),
  }));
  readonly #followed = new Float64Array(3 * LANDMARK_COUNT);
  #next = 0;
  #lastMs = Number.NaN;

  reset(): void {
    for (const part of [...this.#parts, this.#turn, this.#place]) {
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
    let [share, upperShare] = [0, 0];
    FACE_REGIONS.forEach((region, k) => {
      this.#update(this.#parts[k], 1 - visibility.regions[region], timeMs, elapsedMs);
      const covered = REGION_SHARES[k] * this.#parts[k].amount;
      share += covered;
      if (UPPER_REGIONS.includes(region)) upperShare += covered;
    });
    const lost = smoothstep(POSE_LOST_FROM, POSE_LOST, share);
    const turn = MOST_TURN_HELD * smoothstep(TURN_HELD_FROM, TURN_HELD_AT, share);
    this.#update(this.#turn, Math.max(lost, turn), timeMs, elapsedMs);
    const place = smoothstep(PLACE_HELD_FROM, PLACE_HELD_AT, upperShare);
    this.#update(this.#place, Math.max(lost, place), timeMs, elapsedMs);
    if (share > 0) {
      this.#holdExpression(state, timeMs);
      this.#holdEyes(state, timeMs);
    }
    this.#holdPose(state);
    this.#remember(state, timeMs);
  }

  #update(part: CoveredPart, covered: number, timeMs: number, elapsedMs: number): void {
    const isCovered = covered > COVERED;
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

  #holdPose({ rotation, place }: MotionState): void {
    const [turn, stay] = [this.#turn, this.#place];
    for (let k = 0; k < 3; k++) {
      const amount = k === ROLL ? stay.amount : turn.amount;
      rotation[k] += amount * ((k === ROLL ? stay : turn).held.rotation[k] - rotation[k]);
      place[k] += stay.amount * (stay.held.place[k] - place[k]);
    }
    place[LOG_SCALE] += turn.amount * (turn.held.place[LOG_SCALE] - place[LOG_SCALE]);
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
