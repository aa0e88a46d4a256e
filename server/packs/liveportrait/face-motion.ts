import { finiteOutputs } from '../../inference/finite-outputs.ts';
import type { FloatTensors } from '../../inference/graph-runner.ts';
import { fromAngles } from '../../motion/rotation.ts';
import type { Measures } from '../driver-reference.ts';

/** Angles are told in classes of so many degrees, … */
const DEGREES_PER_BIN = 3;
/** … and this is the first one's. */
const FIRST_BIN_DEG = -97.5;

/**
 * What the `motion` graph tells of one face's pose and expression. K is the pack's number of keypoints; places are in
 * half picture sides: x right, y down, z away from the camera.
 */
export interface FaceMotion {
  /** Pitch, yaw and roll, radians. */
  readonly angles: Float32Array;
  /** x and y. */
  readonly translation: Float32Array;
  /** One number. */
  readonly scale: Float32Array;
  /** `K × 3` floats: how the expression moves each keypoint of the face that looks ahead. */
  readonly expression: Float32Array;
}

export function createFaceMotion(keypointCount: number): FaceMotion {
  return {
    angles: new Float32Array(3),
    translation: new Float32Array(2),
    scale: new Float32Array(1),
    expression: new Float32Array(3 * keypointCount),
  };
}

/** From the outputs of the `motion` graph for one picture. */
export function faceMotionOf(outputs: FloatTensors): FaceMotion {
  const { pitch, yaw, roll, t, scale, exp } = finiteOutputs(outputs, 'motion');
  return {
    angles: Float32Array.from([pitch, yaw, roll], ({ data }) => (expectedDeg(data) * Math.PI) / 180),
    // How far away the face is has no say, as in the official program.
    translation: t.data.slice(0, 2),
    scale: scale.data,
    expression: exp.data,
  };
}

/** The same as lists, which share its memory, and back. */
export function measuresOf({ angles, translation, scale, expression }: FaceMotion): Measures {
  return [angles, translation, scale, expression];
}

export function faceMotionFrom([angles, translation, scale, expression]: Measures): FaceMotion {
  return { angles, translation, scale, expression };
}

/** The head's rotation, `Rz · Ry · Rx`, row by row; the official program has its transpose. */
export function rotationOf({ angles: [pitchRad, yawRad, rollRad] }: FaceMotion, out: Float64Array): Float64Array {
  return fromAngles({ pitchRad, yawRad, rollRad }, out);
}

/** The expectation of an angle from the logits of its classes. */
function expectedDeg(logits: Float32Array): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let total = 0;
  let sum = 0;
  for (let bin = 0; bin < logits.length; bin++) {
    const weight = Math.exp(logits[bin] - largest);
    total += weight;
    sum += weight * bin;
  }
  return (sum / total) * DEGREES_PER_BIN + FIRST_BIN_DEG;
}
