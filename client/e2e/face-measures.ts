import type { FaceLandmarks } from '../../server/face/face-landmarks.ts';
import type { FaceModels } from '../../server/face/face-models.ts';
import { FaceTracker } from '../../server/face/face-tracker.ts';
import { correlation } from './picture-likeness.ts';
import type { Moment } from './received-frames.ts';

/** A number read off a face. */
export type FaceMeasure = (face: FaceLandmarks) => number;

function distance({ points }: FaceLandmarks, a: number, b: number): number {
  return Math.hypot(points[3 * a] - points[3 * b], points[3 * a + 1] - points[3 * b + 1]);
}

/** Gap between the inner lips over the mouth's width. */
export const mouthOpening: FaceMeasure = (face) => distance(face, 13, 14) / distance(face, 78, 308);

/** Where the nose tip is between the two sides of the face: grows as the head turns to the picture's right. */
export const turn: FaceMeasure = ({ points }) => {
  const [nose, left, right] = [points[3 * 1], points[3 * 234], points[3 * 454]];
  return (nose - left) / (right - left);
};

/** The faces of one moment: as the page received it, and as its camera saw it. */
export interface TrackedMoment {
  readonly atMs: number;
  readonly output: FaceLandmarks;
  readonly camera: FaceLandmarks;
}

/** Tracks both sides of each moment; those in which a face is not found are left out. */
export async function trackMoments(models: FaceModels, moments: readonly Moment[]): Promise<TrackedMoment[]> {
  const [onOutput, onCamera] = [new FaceTracker(models), new FaceTracker(models)];
  const tracked: TrackedMoment[] = [];
  for (const moment of moments) {
    const [output, camera] = [await onOutput.track(moment.output), await onCamera.track(moment.camera)];
    if (output && camera) tracked.push({ atMs: moment.atMs, output, camera });
  }
  return tracked;
}

const MAX_LAG_MS = 800;
const LAG_STEP_MS = 20;

/**
 * Correlation of what the output does with what the camera did a moment ago, at the lag at which it is strongest: the
 * output is later by the glass-to-glass latency.
 */
export function laggedCorrelation(moments: readonly TrackedMoment[], measure: FaceMeasure): number {
  const camera = moments.map((moment) => measure(moment.camera));
  let best = 0;
  for (let lagMs = 0; lagMs <= MAX_LAG_MS; lagMs += LAG_STEP_MS) {
    const late = moments.filter((moment) => moment.atMs - lagMs >= moments[0].atMs);
    const at = correlation(
      late.map((moment) => measure(moment.output)),
      late.map((moment) => valueAt(moments, camera, moment.atMs - lagMs)),
    );
    if (Math.abs(at) > Math.abs(best)) best = at;
  }
  return best;
}

/** Linear interpolation between the samples around `atMs`. */
function valueAt(moments: readonly TrackedMoment[], values: readonly number[], atMs: number): number {
  const next = Math.max(
    1,
    moments.findIndex((moment) => moment.atMs >= atMs),
  );
  const [from, to] = [moments[next - 1].atMs, moments[next].atMs];
  return values[next - 1] + ((atMs - from) / (to - from)) * (values[next] - values[next - 1]);
}

/** How far a measure of the output goes: largest minus smallest, but for a twentieth at either end. */
export function outputSpread(moments: readonly TrackedMoment[], measure: FaceMeasure): number {
  const sorted = moments.map((moment) => measure(moment.output)).toSorted((a, b) => a - b);
  const margin = Math.floor(sorted.length / 20);
  return sorted[sorted.length - 1 - margin] - sorted[margin];
}
