import { describe, expect, test } from 'vitest';
import { hullArea } from '../../motion/hull-area.ts';
import { largestDifference } from '../testing/stored-reference.ts';
import { createKeypoints, type Keypoints } from './keypoints.ts';
import { REFERENCE, referenceKeypoints } from './testing/reference.ts';
import { movementScale, transferMotion } from './transfer-motion.ts';

const [source, initial, driving] = ([0, 1, 2] as const).map(referenceKeypoints);

function transferred(reference: Keypoints, scale: number): Keypoints {
  const out = createKeypoints(source.value.length / 2);
  transferMotion(source, driving, reference, scale, out);
  return out;
}

function square(side: number, at: number): Keypoints {
  const keypoints = createKeypoints(5);
  keypoints.value.set([at, at, at + side, at, at, at + side, at + side, at + side, at + side / 2, at + side / 3]);
  return keypoints;
}

describe('transferMotion', () => {
  test('agrees with the stored reference, with and without adapting the scale', () => {
    const { relative, relativeUnscaled } = REFERENCE.frames;
    for (const [scale, expected] of [
      [movementScale(source, initial), relative],
      [1, relativeUnscaled],
    ] as const) {
      const { value, jacobian } = transferred(initial, scale);
      expect(largestDifference(value, expected.value)).toBeLessThan(1e-5);
      expect(largestDifference(jacobian, expected.jacobian)).toBeLessThan(1e-5);
    }
    expect(largestDifference(relative.value, relativeUnscaled.value)).toBeGreaterThan(0.01);
  });

  test('leaves the portrait where it is while the driver is as in the reference', () => {
    const { value, jacobian } = transferred(driving, 2);
    expect(largestDifference(value, source.value)).toBeLessThan(1e-6);
    expect(largestDifference(jacobian, source.jacobian)).toBeLessThan(1e-5);
  });

  test('keeps the portrait’s Jacobian where the reference’s has no inverse', () => {
    const flat = { value: initial.value, jacobian: initial.jacobian.slice() };
    flat.jacobian.set([1, 2, 2, 4]);
    const { jacobian } = transferred(flat, 1);
    expect(jacobian.slice(0, 4)).toEqual(source.jacobian.slice(0, 4));
    expect(largestDifference(jacobian.slice(4), REFERENCE.frames.relative.jacobian.slice(4))).toBeLessThan(1e-5);
  });
});

describe('movementScale', () => {
  test('is the ratio of the faces’ sizes, wherever they are', () => {
    expect(movementScale(square(0.6, 0.1), square(0.3, -0.5))).toBeCloseTo(2, 5);
  });

  test('stays within reason where keypoints fall together', () => {
    expect(movementScale(square(0.6, 0), square(0.001, 0))).toBe(4);
    expect(movementScale(square(0, 0), square(0, 0))).toBe(1);
    expect(movementScale(square(0.5, 0), square(0, 0))).toBe(1);
  });
});

describe('hullArea', () => {
  test('is that of the points around all others, in any order and with what is between them', () => {
    const ring = Array.from({ length: 12 }, (_, i) => [
      Math.cos((i * 5 * Math.PI) / 6),
      Math.sin((i * 5 * Math.PI) / 6),
    ]);
    const inside = [0.1, -0.2, 0, 0, 0.5, 0.5];
    expect(hullArea(Float32Array.from([...inside, ...ring.flat()]))).toBeCloseTo(3, 5);
    const withDepth = ring.flatMap(([x, y], i) => [x, y, i]);
    expect(hullArea(Float32Array.from(withDepth), 3)).toBeCloseTo(3, 5);
  });

  test('is nothing for points on a line, for two and for none', () => {
    expect(hullArea(Float32Array.of(0, 0, 1, 1, 2, 2, 0.5, 0.5))).toBe(0);
    expect(hullArea(Float32Array.of(0, 0, 1, 1))).toBe(0);
    expect(hullArea(new Float32Array(0))).toBe(0);
  });
});
