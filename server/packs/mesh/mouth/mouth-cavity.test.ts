import { describe, expect, it } from 'vitest';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { drawPortrait } from '../testing/drawn-portrait.ts';
import type { CavityHit } from './mouth-cavity.ts';
import { MouthCavity } from './mouth-cavity.ts';

function openedBy(amount: number) {
  const { landmarks } = drawPortrait(512, 512);
  const geometry = new PortraitGeometry(landmarks.points, 512, 512);
  const cavity = new MouthCavity(geometry, 0, 1);
  const motion = neutralMotion();
  for (const point of [14, 87, 317, 17, 152, 148, 377]) motion.expression[3 * point + 1] = amount;
  geometry.move(motion);
  cavity.pose();
  const look = (x: number, y: number): CavityHit => {
    const hit = { red: 0, green: 0, blue: 0, depthCm: 0 };
    cavity.look(x, y, hit);
    return hit;
  };
  const [lipX, lipY] = [geometry.moved[3 * 13], geometry.moved[3 * 13 + 1]];
  return { cavity, look, lipX, lipY, cm: cavity.pixelsPerCm };
}

describe('MouthCavity', () => {
  it('opens its jaw with the driver’s', () => {
    expect(openedBy(0).cavity.jaw).toBeCloseTo(0, 1);
    expect(openedBy(0.2).cavity.jaw).toBeGreaterThan(0.15);
    expect(openedBy(0.6).cavity.jaw).toBeGreaterThan(openedBy(0.2).cavity.jaw);
  });

  it('has bright teeth under the upper lip and red, deep tissue below them', () => {
    const { look, lipX, lipY, cm } = openedBy(0.5);
    const tooth = look(lipX + 0.4 * cm, lipY);
    const throat = look(lipX + 0.4 * cm, lipY + 0.9 * cm);
    expect(tooth.red).toBeGreaterThan(2 * throat.red);
    expect(tooth.blue / tooth.red).toBeGreaterThan(0.6);
    expect(throat.blue / throat.red).toBeLessThan(0.5);
    expect(throat.depthCm).toBeGreaterThan(tooth.depthCm + 1);
  });

  it('takes the lower teeth down with the jaw', () => {
    const lowerTeethAt = (amount: number) => {
      const { look, lipX, lipY, cm } = openedBy(amount);
      for (let down = 1; down < 6; down += 0.05) {
        if (look(lipX + 0.25 * cm, lipY + down * cm).green > 0.3) return down;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(lowerTeethAt(0.6)).toBeGreaterThan(lowerTeethAt(0.3) + 0.3);
    expect(lowerTeethAt(0.6)).toBeLessThan(6);
  });
});
