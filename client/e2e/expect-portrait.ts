import { expect } from 'vitest';
import type { RgbaImage } from '../../server/imaging/rgba-image.ts';
import { likeness } from './picture-likeness.ts';

/** The gallery's portraits under the driving clip: 0.6 and more like their stills, 0.3 at most like the camera. */
const LEAST_LIKENESS = 0.5;
const LEAST_MARGIN = 0.25;

/** What is shown is the portrait, moved as it may be, and not what the camera saw. */
export function expectPortrait(shown: RgbaImage, still: RgbaImage, camera: RgbaImage): void {
  const [toStill, toCamera] = [likeness(shown, still), likeness(shown, camera)];
  expect(toStill).toBeGreaterThan(LEAST_LIKENESS);
  expect(toStill - toCamera).toBeGreaterThan(LEAST_MARGIN);
}
