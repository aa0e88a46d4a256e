import { describe, expect, it } from 'vitest';
import type { StageStats } from '../measure/stats.ts';
import { headsUpItems } from './heads-up-words.ts';

const line = (stats: StageStats) =>
  headsUpItems(stats)
    .map(({ text }) => text)
    .join(' · ');

describe('heads-up line', () => {
  it('tells every figure in words', () => {
    expect(
      line({
        glassToGlassMs: 147.6,
        fps: 29.97,
        serverMs: 24.2,
        droppedFrames: 3,
        executionProvider: 'cpu',
        pack: 'mesh',
        portrait: 'sailor',
        state: 'live',
      }),
    ).toBe('148 ms glass-to-glass · 30 fps · server 24 ms · 3 dropped · CPU · mesh');
  });

  it('has a dash for what is not known', () => {
    expect(
      line({
        glassToGlassMs: null,
        fps: null,
        serverMs: null,
        droppedFrames: null,
        executionProvider: null,
        pack: null,
        portrait: null,
        state: 'starting',
      }),
    ).toBe('– ms glass-to-glass · – fps · server – ms · – dropped · – · –');
  });
});
