import { beforeEach, describe, expect, test } from 'vitest';
import { EyeMemory } from './eye-memory.ts';

const SIDE = 64;
const ANSWER = Float32Array.of(1, 2, 3);
let memory: EyeMemory;

/** A grey crop with a darker iris, `lid` rows of which are covered by skin from above. */
function eye({ lid = 0, gain = 1, noise = 0, irisX = 32 } = {}): Float32Array {
  const crop = new Float32Array(3 * SIDE * SIDE);
  for (let i = 0; i < crop.length; i++) {
    const x = i % SIDE;
    const y = Math.floor(i / SIDE) % SIDE;
    const iris = y < 26 + lid ? 0 : Math.min(1, Math.max(0, 6.5 - Math.hypot(x - irisX, y - 32)));
    // A cheap hash: the same noise in every run.
    const random = ((Math.imul(i + 1, 2654435761) >>> 8) % 1000) / 1000 - 0.5;
    crop[i] = (0.6 - 0.4 * iris) * gain + random * noise;
  }
  return crop;
}

beforeEach(() => {
  memory = new EyeMemory(SIDE, ANSWER.length);
  expect(memory.recognises(eye())).toBe(false);
  memory.remember(ANSWER);
});

describe('EyeMemory', () => {
  test('knows the picture again, also with a camera’s noise and a change of light, and keeps the answer', () => {
    expect(memory.recognises(eye({ noise: 0.08 }))).toBe(true);
    expect(memory.recognises(eye({ gain: 1.02 }))).toBe(true);
    expect([...memory.answer]).toEqual([...ANSWER]);
  });

  test('wants a new answer when the lid falls or the eye turns', () => {
    expect(memory.recognises(eye({ lid: 4 }))).toBe(false);
    memory.remember(ANSWER);
    expect(memory.recognises(eye({ lid: 4, irisX: 35 }))).toBe(false);
  });

  test('compares with the picture of the answer, so that slow changes add up', () => {
    expect(memory.recognises(eye({ irisX: 32.2 }))).toBe(true);
    expect(memory.recognises(eye({ irisX: 34 }))).toBe(false);
  });

  test('uses an answer for a bounded number of frames only', () => {
    let reuses = 0;
    while (reuses < 100 && memory.recognises(eye())) reuses++;
    expect(reuses).toBe(2);
  });

  test('forgets when told to', () => {
    memory.forget();
    expect(memory.recognises(eye())).toBe(false);
  });
});
