import { describe, expect, test } from 'vitest';
import { PlanarPictureScaler } from './planar-picture.ts';
import { createRgbaImage } from './rgba-image.ts';

const SIZE = 16;

/** Red grows to the right, green downwards, blue is flat. */
function ramps(): Float32Array {
  const planes = new Float32Array(3 * SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const at = y * SIZE + x;
      planes[at] = (x + 0.5) / SIZE;
      planes[SIZE * SIZE + at] = (y + 0.5) / SIZE;
      planes[2 * SIZE * SIZE + at] = 0.25;
    }
  }
  return planes;
}

describe('PlanarPictureScaler', () => {
  test('keeps every pixel where the sizes are the same', () => {
    const out = createRgbaImage(SIZE, SIZE);
    new PlanarPictureScaler(SIZE, SIZE, SIZE).scale(ramps(), out);
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const pixel = out.data.subarray(4 * (y * SIZE + x), 4 * (y * SIZE + x) + 4);
        expect([...pixel]).toEqual([
          Math.floor(((x + 0.5) * 255) / SIZE + 0.5),
          Math.floor(((y + 0.5) * 255) / SIZE + 0.5),
          64,
          255,
        ]);
      }
    }
  });

  test('keeps places when it enlarges: straight ramps stay straight', () => {
    const out = createRgbaImage(40, 64);
    new PlanarPictureScaler(SIZE, 40, 64).scale(ramps(), out);
    for (let y = 8; y < 56; y++) {
      for (let x = 5; x < 35; x++) {
        const at = 4 * (y * 40 + x);
        expect(Math.abs(out.data[at] - ((x + 0.5) / 40) * 255)).toBeLessThan(0.6);
        expect(Math.abs(out.data[at + 1] - ((y + 0.5) / 64) * 255)).toBeLessThan(0.6);
      }
    }
  });

  test('does not overflow where a cubic overshoots', () => {
    const planes = new Float32Array(3 * SIZE * SIZE);
    for (let i = 0; i < planes.length; i++) planes[i] = i % SIZE < SIZE / 2 ? 0 : 1;
    const out = createRgbaImage(64, 64);
    new PlanarPictureScaler(SIZE, 64, 64).scale(planes, out);
    const row = [...out.data.subarray(0, 64 * 4)].filter((_, i) => i % 4 === 0);
    expect(row.slice(0, 26)).toEqual(new Array(26).fill(0));
    expect(row.slice(-26)).toEqual(new Array(26).fill(255));
    expect(row).toEqual(row.toSorted((a, b) => a - b));
  });

  test('refuses pictures of other sizes', () => {
    const scaler = new PlanarPictureScaler(SIZE, 32, 32);
    expect(() => scaler.scale(ramps(), createRgbaImage(32, 31))).toThrow(RangeError);
    expect(() => scaler.scale(new Float32Array(3), createRgbaImage(32, 32))).toThrow(RangeError);
  });
});
