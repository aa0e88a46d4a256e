import { describe, expect, it } from 'vitest';
import { captureTimeMs, GlassToGlassMeter } from './glass-to-glass.ts';

const EPOCH_MS = 1_790_000_000_000;

describe('capture time of an RTP timestamp', () => {
  const mapping = { ntpMs: EPOCH_MS, rtpTimestamp: 1000 };

  it('is the mapped time, 90 ticks a millisecond', () => {
    expect(captureTimeMs(mapping, 1000)).toBe(EPOCH_MS);
    expect(captureTimeMs(mapping, 1000 + 9000)).toBe(EPOCH_MS + 100);
  });

  it('goes backwards before the mapping', () => {
    expect(captureTimeMs(mapping, 100)).toBe(EPOCH_MS - 10);
  });

  it('wraps at 32 bits, both ways', () => {
    const late = { ntpMs: EPOCH_MS, rtpTimestamp: 2 ** 32 - 450 };
    expect(captureTimeMs(late, 450)).toBe(EPOCH_MS + 10);
    const early = { ntpMs: EPOCH_MS, rtpTimestamp: 450 };
    expect(captureTimeMs(early, 2 ** 32 - 450)).toBe(EPOCH_MS - 10);
  });

  it('is right across the sign bit', () => {
    const mapped = { ntpMs: EPOCH_MS, rtpTimestamp: 2 ** 31 - 90 };
    expect(captureTimeMs(mapped, 2 ** 31 + 90)).toBe(EPOCH_MS + 2);
  });
});

describe('glass-to-glass meter', () => {
  const frameAt = (ms: number) => (ms * 90) % 2 ** 32;

  it('knows nothing before the clock mapping or without RTP timestamps', () => {
    const meter = new GlassToGlassMeter();
    meter.addFrame(0, EPOCH_MS);
    expect(meter.medianMs(EPOCH_MS)).toBeNull();
    meter.setMapping({ ntpMs: EPOCH_MS, rtpTimestamp: 0 });
    meter.addFrame(undefined, EPOCH_MS + 100);
    expect(meter.medianMs(EPOCH_MS + 100)).toBeNull();
  });

  it('is the median of the last second', () => {
    const meter = new GlassToGlassMeter();
    meter.setMapping({ ntpMs: EPOCH_MS, rtpTimestamp: 0 });
    meter.addFrame(frameAt(0), EPOCH_MS + 900);
    for (const [captured, latency] of [
      [1000, 100],
      [1033, 140],
      [1066, 120],
    ])
      meter.addFrame(frameAt(captured), EPOCH_MS + captured + latency);
    expect(meter.medianMs(EPOCH_MS + 2000)).toBeCloseTo(120, 6);
  });

  it('is unknown again when no frame has come for a second', () => {
    const meter = new GlassToGlassMeter();
    meter.setMapping({ ntpMs: EPOCH_MS, rtpTimestamp: 0 });
    meter.addFrame(frameAt(0), EPOCH_MS + 120);
    expect(meter.medianMs(EPOCH_MS + 500)).toBeCloseTo(120, 6);
    expect(meter.medianMs(EPOCH_MS + 1500)).toBeNull();
  });

  it('does not believe a latency below zero or above ten seconds', () => {
    const meter = new GlassToGlassMeter();
    meter.setMapping({ ntpMs: EPOCH_MS, rtpTimestamp: 0 });
    meter.addFrame(frameAt(5000), EPOCH_MS);
    meter.addFrame(frameAt(0), EPOCH_MS + 20_000);
    expect(meter.medianMs(EPOCH_MS + 20_000)).toBeNull();
  });

  it('forgets the old clock when a new stream begins', () => {
    const meter = new GlassToGlassMeter();
    meter.setMapping({ ntpMs: EPOCH_MS, rtpTimestamp: 0 });
    meter.addFrame(frameAt(0), EPOCH_MS + 120);
    meter.reset();
    meter.addFrame(frameAt(33), EPOCH_MS + 150);
    expect(meter.medianMs(EPOCH_MS + 150)).toBeNull();
  });
});
