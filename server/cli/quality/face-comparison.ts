import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { EYES, LIPS, MESH_POINT_COUNT } from '../../face/face-topology.ts';
import { mouthOpening } from '../../motion/face-measures.ts';
import { createReading, type FaceReading, readFace } from '../../motion/face-reading.ts';
import { type HeadAngles, multiplyTransposed3, toAngles, toRotationVector } from '../../motion/rotation.ts';
import { boxAround, type PixelBox } from './picture-error.ts';

/** Of a face in one picture: what is compared between the true one and ours. */
export interface FaceState {
  /** Distance of the inner lips over the mouth's width, in the head's own frame. */
  readonly mouthOpening: number;
  /** Distance of the lids over the eye's width; index 0 is the eye on the left of the picture. */
  readonly lidGaps: readonly [number, number];
  /** 3×3, row-major. */
  readonly rotation: Float64Array;
  readonly angles: HeadAngles;
}

/** Differences of two heads' poses, degrees, none negative. */
export interface PoseError {
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rollDeg: number;
  /** Of the rotation between them. */
  readonly totalDeg: number;
}

const MESH_POINTS = Array.from({ length: MESH_POINT_COUNT }, (_, point) => point);
const MOUTH_POINTS = [...LIPS.upperOuter, ...LIPS.lowerOuter];
/** The mouth's box reaches this much beyond the lips, in mouth widths: what the lips pull along is judged too. */
const MOUTH_MARGIN = 0.12;
const DEG_PER_RAD = 180 / Math.PI;

const reading: FaceReading = createReading();

export function readFaceState({ points }: FaceLandmarks): FaceState {
  readFace(points, reading);
  return {
    mouthOpening: mouthOpening(reading.shape),
    lidGaps: [reading.lidGap[0], reading.lidGap[1]],
    rotation: reading.pose.rotation.slice(),
    angles: toAngles(reading.pose.rotation),
  };
}

/** The box of the whole mesh, as the studies had it. */
export function faceBox({ points }: FaceLandmarks, within: PixelBox): PixelBox {
  return boxAround(points, MESH_POINTS, within);
}

export function mouthBox({ points }: FaceLandmarks, within: PixelBox): PixelBox {
  const width = distance(points, points, LIPS.upperOuter[0], LIPS.upperOuter[10]);
  return boxAround(points, MOUTH_POINTS, within, MOUTH_MARGIN * width);
}

/** Mean distance of the mesh points in the picture plane, over the distance of `truth`'s outer eye corners. */
export function landmarkDistance(truth: FaceLandmarks, ours: FaceLandmarks): number {
  let sum = 0;
  for (const point of MESH_POINTS) sum += distance(truth.points, ours.points, point, point);
  const eyes = distance(truth.points, truth.points, EYES[0].upperLid[0], EYES[1].upperLid[8]);
  return sum / MESH_POINT_COUNT / eyes;
}

const turn = new Float64Array(9);
const turnVector = new Float64Array(3);

export function poseError(truth: FaceState, ours: FaceState): PoseError {
  const difference = (angle: keyof HeadAngles) => Math.abs(ours.angles[angle] - truth.angles[angle]) * DEG_PER_RAD;
  toRotationVector(multiplyTransposed3(ours.rotation, truth.rotation, turn), turnVector);
  return {
    yawDeg: difference('yawRad'),
    pitchDeg: difference('pitchRad'),
    rollDeg: difference('rollRad'),
    totalDeg: Math.hypot(...turnVector) * DEG_PER_RAD,
  };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>, pointA: number, pointB: number): number {
  return Math.hypot(a[3 * pointA] - b[3 * pointB], a[3 * pointA + 1] - b[3 * pointB + 1]);
}
