import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { mouthOpening } from './face-measures.ts';
import type { FaceReading } from './face-reading.ts';
import { createReading, readFace } from './face-reading.ts';
import { toAngles } from './rotation.ts';

const DEGREE = Math.PI / 180;
/** Deviations that each cost 1. */
const YAW_RAD = 8 * DEGREE;
const PITCH_RAD = 12 * DEGREE;
const ROLL_RAD = 12 * DEGREE;
const MOUTH_OPENING = 0.08;
/** Corners of the mouth higher over its middle than this (canonical units) are a smile; `SMILE_STEP` more costs 1. */
const RESTING_CORNERS = 0.015;
const SMILE_STEP = 0.03;
const IRIS_EYE_WIDTHS = 0.1;
/** Lids closer than this (eye widths) begin to cost; `LID_GAP_STEP` closer costs 1. */
const OPEN_LID_GAP = 0.3;
const LID_GAP_STEP = 0.06;

const canonical = readFace(CANONICAL_FACE, createReading());

/**
 * How far a face is from looking straight ahead, relaxed, eyes open, mouth closed and without a smile: 0 is that face, below
 * `ACCEPTABLE_NEUTRALITY` it will do as a reference, above it something is turned, open or closed.
 */
export function neutralityOf(face: FaceReading): number {
  const { yawRad, pitchRad, rollRad } = toAngles(face.pose.rotation);
  let cost = (yawRad / YAW_RAD) ** 2 + (pitchRad / PITCH_RAD) ** 2 + (rollRad / ROLL_RAD) ** 2;
  cost += (mouthOpening(face.shape) / MOUTH_OPENING) ** 2;
  cost += (Math.max(0, cornerLift(face.shape) - RESTING_CORNERS) / SMILE_STEP) ** 2;
  for (let e = 0; e < 2; e++) {
    cost += (Math.max(0, OPEN_LID_GAP - face.lidGap[e]) / LID_GAP_STEP) ** 2 / 2;
    cost += ((face.iris[2 * e] - canonical.iris[2 * e]) / IRIS_EYE_WIDTHS) ** 2 / 2;
  }
  return cost;
}

export const ACCEPTABLE_NEUTRALITY = 4;

/** How much higher the corners of the mouth are than the middle between its lips. */
function cornerLift(shape: Float64Array): number {
  const [left, right] = [LIPS.upperOuter[0], LIPS.upperOuter[LIPS.upperOuter.length - 1]];
  const [upper, lower] = [LIPS.upperOuter[5], LIPS.lowerOuter[5]];
  return (shape[3 * upper + 1] + shape[3 * lower + 1] - shape[3 * left + 1] - shape[3 * right + 1]) / 2;
}
