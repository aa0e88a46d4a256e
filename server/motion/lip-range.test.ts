import { describe, expect, it } from 'vitest';
import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { LipRange } from './lip-range.ts';

function lipsAt(gap: number): Float64Array {
  const shape = Float64Array.from(CANONICAL_FACE);
  for (let k = 0; k < LIPS.upperInner.length; k++) {
    shape[3 * LIPS.lowerInner[k] + 1] = shape[3 * LIPS.upperInner[k] + 1] + gap;
  }
  return shape;
}

function taught(gaps: readonly number[]): number {
  const range = new LipRange();
  for (const gap of gaps) range.observe(lipsAt(gap));
  return range.touchingGap;
}

describe('LipRange', () => {
  it('begins with lips that read far apart though they touch', () => {
    expect(taught([])).toBe(0.03);
  });

  it('learns within a second how close this mouth’s lips come, and no closer than noise', () => {
    const learned = taught(Array<number>(30).fill(0.003));
    expect(learned).toBeLessThan(0.018);
    expect(taught(Array<number>(300).fill(-0.2))).toBeGreaterThan(0.013);
  });

  it('learns nothing from a mouth that is open', () => {
    expect(taught(Array<number>(300).fill(0.4))).toBe(0.03);
  });

  it('keeps what it learned through minutes of talking, and one odd frame does not count for long', () => {
    const learned = Array<number>(60).fill(0.003);
    expect(taught([...learned, ...Array<number>(500).fill(0.2)])).toBeLessThan(0.022);
    expect(taught([0])).toBeGreaterThan(0.026);
  });
});
