import { expect, test } from 'vitest';
import { DoublingRestarts } from './restart-policy.ts';

test('a process that dies again and again is started ever more slowly, up to a limit', () => {
  const policy = new DoublingRestarts(50, 1000);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => policy.nextDelayMs(100))).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
});

test('a process that lived long is started at once', () => {
  const policy = new DoublingRestarts(50, 1000);
  policy.nextDelayMs(100);
  policy.nextDelayMs(100);
  expect(policy.nextDelayMs(60_000)).toBe(50);
  expect(policy.nextDelayMs(100)).toBe(100);
});
