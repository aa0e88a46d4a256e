import { describe, expect, test } from 'vitest';
import { chooseEyes } from './eye-schedule.ts';

const STILL = 0.1;
const BLINKING = 2;

describe('chooseEyes', () => {
  test('looks at no eye at rest, but again after three frames', () => {
    expect(chooseEyes([STILL, STILL], [1, 1]).now).toEqual([]);
    expect(chooseEyes([STILL, STILL], [3, 3]).now).toEqual([]);
    expect(chooseEyes([STILL, STILL], [1, 4]).now).toEqual([1]);
  });

  test('looks at both eyes when there is no answer yet', () => {
    const never = Number.POSITIVE_INFINITY;
    expect(chooseEyes([never, never], [never, never])).toEqual({ now: [0, 1], perhaps: null });
  });

  test('looks at the one that changed: a wink', () => {
    expect(chooseEyes([STILL, BLINKING], [1, 1])).toEqual({ now: [1], perhaps: null });
    expect(chooseEyes([BLINKING, STILL], [1, 2])).toEqual({ now: [0], perhaps: null });
  });

  test('looks at both when both change', () => {
    expect(chooseEyes([BLINKING, BLINKING], [1, 1])).toEqual({ now: [0, 1], perhaps: null });
    expect(chooseEyes([BLINKING, BLINKING], [3, 1])).toEqual({ now: [0, 1], perhaps: null });
  });

  test('of two whose answers are old takes the one that changed or the older one, and the other one if that has moved', () => {
    expect(chooseEyes([STILL, BLINKING], [4, 4])).toEqual({ now: [1], perhaps: 0 });
    expect(chooseEyes([BLINKING, STILL], [4, 4])).toEqual({ now: [0], perhaps: 1 });
    expect(chooseEyes([STILL, STILL], [4, 4])).toEqual({ now: [0], perhaps: 1 });
  });

  test('eyes at rest take turns, one in a frame', () => {
    const ages = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const looks: number[] = [];
    for (let frame = 0; frame < 41; frame++) {
      for (const eye of [0, 1]) ages[eye]++;
      const { now } = chooseEyes([STILL, STILL], ages);
      for (const eye of now) ages[eye] = 0;
      if (frame > 0) looks.push(now.length);
      expect(Math.max(...ages)).toBeLessThan(5);
    }
    expect(Math.max(...looks)).toBe(1);
    expect(looks.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(20);
  });
});
