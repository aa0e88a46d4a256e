import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FaceLandmarks, LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { SILHOUETTE } from '../face/face-topology.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { cropPortrait } from './portrait-crop.ts';
import { landmarksInCrop, portraitSquare } from './portrait-square.ts';

/** A face whose outline is an ellipse of that height, 0.75 of it wide. */
function faceAt(centerX: number, centerY: number, heightPx: number): FaceLandmarks {
  const points = new Float32Array(3 * LANDMARK_COUNT);
  for (let i = 0; i < LANDMARK_COUNT; i++) points.set([centerX, centerY, 0], 3 * i);
  SILHOUETTE.forEach((point, index) => {
    const angle = (index / SILHOUETTE.length) * 2 * Math.PI;
    const [x, y] = [Math.sin(angle) * 0.375 * heightPx, -Math.cos(angle) * 0.5 * heightPx];
    points.set([centerX + x, centerY + y, 0], 3 * point);
  });
  return { points, confidence: 1 };
}

describe('the square of a portrait', () => {
  test('has room for hair and shoulders around a face in a large picture', () => {
    const { x, y, sizePx } = portraitSquare(faceAt(1000, 800, 200), 2000, 2000);
    expect(sizePx).toBe(460);
    expect(x + sizePx / 2).toBeCloseTo(1000, -1);
    expect(y + sizePx / 2).toBeLessThan(800);
  });

  test('stays inside the picture where the face is near its edge', () => {
    const { x, y, sizePx } = portraitSquare(faceAt(200, 170, 200), 2000, 2000);
    expect(x).toBe(0);
    expect(y).toBe(0);
    expect(sizePx).toBe(460);
  });

  test('is smaller where the picture is', () => {
    expect(portraitSquare(faceAt(200, 200, 200), 400, 400)).toEqual({ x: 0, y: 0, sizePx: 400 });
  });

  test('goes beyond a picture that the face fills', () => {
    const { x, y, sizePx } = portraitSquare(faceAt(100, 100, 200), 200, 200);
    expect(sizePx).toBe(350);
    expect(x).toBeLessThan(0);
    expect(y).toBeLessThan(0);
  });

  test('always shows the whole face, in whole pixels', () => {
    const size = fc.integer({ min: 64, max: 4000 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 30, max: 2000 }),
        (width, height, u, v, faceHeight) => {
          const [cx, cy] = [u * width, v * height];
          const { x, y, sizePx } = portraitSquare(faceAt(cx, cy, faceHeight), width, height);
          for (const value of [x, y, sizePx]) expect(Number.isInteger(value)).toBe(true);
          expect(x).toBeLessThanOrEqual(cx - 0.375 * faceHeight + 1);
          expect(x + sizePx).toBeGreaterThanOrEqual(cx + 0.375 * faceHeight - 1);
          expect(y).toBeLessThanOrEqual(cy - 0.5 * faceHeight + 1);
          expect(y + sizePx).toBeGreaterThanOrEqual(cy + 0.5 * faceHeight - 1);
        },
      ),
    );
  });
});

test('landmarks move with the crop', () => {
  const moved = landmarksInCrop(faceAt(300, 200, 100), { x: 200, y: 100, sizePx: 256 }, 512);
  expect([...moved.points.subarray(0, 2)]).toEqual([200, 200]);
});

test('the crop shows the pixels around the face, and beyond the picture its edge goes on', async () => {
  const image = createRgbaImage(200, 200);
  for (let i = 0; i < 200 * 200; i++) image.data.set(i % 200 < 100 ? [200, 0, 0] : [0, 0, 200], 4 * i);
  const { image: still, landmarks } = await cropPortrait(image, faceAt(100, 100, 200), 512);
  expect(still).toMatchObject({ width: 512, height: 512 });
  const colorAt = (x: number, y: number) => [...still.data.subarray((y * 512 + x) * 4, (y * 512 + x) * 4 + 4)];
  expect(colorAt(2, 256)).toEqual([200, 0, 0, 255]);
  expect(colorAt(509, 2)).toEqual([0, 0, 200, 255]);
  expect(landmarks.points[0]).toBeCloseTo(256, -1);
});
