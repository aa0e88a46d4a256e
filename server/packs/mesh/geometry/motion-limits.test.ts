import { describe, expect, it } from 'vitest';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { identitySimilarity } from '../../../motion/procrustes.ts';
import { fromAngles, toAngles } from '../../../motion/rotation.ts';
import { limitedPose, limitTurn, ONE_LAYER, softLimit } from './motion-limits.ts';

const DEGREE = Math.PI / 180;

describe('softLimit', () => {
  it('leaves small values alone, never passes the limit, and never turns back', () => {
    expect(softLimit(0.3, 1)).toBe(0.3);
    let last = 0;
    for (let value = 0; value < 20; value += 0.05) {
      const limited = softLimit(value, 1);
      expect(limited).toBeLessThanOrEqual(1);
      expect(limited).toBeGreaterThanOrEqual(last);
      expect(softLimit(-value, 1)).toBe(-limited);
      last = limited;
    }
  });

  it('allows nothing where nothing is left', () => {
    expect(softLimit(3, 0)).toBe(0);
  });
});

describe('limitTurn', () => {
  it('leaves less to a portrait that is turned, further on and back', () => {
    const straight = limitTurn(0.6, 0, 0.5, 0.55);
    expect(limitTurn(-0.6, 0, 0.5, 0.55)).toBe(-straight);
    const further = limitTurn(0.6, 0.3, 0.5, 0.55);
    const back = -limitTurn(-0.6, 0.3, 0.5, 0.55);
    for (const limited of [further, back]) {
      expect(limited).toBeGreaterThan(0.1);
      expect(limited).toBeLessThan(0.6 * straight);
    }
  });

  it('leaves some room to the most turned portrait', () => {
    expect(limitTurn(0.6, 1, 0.5, 0.55)).toBeGreaterThan(0.08);
  });
});

describe('limitedPose', () => {
  it('is the portrait’s own pose, to the last bit, without motion', () => {
    const own = identitySimilarity();
    fromAngles({ yawRad: 0.2, pitchRad: -0.1, rollRad: 0.3 }, own.rotation);
    own.scale = 97.3;
    own.translation.set([211.7, 198.1, -3]);
    const angles = toAngles(own.rotation);
    expect(limitedPose(own, angles, neutralMotion(), ONE_LAYER, identitySimilarity())).toEqual(own);
  });

  it('keeps every part of a wild motion within what one picture can show', () => {
    const own = identitySimilarity();
    const rotation = fromAngles({ yawRad: 1.2, pitchRad: -1, rollRad: 2 }, new Float32Array(9));
    const motion = { ...neutralMotion(), rotation, scale: 50, translation: [30, -40, 0] as const };
    const pose = limitedPose(own, toAngles(own.rotation), motion, ONE_LAYER, identitySimilarity());
    const { yawRad, pitchRad, rollRad } = toAngles(pose.rotation);
    expect(Math.abs(yawRad)).toBeLessThan(30 * DEGREE);
    expect(Math.abs(pitchRad)).toBeLessThan(22 * DEGREE);
    expect(Math.abs(rollRad)).toBeLessThan(40 * DEGREE);
    expect(pose.scale).toBeLessThan(1.4);
    expect(Math.hypot(pose.translation[0], pose.translation[1])).toBeLessThan(1);
  });
});
