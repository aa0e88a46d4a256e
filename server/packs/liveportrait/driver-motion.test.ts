import { describe, expect, test } from 'vitest';
import { LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { DriverMotion } from './driver-motion.ts';
import { createFaceMotion, type FaceMotion } from './face-motion.ts';

const FACE = {
  points: Float32Array.from({ length: 3 * LANDMARK_COUNT }, (_, i) => 100 * Math.sin(i * i)),
  confidence: 1,
};

function motion(yawRad: number, expression = 0): FaceMotion {
  const made = createFaceMotion(2);
  made.angles[1] = yawRad;
  made.scale[0] = 1.3;
  made.expression.fill(expression);
  return made;
}

function frame(timeMs: number, change: Partial<DrivingFrame> = {}): DrivingFrame {
  const common = { picture: new Float32Array(0), sizePx: 32, landmarks: FACE, mode: 'relative', smoothing: 0 } as const;
  return { ...common, timeMs, reference: 'keep', ...change };
}

describe('DriverMotion', () => {
  test('measures from the frame that is called neutral, and from none in absolute mode', () => {
    const driver = new DriverMotion(FACE, 2);
    expect(driver.follow(frame(0, { reference: 'this' }), motion(0.2))?.angles[1]).toBeCloseTo(0.2);
    expect(driver.follow(frame(40), motion(0.5))?.angles[1]).toBeCloseTo(0.2);
    expect(driver.follow(frame(80, { mode: 'absolute' }), motion(0.5))).toBeNull();
  });

  test('forgets the driver when another comes', () => {
    const driver = new DriverMotion(FACE, 2);
    driver.follow(frame(0, { reference: 'this', smoothing: 1 }), motion(0.2));
    const other = motion(-0.4);
    expect(driver.follow(frame(40, { reference: 'other', smoothing: 1 }), other)?.angles[1]).toBeCloseTo(-0.4);
    expect(other.angles[1]).toBeCloseTo(-0.4);
  });

  test('calms jitter as far as it is asked to, and lets a quick expression through', () => {
    const last = (smoothing: number, values: readonly number[]) => {
      const driver = new DriverMotion(FACE, 2);
      const calm = values.map((value, i) => {
        const driving = motion(value, value);
        driver.follow(frame(40 * i, { smoothing }), driving);
        return [driving.angles[1], driving.expression[0]];
      });
      return calm[calm.length - 1];
    };
    const jitter = Array.from({ length: 31 }, (_, i) => (i % 2 === 0 ? 0.002 : -0.002));
    expect(last(0, jitter)[0]).toBeCloseTo(0.002, 6);
    expect(last(0.4, jitter)[0]).toBeLessThan(0.0012);
    expect(last(1, jitter)[0]).toBeLessThan(0.0004);
    const blink = [0, 0, 0, 0, 0.03, 0.03];
    expect(last(0.4, blink)[1]).toBeGreaterThan(0.022);
  });
});
