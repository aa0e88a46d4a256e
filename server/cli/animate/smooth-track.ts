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
 * Takes the tracker's jitter out of a recorded track. Unlike a live session it knows the future: the filter runs
 * forwards and then backwards, so that its delays cancel out.
 */
export function smoothTrack(frames: readonly TrackedFrame[]): TrackedFrame[] {
  const smoothed: TrackedFrame[] = [...frames];
  let start = 0;
  while (start < frames.length) {
    let end = start;
    while (end < frames.length && frames[end].face) end++;
    if (end > start) smoothRun(smoothed, start, end);
    start = end + 1;
  }
  return smoothed;
}

/** Smooths frames `start`…`end − 1`, which all have a face, in place. */
function smoothRun(frames: TrackedFrame[], start: number, end: number): void {
  const run = frames.slice(start, end).map(({ face, timeMs }) => ({ face: face!, timeMs }));
  const unit = eyeDistance(run[Math.floor(run.length / 2)].face);
  const values = run.map(({ face }) => Float64Array.from(face.points, (coordinate) => coordinate / unit));
  const filter = new OneEuroFilter(LANDMARK_COUNT * 3, 3);
  for (let i = 0; i < run.length; i++) filter.filter(values[i], run[i].timeMs, TUNING);
  filter.reset();
  for (let i = run.length - 1; i >= 0; i--) filter.filter(values[i], -run[i].timeMs, TUNING);
  for (let i = 0; i < run.length; i++) {
    const points = Float32Array.from(values[i], (value) => value * unit);
    frames[start + i] = { ...frames[start + i], face: { points, confidence: run[i].face.confidence } };
  }
}

/** Between the iris centres, pixels. */
function eyeDistance({ points }: FaceLandmarks): number {
  const [a, b] = EYES.map(({ irisCenter }) => irisCenter * 3);
  return Math.max(1, Math.hypot(points[a] - points[b], points[a + 1] - points[b + 1]));
}
