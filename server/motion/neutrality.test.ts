import { describe, expect, it } from 'vitest';
import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { createReading, readFace } from './face-reading.ts';
import { ACCEPTABLE_NEUTRALITY, neutralityOf } from './neutrality.ts';

const neutralityWith = (change: (points: Float32Array) => void): number => {
  const points = CANONICAL_FACE.slice();
  change(points);
  return neutralityOf(readFace(points, createReading()));
};

describe('neutralityOf', () => {
  it('accepts the mean face', () => {
    expect(neutralityWith(() => {})).toBeLessThan(ACCEPTABLE_NEUTRALITY / 4);
  });

  it('does not accept a smile with closed lips', () => {
    const smile = neutralityWith((points) => {
      for (const edge of [LIPS.upperOuter, LIPS.upperInner]) {
        for (const corner of [edge[0], edge[edge.length - 1]]) {
          points[3 * corner] *= 1.2;
          points[3 * corner + 1] -= 0.09;
        }
      }
    });
    expect(smile).toBeGreaterThan(ACCEPTABLE_NEUTRALITY);
  });

  it('accepts corners that hang a little, as many mouths’ do', () => {
    const sad = neutralityWith((points) => {
      for (const corner of [LIPS.upperOuter[0], LIPS.upperOuter[10]]) points[3 * corner + 1] += 0.04;
    });
    expect(sad).toBeLessThan(ACCEPTABLE_NEUTRALITY);
  });
});
