import { beforeEach, describe, expect, test } from 'vitest';
import { EyeMemory } from './eye-memory.ts';

const SIDE = 64;
/** Two points. */
const ANSWER = Float32Array.of(20, 30, 1, 40, 32, 2);
/** What a camera's noise and a change of light may come to, in contrasts. */
const REST = 0.3;
let memory: EyeMemory;

/** A grey crop with a darker iris, `lid` rows of which are covered by skin from above. */
function eye({ lid = 0, gain = 1, noise = 0, irisX = 32, shiftY = 0 } = {}): Float32Array {
  const crop = new Float32Array(3 * SIDE * SIDE);
  for (let i = 0; i < crop.length; i++) {
    const x = i % SIDE;
    const y = (Math.floor(i / SIDE) % SIDE) - shiftY;
    // Soft edges, as pictures have them.
    const opening = Math.min(1, Math.max(0, (y - 25 - lid) / 3));
    const iris = opening * Math.min(1, Math.max(0, (8 - Math.hypot(x - irisX, y - 32)) / 3));
    // A cheap hash: the same noise in every run.
    const random = ((Math.imul(i + 1, 2654435761) >>> 8) % 1000) / 1000 - 0.5;
    crop[i] = (0.6 - 0.4 * iris) * gain + random * noise;
  }
  return crop;
}

beforeEach(() => {
  memory = new EyeMemory(SIDE, ANSWER.length);
  expect(memory.compare(eye())).toBe(Number.POSITIVE_INFINITY);
  expect(memory.age).toBe(Number.POSITIVE_INFINITY);
  memory.remember(ANSWER);
});

describe('EyeMemory', () => {
  test('knows the picture again, also with a camera’s noise and a change of light, and keeps the answer', () => {
    expect(memory.compare(eye())).toBe(0);
    expect([...memory.answer]).toEqual([...ANSWER]);
    expect(memory.compare(eye({ noise: 0.08 }))).toBeLessThan(REST);
    expect(memory.compare(eye({ gain: 1.1 }))).toBeLessThan(REST);
    ANSWER.forEach((value, i) => {
      expect(Math.abs(memory.answer[i] - value)).toBeLessThan(0.15);
    });
  });

  test('sees the lid fall and the eye turn', () => {
    expect(memory.compare(eye({ lid: 4 }))).toBeGreaterThan(1);
    memory.remember(ANSWER);
    expect(memory.compare(eye({ lid: 4, irisX: 35 }))).toBeGreaterThan(REST);
  });

  test('moves the answer along with a crop that lies otherwise on the face, depths excepted', () => {
    expect(memory.compare(eye({ irisX: 32.5, shiftY: -0.4 }))).toBeLessThan(REST);
    [20.5, 29.6, 1, 40.5, 31.6, 2].forEach((value, i) => {
      expect(Math.abs(memory.answer[i] - value)).toBeLessThan(0.2);
    });
    memory.compare(eye());
    expect([...memory.answer]).toEqual([...ANSWER]);
  });

  test('compares with the picture of the answer, so that slow changes add up', () => {
    const differences = [0.5, 1, 1.5, 2, 3].map((lid) => memory.compare(eye({ lid })));
    expect(differences).toEqual(differences.toSorted((a, b) => a - b));
    expect(differences.at(-1)).toBeGreaterThan(REST);
  });

  test('does not compare what has moved far', () => {
    expect(memory.compare(eye({ shiftY: 6 }))).toBe(Number.POSITIVE_INFINITY);
  });

  test('counts the frames since the answer', () => {
    for (let frame = 1; frame <= 3; frame++) {
      memory.compare(eye());
      expect(memory.age).toBe(frame);
    }
    memory.remember(ANSWER);
    expect(memory.age).toBe(0);
  });

  test('forgets when told to', () => {
    memory.forget();
    expect(memory.compare(eye())).toBe(Number.POSITIVE_INFINITY);
  });
});
