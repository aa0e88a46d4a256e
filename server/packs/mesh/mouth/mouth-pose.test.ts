import { describe, expect, it } from 'vitest';
import { LIPS } from '../../../face/face-topology.ts';
import type { Motion } from '../../../motion/motion.ts';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { drawPortrait } from '../testing/drawn-portrait.ts';
import { MouthPose } from './mouth-pose.ts';

/** Lower lip and chin drop by `amount`, canonical units. */
function opened(amount: number, chin = amount): Motion {
  const motion = neutralMotion();
  for (const point of [...LIPS.lowerInner.slice(1, -1), 17, 18, 200]) motion.expression[3 * point + 1] = amount;
  for (const point of [152, 148, 377, 199]) motion.expression[3 * point + 1] = chin;
  return motion;
}

/** The mouth grows wider by this share of its width. */
function widened(motion: Motion, geometry: PortraitGeometry, share: number): Motion {
  for (const line of [LIPS.upperInner, LIPS.lowerInner]) {
    for (const point of line) motion.expression[3 * point] = geometry.ownShape[3 * point] * share;
  }
  return motion;
}

function posedBy(makeMotion: (geometry: PortraitGeometry) => Motion) {
  const { landmarks } = drawPortrait(512, 512);
  const geometry = new PortraitGeometry(landmarks.points, 512, 512);
  const pose = new MouthPose(geometry);
  geometry.move(makeMotion(geometry));
  pose.read();
  return pose;
}

describe('MouthPose', () => {
  it('opens its jaw with the driver’s', () => {
    expect(posedBy(() => opened(0)).jawRad).toBeLessThan(0.04);
    const [half, wide] = [posedBy(() => opened(0.3)), posedBy(() => opened(0.6))];
    expect(half.jawRad).toBeGreaterThan(0.08);
    expect(wide.jawRad).toBeGreaterThan(half.jawRad + 0.08);
  });

  it('keeps the upper teeth where they are while the jaw opens', () => {
    const [closed, wide] = [posedBy(() => opened(0)), posedBy(() => opened(0.7))];
    expect([...wide.originCm]).toEqual([...closed.originCm]);
  });

  it('never opens the jaw beyond what it can, however wild the lips', () => {
    for (const amount of [-3, 5]) {
      const { jawRad } = posedBy(() => opened(amount));
      expect(jawRad).toBeGreaterThanOrEqual(0);
      expect(jawRad).toBeLessThan(0.6);
    }
  });

  it('shows no more of the upper teeth than crowns when the lip is raised', () => {
    const raise = (amount: number) =>
      posedBy(() => {
        const motion = neutralMotion();
        motion.expression[3 * 13 + 1] = -amount;
        return motion;
      });
    const shown = (amount: number) => raise(amount).originCm[1] - raise(0).originCm[1];
    expect(shown(0.05)).toBeCloseTo(0, 1);
    // The lip went further than the crowns are long: the teeth follow it.
    expect(shown(0.5)).toBeLessThan(-0.5);
  });

  it('bunches the tongue forward for “ee”, lays it low for “ah”, draws it back for “oo”', () => {
    const ee = posedBy((geometry) => widened(opened(0.08), geometry, 0.15)).tongue;
    const ah = posedBy(() => opened(0.6)).tongue;
    const oo = posedBy((geometry) => widened(opened(0.1), geometry, -0.3)).tongue;
    expect(ee.forward).toBeGreaterThan(0.6);
    expect(ah.low).toBeGreaterThan(0.6);
    expect(oo.back).toBeGreaterThan(0.6);
    for (const { forward, low, back } of [ee, ah, oo]) {
      for (const weight of [forward, low, back, 1 - forward - low - back]) expect(weight).toBeGreaterThanOrEqual(0);
    }
  });
});
