import { type FaceLandmarks, LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import { EYES } from '../../face/face-topology.ts';
import { OneEuroFilter, type OneEuroTuning } from '../../motion/one-euro-filter.ts';
import type { TrackedFrame } from './driving-track.ts';

/**
 * For coordinates in eye distances, each direction. At rest the two passes together cut off at about 2 Hz; a closing
 * lid moves at some 2 eye distances a second and passes.
 */
const TUNING: OneEuroTuning = { minCutoffHz: 3, beta: 10 };

/**
 * Takes the tracker's jitter out of a recorded track, in place. Unlike a live session it knows the future: the filter
 * runs forwards and then backwards, so that its delays cancel out.
 */
export function smoothTrack(frames: readonly TrackedFrame[]): void {
  let start = 0;
  while (start < frames.length) {
    let end = start;
    while (end < frames.length && frames[end].face) end++;
    if (end > start) smoothRun(frames.slice(start, end) as FaceInTime[]);
    start = end + 1;
  }
}

interface FaceInTime extends TrackedFrame {
  readonly face: FaceLandmarks;
}

/** Smooths consecutive frames that all have a face. */
function smoothRun(run: readonly FaceInTime[]): void {
  // The filter's speeds are in pixels a second; the tuning is for eye distances.
  const tuning = { ...TUNING, beta: TUNING.beta / eyeDistancePx(run[Math.floor(run.length / 2)].face) };
  const filter = new OneEuroFilter(LANDMARK_COUNT * 3, 3);
  for (const { face, timeMs } of run) filter.filter(face.points, timeMs, tuning);
  filter.reset();
  for (const { face, timeMs } of run.toReversed()) filter.filter(face.points, -timeMs, tuning);
}

/** Between the iris centres. */
function eyeDistancePx({ points }: FaceLandmarks): number {
  const [a, b] = EYES.map(({ irisCenter }) => irisCenter * 3);
  return Math.max(1, Math.hypot(points[a] - points[b], points[a + 1] - points[b + 1]));
}
