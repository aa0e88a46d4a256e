import { describe, expect, it } from 'vitest';
import { FrameRateMeter } from './frame-rate.ts';

describe('frame rate meter', () => {
  it('is null before the first frame', () => {
    expect(new FrameRateMeter().fps(0)).toBeNull();
  });

  it('counts the frames of the last second', () => {
    const meter = new FrameRateMeter();
    for (let k = 0; k <= 60; k++) meter.addFrame((k * 1000) / 30, k);
    expect(meter.fps(2000)).toBeCloseTo(30, 1);
  });

  it('counts frames between two callbacks by the running count', () => {
    const meter = new FrameRateMeter();
    for (let k = 0; k <= 20; k++) meter.addFrame((k * 1000) / 15, 2 * k);
    expect(meter.fps(1334)).toBeCloseTo(30, 1);
  });

  it('is 0 when the frames have stopped', () => {
    const meter = new FrameRateMeter();
    for (let k = 0; k <= 30; k++) meter.addFrame(k * 33, k);
    expect(meter.fps(5000)).toBe(0);
  });

  it('starts anew when the count does', () => {
    const meter = new FrameRateMeter();
    meter.addFrame(0, 500);
    meter.addFrame(300, 509);
    meter.addFrame(400, 1);
    expect(meter.fps(400)).toBeNull();
  });
});
