import { describe, expect, test } from 'vitest';
import { LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import { createRgbaImage } from '../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../motion/canonical-face.ts';
import { trueTurn } from '../../motion/head-pose.ts';
import { applySimilarity } from '../../motion/procrustes.ts';
import { fromAngles } from '../../motion/rotation.ts';
import { faceBox, landmarkDistance, mouthBox, poseError, readFaceState } from './face-comparison.ts';
import { boxAround, meanAbsoluteError } from './picture-error.ts';
import { SeededNoise } from './seeded-noise.ts';
import { correlationOf, deviationOf, meanOf } from './statistics.ts';

const WHOLE = { left: 0, top: 0, right: 512, bottom: 512 };
const DEG = Math.PI / 180;

/** The canonical face in the middle of a picture of 512 pixels, turned. */
function face({ yawDeg = 0, pitchDeg = 0, rollDeg = 0, shiftPx = 0 } = {}) {
  const angles = { yawRad: yawDeg * DEG, pitchRad: pitchDeg * DEG, rollRad: rollDeg * DEG };
  const rotation = fromAngles(angles, new Float64Array(9));
  const pose = { rotation, scale: 90, translation: Float64Array.of(256 + shiftPx, 256, 0) };
  return { points: applySimilarity(pose, CANONICAL_FACE, new Float32Array(LANDMARK_COUNT * 3)), confidence: 1 };
}

describe('errors of pictures', () => {
  test('a picture that is darker by 51 of 255 in one part errs by a fifth there, and by its share of a larger box', () => {
    const [a, b] = [createRgbaImage(20, 10), createRgbaImage(20, 10)];
    const part = { left: 4, top: 2, right: 9, bottom: 8 };
    for (let y = part.top; y < part.bottom; y++) {
      for (let x = part.left; x < part.right; x++) a.data.set([51, 51, 51], 4 * (20 * y + x));
    }
    expect(meanAbsoluteError(a, b, part)).toBeCloseTo(0.2, 10);
    expect(meanAbsoluteError(a, b, { left: 0, top: 0, right: 20, bottom: 10 })).toBeCloseTo((0.2 * 30) / 200, 10);
    expect(meanAbsoluteError(a, b, { left: 9, top: 0, right: 20, bottom: 10 })).toBe(0);
  });

  test('an empty box has no error, rather than none', () => {
    const a = createRgbaImage(4, 4);
    expect(meanAbsoluteError(a, a, boxAround([9, 9, 0], [0], { left: 0, top: 0, right: 4, bottom: 4 }))).toBeNull();
  });

  test('the boxes of face and mouth stay where the camera saw', () => {
    const seen = { left: 200, top: 100, right: 300, bottom: 300 };
    for (const box of [faceBox(face(), seen), mouthBox(face(), seen)]) {
      expect(box.left).toBeGreaterThanOrEqual(200);
      expect(box.bottom).toBeLessThanOrEqual(300);
    }
    const [whole, mouth] = [faceBox(face(), WHOLE), mouthBox(face(), WHOLE)];
    expect(mouth.right - mouth.left).toBeGreaterThan(0.2 * (whole.right - whole.left));
    expect(mouth.right - mouth.left).toBeLessThan(0.6 * (whole.right - whole.left));
    expect(mouth.top).toBeGreaterThan((whole.top + whole.bottom) / 2);
  });
});

describe('differences of faces', () => {
  test('a shifted face is as far as it was shifted, over the distance of its outer eye corners', () => {
    const [truth, ours] = [face(), face({ shiftPx: 9 })];
    const eyesPx = truth.points[3 * 263] - truth.points[3 * 33];
    expect(landmarkDistance(truth, ours)).toBeCloseTo(9 / eyesPx, 4);
    expect(landmarkDistance(truth, truth)).toBe(0);
  });

  test.each<[{ yawDeg?: number; pitchDeg?: number; rollDeg?: number }, string]>([
    [{ yawDeg: 6 }, 'yawDeg'],
    [{ pitchDeg: -5 }, 'pitchDeg'],
    [{ rollDeg: 4 }, 'rollDeg'],
  ])('a head turned by %j errs by that', (turn, axis) => {
    const error = poseError(readFaceState(face()), readFaceState(face(turn)));
    // Poses are corrected for the flat depths of real landmarks; these are not flat.
    const { yawRad, pitchRad, rollRad } = trueTurn({
      yawRad: ((turn.yawDeg ?? 0) * Math.PI) / 180,
      pitchRad: ((turn.pitchDeg ?? 0) * Math.PI) / 180,
      rollRad: ((turn.rollDeg ?? 0) * Math.PI) / 180,
    });
    const degrees = (Math.abs(yawRad + pitchRad + rollRad) * 180) / Math.PI;
    for (const angle of ['yawDeg', 'pitchDeg', 'rollDeg', 'totalDeg'] as const) {
      expect(error[angle]).toBeCloseTo(angle === axis || angle === 'totalDeg' ? degrees : 0, 2);
    }
  });

  test('a turned head opens its mouth no more than before', () => {
    expect(readFaceState(face({ yawDeg: 20, rollDeg: 15 })).mouthOpening).toBeCloseTo(
      readFaceState(face()).mouthOpening,
      3,
    );
  });
});

describe('statistics', () => {
  test('means leave out what is not known', () => {
    expect(meanOf([1, null, 3])).toBe(2);
    expect(meanOf([null])).toBeNull();
    expect(deviationOf([2, 4])).toBe(1);
  });

  test('correlation is of shape, not of size, and of nothing where there is no variation', () => {
    expect(correlationOf([1, 2, 4, 3], [10, 20, 40, 30])).toBeCloseTo(1, 10);
    expect(correlationOf([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 10);
    expect(correlationOf([1, 2, 1, 2], [1, 1, 2, 2])).toBeCloseTo(0, 10);
    expect(correlationOf([1, 2], [5, 5])).toBeNull();
  });
});

describe('noise', () => {
  const grey = createRgbaImage(64, 64);
  grey.data.fill(128);

  test('has the wanted strength, another pattern in each picture, and the same ones in each run', () => {
    const [one, other] = [new SeededNoise(3, 2.5), new SeededNoise(3, 2.5)];
    const first = one.addTo(grey);
    const colours = [...first.data].filter((_, i) => i % 4 !== 3);
    expect(meanOf(colours)).toBeCloseTo(128, 0);
    expect(deviationOf(colours)).toBeGreaterThan(2.3);
    expect(deviationOf(colours)).toBeLessThan(2.7);
    expect(Buffer.compare(first.data, one.addTo(grey).data)).not.toBe(0);
    expect(Buffer.compare(first.data, other.addTo(grey).data)).toBe(0);
    expect(first.data.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
  });

  test('black and white do not wrap round', () => {
    const black = createRgbaImage(32, 32);
    expect(Math.max(...new SeededNoise(1, 2.5).addTo(black).data.filter((_, i) => i % 4 !== 3))).toBeLessThan(20);
  });
});
