import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { SessionView } from '../session/session-view.ts';
import { type StreamSight, stageState, stageStats } from './stats.ts';

const view = (change: Partial<SessionView>): SessionView => ({
  phase: 'live',
  step: null,
  driverKind: 'camera',
  driver: null,
  portrait: { id: 'sailor', title: '', alt: '', source: 'gallery', imageUrl: '', contours: [] },
  settings: DEFAULT_SETTINGS,
  output: null,
  serverStats: {
    state: 'live',
    fps: 29,
    serverMs: 24,
    droppedFrames: 3,
    studio: { pack: 'mesh', executionProvider: 'cpu' },
  },
  replacing: false,
  attempt: 0,
  problem: null,
  ...change,
});
const flowing: StreamSight = { glassToGlassMs: 148, fps: 30, flow: 'flowing' };
const nothing: StreamSight = { glassToGlassMs: null, fps: null, flow: 'waiting' };

describe('statistics of the stage', () => {
  it('join what the page sees with what the server tells', () => {
    expect(stageStats(view({}), flowing)).toEqual({
      glassToGlassMs: 148,
      fps: 30,
      serverMs: 24,
      droppedFrames: 3,
      executionProvider: 'cpu',
      refusedProviders: null,
      packAbout: null,
      pack: 'mesh',
      portrait: 'sailor',
      state: 'live',
    });
  });

  it('are all null in the gallery, but for the state', () => {
    const { state, ...figures } = stageStats(view({ phase: 'gallery', serverStats: null }), nothing);
    expect(state).toBe('gallery');
    expect(Object.values(figures).every((value) => value === null)).toBe(true);
  });

  it('invent nothing while the connection is away', () => {
    expect(stageStats(view({ phase: 'reconnecting' }), flowing)).toMatchObject({
      glassToGlassMs: null,
      fps: null,
      serverMs: null,
      droppedFrames: null,
      portrait: 'sailor',
      state: 'reconnecting',
    });
  });
});

describe('state of the stage', () => {
  it('is live only when frames flow and the server says so', () => {
    expect(stageState(view({}), 'flowing')).toBe('live');
    expect(stageState(view({}), 'waiting')).toBe('waiting');
    expect(stageState(view({}), 'stalled')).toBe('stalled');
    expect(stageState(view({ serverStats: null }), 'flowing')).toBe('waiting');
  });

  it('is restarting from the word of the server until the new stream is there', () => {
    expect(stageState(view({ replacing: true }), 'flowing')).toBe('restarting');
    const serverStats = { ...view({}).serverStats!, state: 'restarting' as const };
    expect(stageState(view({ serverStats }), 'flowing')).toBe('restarting');
  });

  it('is the phase where the session is not live', () => {
    for (const phase of ['gallery', 'starting', 'reconnecting', 'ended', 'error'] as const) {
      expect(stageState(view({ phase }), 'flowing')).toBe(phase);
    }
  });
});
