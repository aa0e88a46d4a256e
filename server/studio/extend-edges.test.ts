import { describe, expect, test } from 'vitest';
import type { SquareRegion } from '../face/face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from '../face/region-cropper.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { extendEdges } from './extend-edges.ts';

const SIZE = 32;
const [WIDTH, HEIGHT] = [90, 60];

/** A cut whose red tells the row and green the column that it came from, both of 0 … 1 and never black. */
function cut(square: SquareRegion, mirrored = false): Float32Array {
  const image = createRgbaImage(WIDTH, HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) image.data.set([60 + y, 60 + x, 200], 4 * (y * WIDTH + x));
  }
  const planes = new Float32Array(3 * SIZE * SIZE);
  new RegionCropper(SIZE).crop(image, square, RANGE_0_TO_1, planes, 0, mirrored);
  extendEdges(planes, SIZE, square, WIDTH, HEIGHT, mirrored);
  return planes;
}

describe('extendEdges', () => {
  test.each([
    ['inside', { centerX: 45, centerY: 30, sizePx: 40 }],
    ['over the left and upper edges', { centerX: 5, centerY: 8, sizePx: 40 }],
    ['over the right and lower edges', { centerX: 80, centerY: 55, sizePx: 64 }],
    ['around the whole picture, and reduced', { centerX: 45, centerY: 30, sizePx: 150 }],
  ])('continues the picture with a square %s', (_name, place) => {
    const square = { ...place, rollRad: 0 };
    for (const mirrored of [false, true]) {
      const planes = cut(square, mirrored);
      const step = square.sizePx / SIZE;
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          const column = mirrored ? SIZE - 1 - x : x;
          const fromX = Math.min(Math.max(square.centerX + (column + 0.5 - SIZE / 2) * step, 0), WIDTH) - 0.5;
          const fromY = Math.min(Math.max(square.centerY + (y + 0.5 - SIZE / 2) * step, 0), HEIGHT) - 0.5;
          const at = y * SIZE + x;
          // What is beyond is the colour of the last row or column that is wholly inside.
          expect(Math.abs(planes[at] * 255 - 60 - fromY)).toBeLessThan(2 * Math.max(1, step) + 0.5);
          expect(Math.abs(planes[SIZE * SIZE + at] * 255 - 60 - fromX)).toBeLessThan(2 * Math.max(1, step) + 0.5);
          expect(planes[2 * SIZE * SIZE + at] * 255).toBeCloseTo(200, 0);
        }
      }
    }
  });
});
