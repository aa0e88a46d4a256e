import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromAngles,
  fromRotationVector,
  identity3,
  multiply3,
  multiplyTransposed3,
  toAngles,
  toRotationVector,
} from './rotation.ts';

const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const closeTo = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 8);
};

describe('rotations', () => {
  it('are made of the angles that they are taken apart into', () => {
    fc.assert(
      fc.property(angle(1.5), angle(1.5), angle(3), (yawRad, pitchRad, rollRad) => {
        const angles = toAngles(fromAngles({ yawRad, pitchRad, rollRad }, new Float64Array(9)));
        closeTo([angles.yawRad, angles.pitchRad, angles.rollRad], [yawRad, pitchRad, rollRad]);
      }),
    );
  });

  it('are made of the vectors that they are taken apart into', () => {
    fc.assert(
      fc.property(angle(1.7), angle(1.7), angle(1.7), (x, y, z) => {
        const rotation = fromRotationVector([x, y, z], new Float64Array(9));
        closeTo(toRotationVector(rotation, new Float64Array(3)), [x, y, z]);
        closeTo(multiplyTransposed3(rotation, rotation, new Float64Array(9)), identity3());
      }),
    );
  });

  it('lead from one to the other', () => {
    const a = fromAngles({ yawRad: 0.3, pitchRad: -0.2, rollRad: 0.5 }, new Float64Array(9));
    const b = fromAngles({ yawRad: -0.4, pitchRad: 0.1, rollRad: 0.2 }, new Float64Array(9));
    closeTo(multiply3(multiplyTransposed3(a, b, new Float64Array(9)), b, new Float64Array(9)), a);
  });

  it('turn the nose left for yaw, down for pitch, and the crown right for roll', () => {
    const nose = [0, 0, -1];
    const crown = [0, -1, 0];
    const turned = (angles: Partial<ReturnType<typeof toAngles>>, [x, y, z]: number[]) => {
      const r = fromAngles({ yawRad: 0, pitchRad: 0, rollRad: 0, ...angles }, new Float64Array(9));
      return [r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z];
    };
    expect(turned({ yawRad: 0.3 }, nose)[0]).toBeLessThan(-0.2);
    expect(turned({ pitchRad: 0.3 }, nose)[1]).toBeGreaterThan(0.2);
    expect(turned({ rollRad: 0.3 }, crown)[0]).toBeGreaterThan(0.2);
  });
});
