import { describe, expect, it } from 'vitest';
import { reconnecting } from '../config.ts';
import { BackoffPolicy } from './reconnect-policy.ts';

describe('reconnect policy', () => {
  it('waits longer each time, up to the longest delay', () => {
    const policy = new BackoffPolicy(() => 0);
    const delays = [0, 1, 2, 3, 20].map((attempt) => policy.nextDelayMs(attempt, 0));
    expect(delays).toEqual([300, 600, 1200, 2400, reconnecting.maxDelayMs]);
  });

  it('spreads the delays by its jitter', () => {
    expect(new BackoffPolicy(() => 1).nextDelayMs(0, 0)).toBe(300 * (1 - reconnecting.jitter));
    expect(new BackoffPolicy(() => 0.5).nextDelayMs(0, 0)).toBe(300 * (1 - reconnecting.jitter / 2));
  });

  it('gives up after the time limit, however many attempts there were', () => {
    const policy = new BackoffPolicy();
    expect(policy.nextDelayMs(1000, reconnecting.giveUpAfterMs - 1)).not.toBeNull();
    expect(policy.nextDelayMs(1, reconnecting.giveUpAfterMs)).toBeNull();
  });
});
