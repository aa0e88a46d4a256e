import { describe, expect, it } from 'vitest';
import { timestampDistance } from '../rtp/sequence-numbers.ts';
import { CaptureClock } from './capture-clock.ts';

describe('capture clock', () => {
  it('reads timestamps as times on our clock, whatever the jitter of their arrival', () => {
    const clock = new CaptureClock(0);
    expect(clock.observe(9000, 500)).toEqual({ captureMs: 500, restarted: true });
    const { captureMs, restarted } = clock.observe(9000 + 3600, 580);
    expect(restarted).toBe(false);
    expect(captureMs).toBeCloseTo(540, 0);
  });

  it('goes on across the wrap', () => {
    const clock = new CaptureClock(0);
    clock.observe(0xffff_ffff - 1799, 1000);
    const { captureMs, restarted } = clock.observe(1800, 1040);
    expect([restarted, Math.round(captureMs)]).toEqual([false, 1040]);
    expect(clock.timestampAt(1060)).toBe(3600);
  });

  it('begins anew where timestamps jump, and never runs backwards', () => {
    const clock = new CaptureClock(0);
    clock.observe(1_000_000, 1000);
    expect(clock.observe(5, 1040)).toEqual({ captureMs: 1040, restarted: true });
    clock.observe(5 + 90 * 1500, 1100);
    const early = clock.observe(5 + 90 * 1500 - 9_000_000, 1120);
    expect(early.restarted).toBe(true);
    expect(early.captureMs).toBeGreaterThanOrEqual(1120);
  });

  it('follows a camera whose clock drifts, for hours', () => {
    const clock = new CaptureClock(0);
    let restarts = -1;
    for (let frame = 0; frame < 25 * 3600 * 2; frame += 1) {
      const nowMs = frame * 40;
      const { captureMs, restarted } = clock.observe(Math.round(nowMs * 90 * 1.0003) >>> 0, nowMs);
      if (restarted) restarts += 1;
      expect(Math.abs(captureMs - nowMs)).toBeLessThan(100);
    }
    expect(restarts).toBe(0);
  });

  it('tells what the present would be stamped, before the first frame as well', () => {
    const clock = new CaptureClock(1000);
    const before = clock.timestampAt(1000);
    expect(timestampDistance(before, clock.timestampAt(1500))).toBe(45_000);
    clock.observe(777, 2000);
    expect(clock.timestampAt(2100)).toBe(777 + 9000);
    expect(clock.captureMsAt(2100)).toBe(2100);
  });
});
