import { expect, it } from 'vitest';
import { clock, describeProgress } from './progress.mjs';

it('times are minutes and seconds', () => {
  expect([0, 7_900, 133_000, 3_600_000].map(clock)).toEqual(['0:00', '0:07', '2:13', '60:00']);
});

it('progress tells what is known', () => {
  expect(describeProgress({})).toBe('');
  expect(describeProgress({ done: 3 })).toBe('3');
  expect(describeProgress({ done: 3, total: 9, detail: 'a file' })).toBe('[3/9] a file');
});
