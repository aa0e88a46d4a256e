import { describe, expect, it } from 'vitest';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { fromAngles } from '../../../motion/rotation.ts';
import { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { createTexture } from '../raster/texture.ts';
import { drawPortrait } from '../testing/drawn-portrait.ts';
import { OwnTeeth } from './own-teeth.ts';

function teethOf(mouth?: Parameters<typeof drawPortrait>[2]) {
  const { still, landmarks } = drawPortrait(512, 512, mouth);
  const geometry = new PortraitGeometry(landmarks.points, 512, 512);
  return { geometry, teeth: new OwnTeeth(geometry, createTexture(still)) };
}

const WHITE_TEETH = { opening: 0.12, colour: [235, 230, 220] as const };

describe('OwnTeeth', () => {
  it('are kept where an open mouth is bright inside, and nowhere else', () => {
    expect(teethOf(WHITE_TEETH).teeth.share).toBe(1);
    expect(teethOf({ opening: 0.12, colour: [50, 20, 20] }).teeth.share).toBe(0);
    expect(teethOf().teeth.share).toBe(0);
  });

  it('lie where they are in the still picture while the head is at rest', () => {
    const { geometry, teeth } = teethOf(WHITE_TEETH);
    geometry.move(neutralMotion());
    teeth.pose();
    const [x, y] = [geometry.own[3 * 13], geometry.own[3 * 13 + 1] + 3];
    expect(teeth.find(x, y)).toBeGreaterThan(0.9);
    expect(teeth.sourceX).toBeCloseTo(x, 2);
    expect(teeth.sourceY).toBeCloseTo(y, 2);
    expect(teeth.find(x, y + 100)).toBe(0);
    expect(teeth.find(x + 200, y)).toBe(0);
  });

  it('roll with the head and stay behind when the jaw opens', () => {
    const { geometry, teeth } = teethOf(WHITE_TEETH);
    const motion = {
      ...neutralMotion(),
      rotation: fromAngles({ yawRad: 0, pitchRad: 0, rollRad: 0.3 }, new Float32Array(9)),
    };
    for (const point of [14, 87, 317, 152]) motion.expression[3 * point + 1] = 0.4;
    geometry.move(motion);
    teeth.pose();
    teeth.find(geometry.moved[3 * 13], geometry.moved[3 * 13 + 1]);
    expect(Math.abs(teeth.sourceX - geometry.own[3 * 13])).toBeLessThan(1.5);
  });
});
