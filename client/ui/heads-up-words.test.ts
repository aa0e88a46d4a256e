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
        packAbout: null,
        refusedProviders: [],
        pack: 'mesh',
        portrait: 'sailor',
        state: 'live',
      }),
    ).toBe('148 ms glass-to-glass · 30 fps · server 24 ms · 3 dropped · CPU · mesh');
  });

  it('tells why a better provider is not used', () => {
    const provider = headsUpItems({
      glassToGlassMs: null,
      fps: null,
      serverMs: null,
      droppedFrames: null,
      executionProvider: 'cpu',
      packAbout: null,
      refusedProviders: [{ executionProvider: 'cuda', reason: 'there is no NVIDIA GPU' }],
      pack: 'fomm',
      portrait: null,
      state: 'live',
    }).find(({ name }) => name === 'executionProvider');
    expect(provider?.text).toBe('CPU');
    expect(provider?.explanation).toContain('Not on CUDA: there is no NVIDIA GPU.');
  });

  it('says whose licence a pack has, and where it may not be sold', () => {
    const about = { title: 'First Order Motion Model', licence: 'CC BY-NC 4.0', isStandIn: false, hasStrengths: false };
    const pack = (isNonCommercial: boolean, isStandIn: boolean) =>
      headsUpItems({
        glassToGlassMs: null,
        fps: null,
        serverMs: null,
        droppedFrames: null,
        executionProvider: 'cuda',
        refusedProviders: [],
        pack: 'fomm',
        packAbout: { ...about, isNonCommercial, isStandIn },
        portrait: null,
        state: 'live',
      }).find(({ name }) => name === 'pack');
    expect(pack(true, false)?.text).toBe('fomm, non-commercial');
    expect(pack(true, false)?.explanation).toContain('CC BY-NC 4.0, not for commercial use.');
    expect(pack(false, false)?.text).toBe('fomm');
    expect(pack(false, false)?.explanation).not.toContain('random');
    expect(pack(false, true)?.explanation).toContain('weights are random');
  });

  it('has a dash for what is not known', () => {
    expect(
      line({
        glassToGlassMs: null,
        fps: null,
        serverMs: null,
        droppedFrames: null,
        executionProvider: null,
        packAbout: null,
        refusedProviders: [],
        pack: null,
        portrait: null,
        state: 'starting',
      }),
    ).toBe('– ms glass-to-glass · – fps · server – ms · – dropped · – · –');
  });
});
