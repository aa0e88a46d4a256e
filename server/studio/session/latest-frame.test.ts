import { describe, expect, it } from 'vitest';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../imaging/rgba-image.ts';
import { LatestFrame } from './latest-frame.ts';

const at = (timestamp: number, restarted = false) => ({ timestamp, captureMs: 0, receivedMs: 0, restarted });

describe('latest frame', () => {
  it('is the last one put, taken once; those before it are counted', () => {
    const latest = new LatestFrame();
    expect(latest.take()).toBeNull();
    for (const timestamp of [1, 2, 3]) latest.put(at(timestamp), () => createRgbaImage(2, 2));
    expect(latest.take()?.timestamp).toBe(3);
    expect(latest.take()).toBeNull();
    expect(latest.replacedCount).toBe(2);
  });

  it('lets three pictures go round, and never offers one that is in use or waiting', () => {
    const latest = new LatestFrame();
    const pictures = new Set<RgbaImage>();
    let inUse: RgbaImage | null = null;
    for (let i = 0; i < 50; i += 1) {
      latest.put(at(i), (spare) => {
        expect(spare === null || spare !== inUse).toBe(true);
        const image = spare ?? createRgbaImage(2, 2);
        pictures.add(image);
        return image;
      });
      if (i % 3 !== 1) inUse = latest.take()?.image ?? inUse;
    }
    expect(pictures.size).toBe(3);
  });

  it('remembers that a replaced frame began a new stream', () => {
    const latest = new LatestFrame();
    latest.put(at(1, true), () => createRgbaImage(2, 2));
    latest.put(at(2), () => createRgbaImage(2, 2));
    expect(latest.take()?.restarted).toBe(true);
    latest.put(at(3), () => createRgbaImage(2, 2));
    expect(latest.take()?.restarted).toBe(false);
  });
});
