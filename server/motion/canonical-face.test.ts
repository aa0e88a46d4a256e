import { describe, expect, it } from 'vitest';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { MIRROR_OF, RIGID_POINTS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { mouthOpening } from './face-measures.ts';
import { createReading, readFace } from './face-reading.ts';
import { ACCEPTABLE_NEUTRALITY, neutralityOf } from './neutrality.ts';
import { toAngles } from './rotation.ts';

describe('the canonical face', () => {
  it('is symmetric about the middle', () => {
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      const other = 3 * MIRROR_OF[i];
      expect(CANONICAL_FACE[3 * i]).toBeCloseTo(-CANONICAL_FACE[other], 4);
      expect(CANONICAL_FACE[3 * i + 1]).toBeCloseTo(CANONICAL_FACE[other + 1], 4);
      expect(CANONICAL_FACE[3 * i + 2]).toBeCloseTo(CANONICAL_FACE[other + 2], 4);
    }
  });

  it('has its rigid points around the origin, at a mean distance of 1', () => {
    const sum = [0, 0, 0];
    let square = 0;
    for (const point of RIGID_POINTS) {
      for (let k = 0; k < 3; k++) {
        sum[k] += CANONICAL_FACE[3 * point + k];
        square += CANONICAL_FACE[3 * point + k] ** 2;
      }
    }
    for (let k = 0; k < 3; k++) expect(sum[k]).toBeCloseTo(0, 2);
    expect(Math.sqrt(square / RIGID_POINTS.length)).toBeCloseTo(1, 3);
  });

  it('stands upright, looks ahead, eyes open, mouth closed', () => {
    const reading = readFace(CANONICAL_FACE, createReading());
    const { yawRad, pitchRad, rollRad } = toAngles(reading.pose.rotation);
    for (const angle of [yawRad, pitchRad, rollRad]) expect(angle).toBeCloseTo(0, 5);
    expect(CANONICAL_FACE[3 * 4 + 2]).toBeLessThan(CANONICAL_FACE[3 * 234 + 2]);
    expect(CANONICAL_FACE[3 * 10 + 1]).toBeLessThan(CANONICAL_FACE[3 * 152 + 1]);
    expect(reading.lidGap[0]).toBeGreaterThan(0.25);
    expect(mouthOpening(CANONICAL_FACE)).toBeLessThan(0.08);
    expect(neutralityOf(reading)).toBeLessThan(ACCEPTABLE_NEUTRALITY);
  });
});
