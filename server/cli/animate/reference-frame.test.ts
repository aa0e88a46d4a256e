import { describe, expect, test } from 'vitest';
import { type FaceLandmarks, LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import type { TrackedFrame } from './driving-track.ts';
import { findReferenceFrame } from './reference-frame.ts';

/** Faces whose first coordinate is their score; null: no face. */
function frames(...scores: (number | null)[]): TrackedFrame[] {
  return scores.map((score, i) => ({
    ticks: i,
    durationTicks: 1,
    timeMs: i,
    face: score === null ? null : { points: new Float32Array(LANDMARK_COUNT * 3).fill(score), confidence: 1 },
  }));
}

const score = ({ points }: FaceLandmarks) => points[0];

describe('findReferenceFrame', () => {
  test('takes the most neutral face', () => {
    expect(findReferenceFrame(frames(5, null, 2, 3, 2), null, score).index).toBe(2);
  });

  test('takes the wanted frame, however neutral', () => {
    expect(findReferenceFrame(frames(5, 1), 0, score).index).toBe(0);
  });

  test('takes a face without a score rather than none', () => {
    expect(findReferenceFrame(frames(null, Number.NaN), null, score).index).toBe(1);
    expect(findReferenceFrame(frames(Number.NaN, 7), null, score).index).toBe(1);
  });

  test.each([
    ['a frame beyond the end', frames(1, 1), 2, /frames 0 to 1/],
    ['a frame without a face', frames(1, null), 1, /no face/],
    ['a video without a face', frames(null, null), null, /no face/],
  ])('refuses %s', (_name, track, wanted, message) => {
    expect(() => findReferenceFrame(track, wanted, score)).toThrow(message);
  });
});
