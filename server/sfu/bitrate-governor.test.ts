import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BitrateGovernor } from './bitrate-governor.ts';

const limits = { minBps: 150_000, startBps: 1_000_000, maxBps: 2_500_000 };

describe('the bitrate of the animated stream', () => {
  test('starts where the settings say, as long as nothing is known', () => {
    expect(new BitrateGovernor(limits).targetBps).toBe(1_000_000);
  });

  test('falls at once to what a poor network carries, less a share for the rest', () => {
    const governor = new BitrateGovernor(limits);
    expect(governor.update('viewer', { availableBps: 400_000, capBps: 1_350_000 })).toBe(360_000);
  });

  test('never falls below the least', () => {
    const governor = new BitrateGovernor(limits);
    expect(governor.update('viewer', { availableBps: 20_000, capBps: 1_350_000 })).toBe(150_000);
  });

  test('rises in steps, up to the most', () => {
    const governor = new BitrateGovernor(limits);
    const rich = { availableBps: 10_000_000, capBps: 20_000_000 };
    const steps = [1, 2, 3, 4].map(() => governor.update('viewer', rich));
    expect(steps).toEqual([1_350_000, 1_822_500, 2_460_375, 2_500_000]);
    expect(governor.update('viewer', rich)).toBeNull();
  });

  test('a quiet stream is not held down by its own small estimate', () => {
    const governor = new BitrateGovernor(limits);
    expect(governor.update('viewer', { availableBps: 270_000, capBps: 270_000 })).toBe(1_350_000);
  });

  test('an estimate that has not followed its raised cap yet limits nothing', () => {
    const governor = new BitrateGovernor(limits);
    const seen = [
      { availableBps: 1_000_000, capBps: 1_000_000 },
      { availableBps: 1_000_000, capBps: 1_600_000 },
      { availableBps: 1_100_000, capBps: 2_000_000 },
    ];
    expect(seen.map((estimate) => governor.update('viewer', estimate))).toEqual([1_350_000, 1_822_500, 2_460_375]);
  });

  test('follows a narrow network up and down, and carefully beyond it', () => {
    const governor = new BitrateGovernor(limits);
    const seen = [
      { availableBps: 500_000, capBps: 1_350_000 },
      { availableBps: 550_000, capBps: 1_350_000 },
      { availableBps: 600_000, capBps: 600_000 }, // no longer the limit
      { availableBps: 600_000, capBps: 735_000 },
      { availableBps: 480_000, capBps: 735_000 }, // it was
    ];
    const targets = seen.map((estimate) => governor.update('viewer', estimate));
    expect(targets).toEqual([450_000, 495_000, 544_500, 598_950, 432_000]);
  });

  test('the weakest viewer counts, until it is gone', () => {
    const governor = new BitrateGovernor(limits);
    governor.update('weak', { availableBps: 400_000, capBps: 1_350_000 });
    expect(governor.update('strong', { availableBps: 9_000_000, capBps: 20_000_000 })).toBeNull();
    governor.forget('weak');
    expect(governor.update('strong', { availableBps: 9_000_000, capBps: 20_000_000 })).toBe(486_000);
  });

  test('whatever is estimated, the target stays within its limits', () => {
    const estimate = fc.record({ availableBps: fc.nat(1e9), capBps: fc.nat(1e9) });
    fc.assert(
      fc.property(fc.array(estimate), (estimates) => {
        const governor = new BitrateGovernor(limits);
        for (const one of estimates) governor.update('viewer', one);
        expect(governor.targetBps).toBeGreaterThanOrEqual(limits.minBps);
        expect(governor.targetBps).toBeLessThanOrEqual(limits.maxBps);
      }),
    );
  });
});
