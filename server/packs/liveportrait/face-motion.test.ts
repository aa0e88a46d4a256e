import { describe, expect, test } from 'vitest';
import { largestDifference } from '../testing/stored-reference.ts';
import { faceMotionOf, rotationOf } from './face-motion.ts';
import { REFERENCE, referenceMotion } from './testing/reference.ts';
import { transformKeypoints } from './transform-keypoints.ts';

/** Row vectors are rotated by the transpose. */
const transposed = (m: Float32Array) => Float32Array.from(m, (_, i) => m[3 * (i % 3) + Math.floor(i / 3)]);

describe('faceMotionOf', () => {
  test.each([0, 1, 2] as const)('reads the stored rotation of face %i', (index) => {
    const rotation = rotationOf(faceMotionOf(referenceMotion(index)), new Float64Array(9));
    const expected = transposed(REFERENCE.rotation.slice(9 * index, 9 * index + 9));
    expect(largestDifference(Float32Array.from(rotation), expected)).toBeLessThan(1e-6);
  });

  test('takes an angle for the expectation over its classes of three degrees', () => {
    const logits = (bin: number) => ({
      data: Float32Array.from({ length: 66 }, (_, i) => (i === bin ? 2000 : i === bin + 1 ? 2000 : 0)),
      dims: [1, 66],
    });
    const { angles } = faceMotionOf({ ...referenceMotion(0), pitch: logits(0), yaw: logits(32), roll: logits(64) });
    const deg = Array.from(angles, (rad) => (rad * 180) / Math.PI);
    expect(deg[0]).toBeCloseTo(-96, 3);
    expect(deg[1]).toBeCloseTo(0, 3);
    expect(deg[2]).toBeCloseTo(96, 3);
  });
});

describe('transformKeypoints', () => {
  test('puts the portrait’s keypoints where the reference has them', () => {
    const outputs = referenceMotion(0);
    const motion = faceMotionOf(outputs);
    const rotation = rotationOf(motion, new Float64Array(9));
    const keypoints = transformKeypoints(outputs.kp.data, rotation, motion, new Float32Array(63));
    expect(largestDifference(keypoints, REFERENCE.source)).toBeLessThan(1e-6);
  });
});
