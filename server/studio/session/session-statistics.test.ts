import { expect, it } from 'vitest';
import { SessionStatistics } from './session-statistics.ts';

it('tells nothing before it has something to tell', () => {
  expect(new SessionStatistics().report(1000)).toEqual({ fps: null, serverMs: null, stages: null, sentFrames: 0 });
});

it('counts the frames of the last second and takes the median of their times, whole and by stage', () => {
  const statistics = new SessionStatistics();
  const stages = (receiveMs: number, performMs: number, sendMs: number) => ({ receiveMs, performMs, sendMs });
  statistics.frameSent(0, stages(500, 300, 200));
  statistics.frameSent(500, stages(1, 7, 2));
  statistics.frameSent(900, stages(80, 6, 4));
  statistics.frameSent(1200, stages(6, 11, 3));
  statistics.frameSent(1300, null);
  expect(statistics.report(1400)).toEqual({ fps: 4, serverMs: 20, stages: stages(6, 7, 3), sentFrames: 5 });
  expect(statistics.report(2250)).toEqual({ fps: 1, serverMs: null, stages: null, sentFrames: 5 });
  expect(statistics.report(9000)).toEqual({ fps: 0, serverMs: null, stages: null, sentFrames: 5 });
});
