import { LANDMARK_COUNT } from '../face/face-landmarks.ts';

/** A motion as it is filtered and held: one vector with views of its parts, so that it can be copied as a whole. */
export interface MotionState {
  readonly all: Float64Array;
  /** `LANDMARK_COUNT × 3` displacements, canonical units. */
  readonly expression: Float64Array;
  /** Opening of each eye. */
  readonly lids: Float64Array;
  /** x₀ y₀ x₁ y₁ in eye widths. */
  readonly gaze: Float64Array;
  /** As a rotation vector, radians. */
  readonly rotation: Float64Array;
  /** x, y, z in canonical units and the logarithm of the scale. */
  readonly place: Float64Array;
}

const EXPRESSION_LENGTH = 3 * LANDMARK_COUNT;

/** A neutral motion. */
export function createMotionState(): MotionState {
  const all = new Float64Array(EXPRESSION_LENGTH + 2 + 4 + 3 + 4);
  let start = 0;
  const next = (length: number) => {
    start += length;
    return all.subarray(start - length, start);
  };
  const state = {
    all,
    expression: next(EXPRESSION_LENGTH),
    lids: next(2),
    gaze: next(4),
    rotation: next(3),
    place: next(4),
  };
  state.lids.fill(1);
  return state;
}
