import { expect, it } from 'vitest';
import { SessionStatistics } from './session-statistics.ts';

it('tells nothing before it has something to tell', () => {
  expect(new SessionStatistics().report(1000)).toEqual({ fps: null, serverMs: null, sentFrames: 0 });
});

it('counts the frames of the last second and takes the median of their times', () => {
  const statistics = new SessionStatistics();
  statistics.frameSent(0, 1000);
  for (const [sentMs, serverMs] of [
    [500, 10],
    [900, 90],
    [1200, 20],
    [1300, null],
  ] as const) {
    statistics.frameSent(sentMs, serverMs);
  }
  expect(statistics.report(1400)).toEqual({ fps: 4, serverMs: 20, sentFrames: 5 });
  expect(statistics.report(2250)).toEqual({ fps: 1, serverMs: null, sentFrames: 5 });
  expect(statistics.report(9000)).toEqual({ fps: 0, serverMs: null, sentFrames: 5 });
});
