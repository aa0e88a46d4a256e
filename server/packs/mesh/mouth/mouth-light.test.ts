import { describe, expect, it } from 'vitest';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { createTexture } from '../raster/texture.ts';
import type { Light } from '../skin-light.ts';
import { drawPortrait } from '../testing/drawn-portrait.ts';
import { measureMouthLight } from './mouth-light.ts';

const SKIN_SAYS: Light = [0.8, 0.7, 0.6];

/** The drawn portrait, every pixel changed. */
function lightOf(change: (rgb: [number, number, number]) => [number, number, number]) {
  const { still, landmarks } = drawPortrait(512, 512);
  const changed: RgbaImage = { ...still, data: still.data.slice() };
  for (let o = 0; o < changed.data.length; o += 4) {
    const [red, green, blue] = changed.data.subarray(o, o + 3);
    changed.data.set(
      change([red, green, blue]).map((value) => Math.round(value)),
      o,
    );
  }
  return measureMouthLight(createTexture(changed), landmarks.points, SKIN_SAYS);
}

const grey = ([red, green, blue]: [number, number, number]) => 0.3 * red + 0.6 * green + 0.1 * blue;
const mean = ([red, green, blue]: Light) => (red + green + blue) / 3;

describe('measureMouthLight', () => {
  it('believes the white of the eyes in the dark', () => {
    const bright = lightOf((rgb) => rgb);
    const dim = lightOf(([red, green, blue]) => [red * 0.4, green * 0.4, blue * 0.4]);
    expect(mean(dim.light)).toBeLessThan(0.7 * mean(bright.light));
  });

  it('takes a painting’s yellow for its white', () => {
    const plain = lightOf((rgb) => rgb).light;
    const varnished = lightOf(([red, green, blue]) => [red, green * 0.85, blue * 0.5]).light;
    expect(varnished[2] / varnished[0]).toBeLessThan(0.6 * (plain[2] / plain[0]));
  });

  it('tells pictures of one hue from coloured ones, and which hue', () => {
    expect(lightOf((rgb) => rgb).colour).toBe(1);
    const black = lightOf((rgb) => [grey(rgb), grey(rgb), grey(rgb)]);
    expect(black.colour).toBe(0);
    for (const channel of black.hue) expect(channel).toBeCloseTo(1, 1);
    const sepia = lightOf((rgb) => [grey(rgb), grey(rgb) * 0.8, grey(rgb) * 0.6]);
    expect(sepia.colour).toBe(0);
    expect(sepia.hue[0]).toBeGreaterThan(1.5 * sepia.hue[2]);
  });

  it('goes by the skin where the eyes are shut', () => {
    const { still, landmarks } = drawPortrait(512, 512);
    const points = landmarks.points.slice();
    for (const [upper, lower] of [
      [160, 144],
      [159, 145],
      [158, 153],
      [385, 380],
      [386, 374],
      [387, 373],
    ]) {
      points[3 * upper + 1] = points[3 * lower + 1];
    }
    expect(measureMouthLight(createTexture(still), points, SKIN_SAYS).light).toEqual(SKIN_SAYS);
  });
});
