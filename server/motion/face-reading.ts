import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { EYES } from '../face/face-topology.ts';
import { acrossEye, alongEye, createEyeFrame, lidGap, readEyeFrame } from './face-measures.ts';
import { readHeadPose } from './head-pose.ts';
import type { Similarity } from './procrustes.ts';
import { identitySimilarity, invertSimilarity } from './procrustes.ts';
import { fromRotationVector, multiply3, multiplyTransposed3, toRotationVector } from './rotation.ts';

/** A face taken apart: where the head is, and what the face does in the head's own frame. */
export interface FaceReading {
  /** From canonical units to the picture. */
  readonly pose: Similarity;
  /** `LANDMARK_COUNT × 3`: the landmarks with the head's pose taken out, canonical units. */
  readonly shape: Float64Array;
  /** Distance of the lids in eye widths, per eye. */
  readonly lidGap: Float64Array;
  /** Centre of each iris in its eye's frame, eye widths: x₀ y₀ x₁ y₁. */
  readonly iris: Float64Array;
}

export function createReading(): FaceReading {
  return {
    pose: identitySimilarity(),
    shape: new Float64Array(LANDMARK_COUNT * 3),
    lidGap: new Float64Array(2),
    iris: new Float64Array(4),
  };
}

const frame = createEyeFrame();

/** Reads `points` (`LANDMARK_COUNT × 3`, as `FaceLandmarks` has them) into `out`. */
export function readFace(points: ArrayLike<number>, out: FaceReading): FaceReading {
  readHeadPose(points, out.pose);
  invertSimilarity(out.pose, points, out.shape);
  for (let e = 0; e < 2; e++) {
    out.lidGap[e] = lidGap(out.shape, EYES[e]);
    readEyeFrame(out.shape, EYES[e], frame);
    const center = 3 * EYES[e].irisCenter;
    out.iris[2 * e] = alongEye(frame, out.shape[center], out.shape[center + 1]);
    out.iris[2 * e + 1] = acrossEye(frame, out.shape[center], out.shape[center + 1]);
  }
  return out;
}

export function copyReading(from: FaceReading, to: FaceReading): void {
  to.pose.rotation.set(from.pose.rotation);
  to.pose.translation.set(from.pose.translation);
  to.pose.scale = from.pose.scale;
  to.shape.set(from.shape);
  to.lidGap.set(from.lidGap);
  to.iris.set(from.iris);
}

const turn = new Float64Array(9);
const turnVector = new Float64Array(3);
const turned = new Float64Array(9);

/** Moves `reading` the fraction `weight` (0..1) of the way to `target`. */
export function blendReading(reading: FaceReading, target: FaceReading, weight: number): void {
  const { pose } = reading;
  toRotationVector(multiplyTransposed3(target.pose.rotation, pose.rotation, turn), turnVector);
  for (let k = 0; k < 3; k++) turnVector[k] *= weight;
  multiply3(fromRotationVector(turnVector, turn), pose.rotation, turned);
  pose.rotation.set(turned);
  pose.scale *= (target.pose.scale / pose.scale) ** weight;
  blend(pose.translation, target.pose.translation, weight);
  blend(reading.shape, target.shape, weight);
  blend(reading.lidGap, target.lidGap, weight);
  blend(reading.iris, target.iris, weight);
}

function blend(values: Float64Array, target: Float64Array, weight: number): void {
  for (let i = 0; i < values.length; i++) values[i] += weight * (target[i] - values[i]);
}
