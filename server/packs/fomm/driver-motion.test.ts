import { describe, expect, test } from 'vitest';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { CANONICAL_FACE } from '../../motion/canonical-face.ts';
import { poseDistance } from '../../motion/pose-likeness.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { DriverMotion } from './driver-motion.ts';
import { createKeypoints, type Keypoints } from './keypoints.ts';

const COUNT = 5;
const PLACES = [-0.4, -0.4, 0.4, -0.4, 0, 0, -0.3, 0.5, 0.3, 0.5];
const LONG_MS = 60_000;

/** The canonical face, turned to the side, as large and where it is said. */
function face({ yawRad = 0, scale = 60, x = 100 } = {}): FaceLandmarks {
  const points = new Float32Array(CANONICAL_FACE.length);
  for (let i = 0; i < points.length; i += 3) {
    const [px, py, pz] = [CANONICAL_FACE[i], CANONICAL_FACE[i + 1], CANONICAL_FACE[i + 2]];
    points[i] = x + scale * (px * Math.cos(yawRad) + pz * Math.sin(yawRad));
    points[i + 1] = scale * py;
    points[i + 2] = scale * pz;
  }
  return { points, confidence: 1 };
}

/** Keypoints of a face at rest, all moved right by `x`. */
function keypoints(x = 0): Keypoints {
  const { value, jacobian } = createKeypoints(COUNT);
  for (let i = 0; i < value.length; i++) value[i] = PLACES[i] + (i % 2 === 0 ? x : 0);
  for (let i = 0; i < jacobian.length; i++) jacobian[i] = i % 4 === 0 || i % 4 === 3 ? 1 : 0;
  return { value, jacobian };
}

class Session {
  readonly #motion = new DriverMotion(keypoints(0.2), face());
  #timeMs = 0;

  /** How far the portrait goes to the right when the driver is at `x`, in relative mode. */
  follow(
    x: number,
    landmarks = face(),
    { afterMs = 40, ...change }: Partial<DrivingFrame> & { afterMs?: number } = {},
  ) {
    this.#timeMs += afterMs;
    const frame: DrivingFrame = {
      picture: new Float32Array(0),
      sizePx: 64,
      landmarks,
      timeMs: this.#timeMs,
      mode: 'relative',
      smoothing: 0,
      reference: 'keep',
      ...change,
    };
    return this.#motion.follow(frame, keypoints(x)).value[0] - PLACES[0] - 0.2;
  }
}

describe('DriverMotion', () => {
  test('begins at the first frame, and moves as the driver does from there', () => {
    const session = new Session();
    expect(session.follow(0.5)).toBeCloseTo(0);
    expect(session.follow(0.6)).toBeCloseTo(0.1);
  });

  test('takes a frame of the first seconds whose pose is nearer to the portrait’s, and glides there', () => {
    const session = new Session();
    session.follow(0.5, face({ yawRad: 0.6 }));
    const gliding = session.follow(0.8, face());
    expect(gliding).toBeGreaterThan(0.1);
    expect(gliding).toBeLessThan(0.29);
    expect(session.follow(0.8, face(), { afterMs: 1000 })).toBeCloseTo(0, 2);
    // A face as near as the best so far changes nothing, nor does one that is less like the portrait.
    expect(session.follow(0.9, face(), { afterMs: 1000 })).toBeCloseTo(0.1, 2);
    session.follow(0.3, face({ yawRad: 0.5 }));
    expect(session.follow(0.9, face(), { afterMs: 1000 })).toBeCloseTo(0.1, 2);
  });

  test('stops looking for a better frame after some seconds', () => {
    const session = new Session();
    session.follow(0.5, face({ yawRad: 0.6 }));
    session.follow(0.8, face(), { afterMs: LONG_MS });
    expect(session.follow(0.8, face(), { afterMs: 1000 })).toBeCloseTo(0.3, 2);
  });

  test('takes the frame that the driver calls neutral, whenever it comes, and looks for no other', () => {
    const session = new Session();
    session.follow(0.5, face(), { reference: 'keep' });
    session.follow(0.7, face({ yawRad: 0.6 }), { reference: 'this', afterMs: LONG_MS });
    expect(session.follow(0.7, face(), { afterMs: 1000 })).toBeCloseTo(0, 2);
    const early = new Session();
    early.follow(0.7, face({ yawRad: 0.6 }), { reference: 'this' });
    expect(early.follow(0.9, face(), { afterMs: 1000 })).toBeCloseTo(0.2);
  });

  test('forgets the driver when another comes', () => {
    const session = new Session();
    session.follow(0.5, face(), { reference: 'this' });
    expect(session.follow(-0.5, face({ yawRad: 0.9 }), { reference: 'other' })).toBeCloseTo(0);
    expect(session.follow(-0.4, face({ yawRad: 0.9 }), { afterMs: LONG_MS })).toBeCloseTo(0.1);
  });

  test('gives the driver’s own keypoints in absolute mode', () => {
    const session = new Session();
    session.follow(0.5, face(), { mode: 'absolute' });
    expect(session.follow(0.6, face(), { mode: 'absolute' })).toBeCloseTo(0.4);
    expect(session.follow(0.6)).toBeCloseTo(0.1);
  });

  test('calms jitter as far as it is asked to', () => {
    const swing = (smoothing: number) => {
      const session = new Session();
      session.follow(0, face(), { reference: 'this', smoothing });
      let most = 0;
      for (let i = 0; i < 20; i++) {
        most = Math.max(most, Math.abs(session.follow(i % 2 === 0 ? 0.002 : -0.002, face(), { smoothing })));
      }
      return most;
    };
    expect(swing(0)).toBeCloseTo(0.002, 4);
    expect(swing(0.4)).toBeLessThan(0.0012);
    expect(swing(1)).toBeLessThan(swing(0.4) / 2);
  });
});

describe('poseDistance', () => {
  test('is nothing for one pose in another place and size, and grows with the turn', () => {
    expect(poseDistance(face(), face({ scale: 90, x: -30 }))).toBeLessThan(1e-6);
    const [slight, strong] = [0.2, 0.5].map((yawRad) => poseDistance(face(), face({ yawRad })));
    expect(slight).toBeGreaterThan(0.01);
    expect(strong).toBeGreaterThan(2 * slight);
  });
});
