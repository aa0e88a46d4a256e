import { describe, expect, it } from 'vitest';
import { FrameRateLimiter } from './frame-rate-limiter.ts';

/** How many of ten seconds' frames pass; the camera jitters by up to `jitterMs`, the same each time. */
function passed(maxFps: number, cameraFps: number, jitterMs = 0): number {
  const limiter = new FrameRateLimiter(maxFps);
  let count = 0;
  for (let i = 0; i < 10 * cameraFps; i += 1) {
    if (limiter.accepts((i * 1000) / cameraFps + jitterMs * Math.sin(i * 2.7))) count += 1;
  }
  return count;
}

describe('frame rate limiter', () => {
  it.each([
    [30, 30, 8],
    [30, 25, 8],
    [30, 5, 0],
    [60, 60, 4],
  ])('at %i fps lets a camera of %i fps pass whole, with %i ms of jitter', (maxFps, cameraFps, jitterMs) => {
    expect(passed(maxFps, cameraFps, jitterMs)).toBe(10 * cameraFps);
  });

  it.each([
    [30, 60],
    [30, 50],
    [30, 120],
    [10, 25],
    [15, 30],
  ])('thins to %i fps what comes at %i', (maxFps, cameraFps) => {
    expect(passed(maxFps, cameraFps)).toBeGreaterThan(maxFps * 10 * 0.8);
    expect(passed(maxFps, cameraFps)).toBeLessThanOrEqual(maxFps * 10 + 1);
  });

  it('does not make up for a pause with a burst', () => {
    const limiter = new FrameRateLimiter(10);
    limiter.accepts(0);
    const after = [5000, 5016, 5033, 5050, 5066, 5083, 5100].filter((ms) => limiter.accepts(ms));
    expect(after).toEqual([5000, 5083]);
  });
});
