import type { FaceLandmarks } from '../../server/face/face-landmarks.ts';
import type { FaceModels } from '../../server/face/face-models.ts';
import { FaceTracker } from '../../server/face/face-tracker.ts';
import type { RgbaImage } from '../../server/imaging/rgba-image.ts';
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

/** The same measure on both sides of each moment, where both faces are found. */
export interface MeasuredMoments {
  readonly output: number[];
  readonly camera: number[];
}

/** Tracks what the page received and what its camera saw. */
export async function measureMoments(
  models: FaceModels,
  moments: readonly Moment[],
  measure: FaceMeasure,
): Promise<MeasuredMoments> {
  const [onOutput, onCamera] = [new FaceTracker(models), new FaceTracker(models)];
  const read = async (tracker: FaceTracker, image: RgbaImage) => {
    const face = await tracker.track(image);
    return face && measure(face);
  };
  const measured: MeasuredMoments = { output: [], camera: [] };
  for (const moment of moments) {
    const [output, camera] = [await read(onOutput, moment.output), await read(onCamera, moment.camera)];
    if (output === null || camera === null) continue;
    measured.output.push(output);
    measured.camera.push(camera);
  }
  return measured;
}

/** Correlation at the lag, of up to half a second, at which it is strongest: the output is later than the camera. */
export function laggedCorrelation({ output, camera }: MeasuredMoments, rateHz: number): number {
  let best = 0;
  for (let lag = 0; lag <= rateHz / 2; lag++) {
    const at = correlation(output.slice(lag), camera.slice(0, camera.length - lag));
    if (Math.abs(at) > Math.abs(best)) best = at;
  }
  return best;
}

/** Largest minus smallest, but for a twentieth at either end. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const margin = Math.floor(sorted.length / 20);
  return sorted[sorted.length - 1 - margin] - sorted[margin];
}
