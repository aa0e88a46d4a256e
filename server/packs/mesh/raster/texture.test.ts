import { describe, expect, it } from 'vitest';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import { createTexture, packedPixels, sampleTexture } from './texture.ts';

function ramp(width: number, height: number) {
  const image = createRgbaImage(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) image.data.set([4 * x, 5 * y, 2 * x + 2 * y, 255], 4 * (y * width + x));
  }
  return image;
}

const channels = (packed: number) => [packed & 255, (packed >>> 8) & 255, (packed >>> 16) & 255, packed >>> 24];

describe('sampleTexture', () => {
  it('returns pixels exactly at their centres', () => {
    const image = createRgbaImage(13, 9);
    for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = (i * 73) % 256;
    const texture = createTexture(image);
    const pixels = packedPixels(image);
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 13; x++) expect(sampleTexture(texture, x + 0.5, y + 0.5)).toBe(pixels[y * 13 + x]);
    }
  });

  it('is linear on a ramp between pixels, and opaque', () => {
    const texture = createTexture(ramp(40, 30));
    for (const [x, y] of [
      [10.2, 7.9],
      [20.75, 15.1],
      [3.5, 22.33],
    ]) {
      const [red, green, blue, alpha] = channels(sampleTexture(texture, x, y));
      expect(Math.abs(red - 4 * (x - 0.5))).toBeLessThanOrEqual(1);
      expect(Math.abs(green - 5 * (y - 0.5))).toBeLessThanOrEqual(1);
      expect(Math.abs(blue - 2 * (x + y - 1))).toBeLessThanOrEqual(1);
      expect(alpha).toBe(255);
    }
  });

  it('continues the border outside of the picture', () => {
    const image = ramp(8, 8);
    const texture = createTexture(image);
    expect(sampleTexture(texture, -50, -50)).toBe(packedPixels(image)[0]);
    expect(channels(sampleTexture(texture, 1e6, 1e6))[0]).toBe(28);
  });
});
