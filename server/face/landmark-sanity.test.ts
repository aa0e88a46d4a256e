import { describe, expect, test } from 'vitest';
import { MESH_POINT_COUNT, meshRegionOfLandmarks, type SquareRegion, uprightBox } from './face-region.ts';
import { isPlausibleFace, isPlausibleStep } from './landmark-sanity.ts';

const LEFT_EYE = [33, 133];
const RIGHT_EYE = [362, 263];
const LIPS = [13, 14];

/** A mesh of a `width × height` face around the origin: eyes above, mouth below, the rest spread over the box. */
function mesh(width: number, height: number): Float32Array {
  const points = new Float32Array(3 * MESH_POINT_COUNT);
  for (let i = 0; i < MESH_POINT_COUNT; i++) {
    points[3 * i] = width * ((i % 22) / 21 - 0.5);
    points[3 * i + 1] = height * (Math.floor(i / 22) / 21 - 0.5);
  }
  const put = (index: number, x: number, y: number) => {
    points.set([x * width, y * height], 3 * index);
  };
  for (const [i, index] of LEFT_EYE.entries()) put(index, -0.3 + 0.15 * i, -0.15);
  for (const [i, index] of RIGHT_EYE.entries()) put(index, 0.15 + 0.15 * i, -0.15);
  for (const index of LIPS) put(index, 0, 0.25);
  return points;
}

function placed(points: Float32Array, x: number, y: number, rollRad = 0): Float32Array {
  const turned = points.slice();
  for (let i = 0; i < points.length; i += 3) {
    turned[i] = x + points[i] * Math.cos(rollRad) - points[i + 1] * Math.sin(rollRad);
    turned[i + 1] = y + points[i] * Math.sin(rollRad) + points[i + 1] * Math.cos(rollRad);
  }
  return turned;
}

describe('isPlausibleFace', () => {
  test.each([0, 1, 2, 3, -1, -2, -3])('takes a face turned by %d radians', (rollRad) => {
    expect(isPlausibleFace(placed(mesh(100, 125), 320, 240, rollRad), 640, 480)).toBe(true);
  });

  test('takes a face that reaches out of the picture with less than half of it', () => {
    expect(isPlausibleFace(placed(mesh(100, 125), 10, 240), 640, 480)).toBe(true);
    expect(isPlausibleFace(placed(mesh(100, 125), -10, 240), 640, 480)).toBe(false);
  });

  test('takes a profile with the mouth wide open, and no line', () => {
    expect(isPlausibleFace(placed(mesh(50, 140), 320, 240), 640, 480)).toBe(true);
    expect(isPlausibleFace(placed(mesh(20, 140), 320, 240), 640, 480)).toBe(false);
    expect(isPlausibleFace(placed(mesh(140, 20), 320, 240), 640, 480)).toBe(false);
  });

  test('refuses what is too small to be seen', () => {
    expect(isPlausibleFace(placed(mesh(9, 11), 320, 240), 640, 480)).toBe(false);
  });

  test('refuses points that are no numbers', () => {
    for (const nonsense of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const points = placed(mesh(100, 125), 320, 240);
      points[3 * 200 + 2] = nonsense;
      expect(isPlausibleFace(points, 640, 480)).toBe(false);
    }
  });

  test('refuses a mouth beside or above the eyes', () => {
    const points = placed(mesh(100, 125), 320, 240);
    for (const index of LIPS) points[3 * index + 1] = 240 - 50;
    expect(isPlausibleFace(points, 640, 480)).toBe(false);
  });

  test('refuses a mesh fallen into one point', () => {
    expect(isPlausibleFace(placed(mesh(0, 0), 320, 240), 640, 480)).toBe(false);
  });
});

describe('isPlausibleStep', () => {
  const region: SquareRegion = { centerX: 300, centerY: 200, sizePx: 200, rollRad: 3.1 };

  test('takes quick but possible movements, over the turn of the angle too', () => {
    expect(isPlausibleStep(region, region)).toBe(true);
    expect(isPlausibleStep(region, { ...region, centerX: 350 })).toBe(true);
    expect(isPlausibleStep(region, { ...region, sizePx: 250 })).toBe(true);
    expect(isPlausibleStep(region, { ...region, rollRad: -3.1 })).toBe(true);
  });

  test('refuses jumps', () => {
    expect(isPlausibleStep(region, { ...region, centerY: 300 })).toBe(false);
    expect(isPlausibleStep(region, { ...region, sizePx: 400 })).toBe(false);
    expect(isPlausibleStep(region, { ...region, sizePx: 100 })).toBe(false);
    expect(isPlausibleStep(region, { ...region, rollRad: 2 })).toBe(false);
  });
});

describe('the region of landmarks', () => {
  test('is the box along the eye line with room around it', () => {
    const points = placed(mesh(100, 125), 320, 240, 0.5);
    const box = uprightBox(points);
    expect(box.rollRad).toBeCloseTo(0.5);
    expect(box.width).toBeCloseTo(100, 0);
    expect(box.height).toBeCloseTo(125, 0);
    expect([box.centerX, box.centerY].map(Math.round)).toEqual([320, 240]);
    expect(meshRegionOfLandmarks(points).sizePx).toBeCloseTo(1.5 * 125, 0);
  });
});
