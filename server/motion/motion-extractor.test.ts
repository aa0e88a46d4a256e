import { describe, expect, it } from 'vitest';
import type { SessionSettings } from '../../shared/settings.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { EYES, LIPS, mirrorPoints } from '../face/face-topology.ts';
import { ALL_SEEN, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { trueTurn } from './head-pose.ts';
import type { Motion } from './motion.ts';
import { MotionExtractor, neutralMotion } from './motion-extractor.ts';
import { applySimilarity, identitySimilarity } from './procrustes.ts';
import type { HeadAngles } from './rotation.ts';
import { fromAngles, toAngles } from './rotation.ts';

const RAW: SessionSettings = { ...DEFAULT_SETTINGS, mirror: false, smoothing: 0 };
const FRAME_MS = 1000 / 30;

interface Pose extends Partial<HeadAngles> {
  readonly x?: number;
  readonly y?: number;
  readonly size?: number;
}

/** A driver's face under a pose, in pixels; `shape` in canonical units. */
function driver(pose: Pose = {}, shape: ArrayLike<number> = CANONICAL_FACE): FaceLandmarks {
  const similarity = identitySimilarity();
  fromAngles({ yawRad: 0, pitchRad: 0, rollRad: 0, ...pose }, similarity.rotation);
  similarity.scale = pose.size ?? 100;
  similarity.translation.set([pose.x ?? 320, pose.y ?? 240, 0]);
  return { points: applySimilarity(similarity, shape, new Float32Array(shape.length)), confidence: 1 };
}

/** The canonical face with each eye's lids brought together: 1 open … 0 shut. */
function lidsAt(left: number, right: number): Float32Array {
  const shape = CANONICAL_FACE.slice();
  [left, right].forEach((opening, e) => {
    for (let k = 1; k < 8; k++) {
      const upper = 3 * EYES[e].upperLid[k];
      const lower = 3 * EYES[e].lowerLid[k];
      for (let c = 0; c < 3; c++) shape[upper + c] = shape[lower + c] + (shape[upper + c] - shape[lower + c]) * opening;
    }
  });
  return shape;
}

function mouthOpen(amount: number): Float32Array {
  const shape = CANONICAL_FACE.slice();
  for (const point of [...LIPS.lowerInner.slice(1, -1), ...LIPS.lowerOuter.slice(1, -1), 152]) {
    shape[3 * point + 1] += amount;
  }
  return shape;
}

function calibrated(settings: SessionSettings = RAW, reference = driver()): MotionExtractor {
  const extractor = new MotionExtractor();
  extractor.configure(settings);
  extractor.setReference(reference);
  return extractor;
}

const strengths = (strength: number) => ({
  poseStrength: strength,
  mouthStrength: strength,
  browStrength: strength,
  eyeStrength: strength,
});

function expectNeutral(motion: Motion, digits = 4): void {
  const neutral = neutralMotion();
  for (let i = 0; i < 9; i++) expect(motion.rotation[i]).toBeCloseTo(neutral.rotation[i], digits);
  expect(motion.scale).toBeCloseTo(1, digits);
  for (const value of motion.translation) expect(value).toBeCloseTo(0, digits);
  for (const value of motion.expression) expect(Math.abs(value)).toBeLessThan(10 ** -digits);
  for (const opening of motion.lidOpening) expect(opening).toBeCloseTo(1, digits);
  for (const value of motion.gaze.flat()) expect(value).toBeCloseTo(0, digits);
}

describe('MotionExtractor, relative', () => {
  it('reads no motion from the reference itself, whatever its pose', () => {
    const reference = driver({ yawRad: 0.2, pitchRad: -0.1, rollRad: 0.15, size: 73 }, mouthOpen(0.1));
    for (const mirror of [false, true]) {
      expectNeutral(calibrated({ ...RAW, mirror }, reference).extract(reference, 0));
    }
  });

  it('reads the head’s turn, shift and growth', () => {
    const angles = { yawRad: 0.3, pitchRad: -0.15, rollRad: 0.1 };
    const motion = calibrated().extract(driver({ ...angles, x: 340, y: 230, size: 120 }), 0);
    const read = toAngles(motion.rotation);
    const corrected = trueTurn(angles);
    expect(read.yawRad).toBeCloseTo(corrected.yawRad, 3);
    expect(read.pitchRad).toBeCloseTo(corrected.pitchRad, 3);
    expect(read.rollRad).toBeCloseTo(corrected.rollRad, 3);
    expect(motion.scale).toBeCloseTo(1.2, 3);
    expect(motion.translation[0]).toBeCloseTo(0.2, 2);
    expect(motion.translation[1]).toBeCloseTo(-0.1, 2);
    // What the correction of the turn leaves in the shape of a face whose depths are right.
    for (const value of motion.expression) expect(Math.abs(value)).toBeLessThan(0.04);
  });

  it('reads the same expression from a driver near and far', () => {
    const near = calibrated(RAW, driver({ size: 200 })).extract(driver({ size: 200 }, mouthOpen(0.3)), 0);
    const far = calibrated(RAW, driver({ size: 40 })).extract(driver({ size: 40 }, mouthOpen(0.3)), 0);
    expect(near.expression[3 * 14 + 1]).toBeCloseTo(0.3, 2);
    expect(far.expression[3 * 14 + 1]).toBeCloseTo(near.expression[3 * 14 + 1], 3);
  });

  it('mirrors turns, shifts, winks and glances', () => {
    const plain = calibrated();
    const mirrored = calibrated({ ...RAW, mirror: true });
    const face = driver({ yawRad: 0.25, rollRad: 0.1, x: 350 }, lidsAt(0, 1));
    const a = plain.extract(face, 0);
    const b = mirrored.extract(face, 0);
    expect(toAngles(b.rotation).yawRad).toBeCloseTo(-toAngles(a.rotation).yawRad, 4);
    expect(toAngles(b.rotation).rollRad).toBeCloseTo(-toAngles(a.rotation).rollRad, 4);
    expect(b.translation[0]).toBeCloseTo(-a.translation[0], 4);
    expect(b.lidOpening[0]).toBeCloseTo(a.lidOpening[1], 4);
    expect(b.lidOpening[1]).toBeCloseTo(a.lidOpening[0], 4);
  });

  it('gives a mirrored driver the motion of the driver in the mirror', () => {
    const face = driver({ yawRad: 0.2, pitchRad: 0.1 }, mouthOpen(0.2));
    const inMirror = { points: mirrorPoints(face.points, new Float32Array(face.points.length)), confidence: 1 };
    const home = driver();
    const homeInMirror = { points: mirrorPoints(home.points, new Float32Array(home.points.length)), confidence: 1 };
    const a = calibrated({ ...RAW, mirror: true }, home).extract(face, 0);
    const b = calibrated(RAW, homeInMirror).extract(inMirror, 0);
    for (let i = 0; i < 9; i++) expect(a.rotation[i]).toBeCloseTo(b.rotation[i], 5);
    expect(a.translation[0]).toBeCloseTo(b.translation[0], 5);
  });

  it('closes closed lids fully, both or one, and opens them again', () => {
    const extractor = calibrated();
    expect(extractor.extract(driver({}, lidsAt(0.25, 0.25)), 0).lidOpening).toEqual([0, 0]);
    const [left, right] = extractor.extract(driver({}, lidsAt(1, 0.2)), 33).lidOpening;
    expect(left).toBeGreaterThan(0.9);
    expect(right).toBe(0);
    expect(extractor.extract(driver(), 66).lidOpening[0]).toBeCloseTo(1, 3);
  });

  it('reads where the irises go, and holds it through a blink', () => {
    const shape = CANONICAL_FACE.slice();
    for (const eye of EYES) for (const point of [eye.irisCenter, ...eye.irisRing]) shape[3 * point] += 0.05;
    const extractor = calibrated();
    const looking = extractor.extract(driver({}, shape), 0);
    expect(looking.gaze[0][0]).toBeGreaterThan(0.05);
    expect(looking.gaze[1][0]).toBeCloseTo(looking.gaze[0][0], 2);
    const blinking = extractor.extract(driver({}, lidsAt(0.2, 0.2)), 33);
    expect(blinking.gaze[0][0]).toBeCloseTo(looking.gaze[0][0], 5);
  });

  it('multiplies pose and expression by their strengths', () => {
    const face = driver({ yawRad: 0.2, x: 330, size: 110 }, mouthOpen(0.3));
    const full = calibrated().extract(face, 0);
    const half = calibrated({ ...RAW, ...strengths(0.5) }).extract(face, 0);
    expect(toAngles(half.rotation).yawRad).toBeCloseTo(toAngles(full.rotation).yawRad / 2, 3);
    expect(half.translation[0]).toBeCloseTo(full.translation[0] / 2, 5);
    expect(half.scale).toBeCloseTo(Math.sqrt(full.scale), 5);
    expect(half.expression[3 * 14 + 1]).toBeCloseTo(full.expression[3 * 14 + 1] / 2, 5);
    expectNeutral(calibrated({ ...RAW, ...strengths(0) }).extract(face, 0));
  });
});

describe('MotionExtractor, its reference', () => {
  it('begins with the first face, takes a more neutral one without a jump, and then keeps it', () => {
    const extractor = new MotionExtractor();
    extractor.configure(RAW);
    expect(extractor.reference).toBeNull();
    const turned = driver({ yawRad: 0.4 }, mouthOpen(0.3));
    const neutral = driver();
    expectNeutral(extractor.extract(turned, 0));
    let last = 0;
    let largestStep = 0;
    let timeMs = FRAME_MS;
    for (; timeMs < 1500; timeMs += FRAME_MS) {
      const { yawRad } = toAngles(extractor.extract(neutral, timeMs).rotation);
      largestStep = Math.max(largestStep, Math.abs(yawRad - last));
      last = yawRad;
    }
    // The first step is the driver's own turn; afterwards the portrait comes to face the viewer.
    expect(last).toBeCloseTo(0, 2);
    expect(largestStep).toBeLessThan(0.41);
    expect(extractor.reference?.points).toEqual(neutral.points);
    for (; timeMs < 12_000; timeMs += 100) extractor.extract(driver({ yawRad: 0.05 }), timeMs);
    expect(extractor.reference?.points).toEqual(neutral.points);
    expect(toAngles(extractor.extract(driver({ yawRad: 0.05 }), timeMs).rotation).yawRad).toBeCloseTo(0.05, 2);
  });

  it('keeps a calibrated face, whatever comes', () => {
    const reference = driver({ yawRad: 0.3 });
    const extractor = calibrated(RAW, reference);
    for (let timeMs = 0; timeMs < 3000; timeMs += 100) extractor.extract(driver(), timeMs);
    expect(extractor.reference?.points).toEqual(reference.points);
    expectNeutral(extractor.extract(reference, 3100));
  });

  it('is not changed by the caller’s later writing to the landmarks', () => {
    const reference = driver();
    const extractor = calibrated(RAW, reference);
    const kept = reference.points.slice();
    reference.points.fill(0);
    expect(extractor.reference?.points).toEqual(kept);
  });

  it('is looked for anew after a reset and after setReference(null)', () => {
    const extractor = calibrated();
    extractor.extract(driver(), 0);
    extractor.setReference(null);
    expect(extractor.reference).toBeNull();
    extractor.extract(driver({ size: 90 }), 33);
    expect(extractor.reference?.points).toEqual(driver({ size: 90 }).points);
    extractor.reset();
    expect(extractor.reference).toBeNull();
    expectNeutral(extractor.extract(driver({ yawRad: 0.3 }), 66));
  });

  it('finds the more neutral of faces', () => {
    const extractor = new MotionExtractor();
    const neutral = extractor.neutrality(driver());
    for (const other of [
      driver({ yawRad: 0.3 }),
      driver({ pitchRad: 0.3 }),
      driver({}, mouthOpen(0.3)),
      driver({}, lidsAt(0.2, 0.2)),
    ]) {
      expect(extractor.neutrality(other)).toBeGreaterThan(neutral + 1);
    }
    expect(extractor.reference).toBeNull();
  });
});

describe('MotionExtractor, absolute', () => {
  it('measures the turn and the expression against the canonical face', () => {
    const turn = { yawRad: 0.3, pitchRad: 0, rollRad: 0 };
    const turned = driver(turn, mouthOpen(0.2));
    const extractor = calibrated({ ...RAW, mode: 'absolute' }, turned);
    const motion = extractor.extract(turned, 0);
    expect(toAngles(motion.rotation).yawRad).toBeCloseTo(trueTurn(turn).yawRad, 3);
    expect(motion.expression[3 * 14 + 1]).toBeCloseTo(0.2, 2);
    expect(motion.translation[0]).toBeCloseTo(0, 5);
    expect(motion.scale).toBeCloseTo(1, 5);
  });
});

describe('MotionExtractor, absolute, and the driver’s own features', () => {
  it('does not take a long face for an expression', () => {
    const long = CANONICAL_FACE.map((value, i) => (i % 3 === 1 && value > 0.3 ? value + 0.15 * (value - 0.3) : value));
    const extractor = calibrated({ ...RAW, mode: 'absolute' }, driver({}, long));
    const motion = extractor.extract(driver({ yawRad: 0.2 }, long), 0);
    for (const value of motion.expression) expect(Math.abs(value)).toBeLessThan(0.03);
    expect(toAngles(motion.rotation).yawRad).toBeGreaterThan(0.15);
  });

  it('opens eyes that the reference had closed', () => {
    const extractor = calibrated({ ...RAW, mode: 'absolute' }, driver({}, lidsAt(0.2, 0.2)));
    expect(extractor.extract(driver(), 0).lidOpening[0]).toBeGreaterThan(0.9);
    expect(extractor.extract(driver({}, lidsAt(0.2, 0.2)), 33).lidOpening[0]).toBe(0);
  });
});

describe('MotionExtractor, what is covered and whom it is for', () => {
  const hidden = (...regions: FaceRegion[]): FaceVisibility => ({
    irises: [1, 1],
    regions: { ...ALL_SEEN.regions, ...Object.fromEntries(regions.map((region) => [region, 0])) },
  });

  it('holds the mouth under a hand and lets the lids go on', () => {
    const extractor = calibrated();
    for (let i = 0; i < 10; i++) extractor.extract(driver(), i * FRAME_MS);
    const grimace = lidsAt(0.2, 0.2);
    const open = mouthOpen(0.4);
    for (const point of [...LIPS.lowerInner, ...LIPS.lowerOuter]) grimace[3 * point + 1] = open[3 * point + 1];
    let motion: Motion | null = null;
    for (let i = 10; i < 25; i++) {
      motion = extractor.extract({ ...driver({}, grimace), visibility: hidden('mouth', 'jaw') }, i * FRAME_MS);
    }
    expect(Math.abs(motion!.expression[3 * 14 + 1])).toBeLessThan(0.02);
    expect(motion!.lidOpening[0]).toBe(0);
  });

  it('knows in a mirror which eye is covered', () => {
    const extractor = calibrated({ ...RAW, mirror: true });
    const wink = { ...driver({}, lidsAt(0.2, 1)), visibility: hidden('eyeLeft') };
    let motion: Motion | null = null;
    for (let i = 0; i < 20; i++) motion = extractor.extract(wink, i * FRAME_MS);
    for (const opening of motion!.lidOpening) expect(opening).toBeCloseTo(1, 1);
  });

  it('fits the mouth to the portrait’s, and leaves it as it is for the driver’s own portrait', () => {
    const face = driver({}, mouthOpen(0.3));
    const small = CANONICAL_FACE.slice();
    for (const points of Object.values(LIPS)) for (const point of new Set(points)) small[3 * point] *= 0.8;
    const pursed = mouthOpen(0.3);
    for (const points of Object.values(LIPS)) for (const point of new Set(points)) pursed[3 * point] *= 0.9;
    const corner = 3 * LIPS.upperInner[0];
    const plain = calibrated().extract(driver({}, pursed), 0);
    const own = calibrated();
    own.fitTo(driver({ size: 60, x: 100 }));
    expect(own.extract(face, 0).expression[3 * 14 + 1]).toBeCloseTo(0.3, 2);
    const other = calibrated();
    other.fitTo(driver({}, small));
    expect(other.extract(driver({}, pursed), 0).expression[corner]).toBeCloseTo(0.8 * plain.expression[corner], 2);
  });
});

describe('MotionExtractor, smoothing', () => {
  const jitter = (i: number) => driver({ x: 320 + 0.3 * Math.sin(i * 2.7), yawRad: 0.004 * Math.sin(i * 1.9) });
  const spreadOf = (smoothing: number) => {
    const extractor = calibrated({ ...RAW, smoothing });
    const yaws: number[] = [];
    for (let i = 0; i < 90; i++) yaws.push(toAngles(extractor.extract(jitter(i), i * FRAME_MS).rotation).yawRad);
    return Math.max(...yaws.slice(30)) - Math.min(...yaws.slice(30));
  };

  it('calms a still face more the higher it is set', () => {
    expect(spreadOf(0.4)).toBeLessThan(0.55 * spreadOf(0));
    expect(spreadOf(1)).toBeLessThan(0.55 * spreadOf(0.4));
  });

  it('lets a blink of 130 ms close the eyes at the default', () => {
    const extractor = calibrated({ ...RAW, smoothing: DEFAULT_SETTINGS.smoothing });
    for (let i = 0; i < 10; i++) extractor.extract(driver(), i * FRAME_MS);
    const openings = [0.6, 0.2, 0.2, 0.6].map(
      (gap, i) => extractor.extract(driver({}, lidsAt(gap, gap)), (10 + i) * FRAME_MS).lidOpening[0],
    );
    expect(Math.min(...openings)).toBeLessThan(0.12);
  });

  it('follows a quick turn within three frames at the default', () => {
    const extractor = calibrated({ ...RAW, smoothing: DEFAULT_SETTINGS.smoothing });
    for (let i = 0; i < 10; i++) extractor.extract(driver(), i * FRAME_MS);
    let yaw = 0;
    for (let i = 10; i < 13; i++) {
      yaw = toAngles(extractor.extract(driver({ yawRad: 0.3 }), i * FRAME_MS).rotation).yawRad;
    }
    expect(yaw).toBeGreaterThan(0.27);
  });
});
