import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { SessionView } from '../session/session-view.ts';
import { cameraProblem } from '../words/camera-problems.ts';
import { sessionProblem } from '../words/session-problems.ts';
import { noticeOf } from './stage-notice.ts';

const view = (change: Partial<SessionView>): SessionView => ({
  phase: 'live',
  step: null,
  driverKind: 'camera',
  driver: null,
  portrait: null,
  settings: DEFAULT_SETTINGS,
  output: null,
  serverStats: null,
  replacing: false,
  attempt: 0,
  problem: null,
  ...change,
});

describe('notice on the stage', () => {
  it('is none while the portrait performs', () => {
    expect(noticeOf(view({}), 'live')).toBeNull();
  });

  it('tells why the portrait rests', () => {
    for (const state of ['waiting', 'holding', 'still', 'restarting', 'stalled'] as const) {
      expect(noticeOf(view({}), state)).toMatchObject({ code: state });
    }
  });

  it('tells that it reconnects by itself, and offers to hurry once that takes longer', () => {
    expect(noticeOf(view({ phase: 'reconnecting' }), 'reconnecting')).toMatchObject({
      code: 'reconnecting',
      actions: [],
    });
    expect(noticeOf(view({ phase: 'reconnecting', attempt: 2 }), 'reconnecting')?.actions).toEqual(['retry']);
    const full = view({ phase: 'reconnecting', problem: sessionProblem('server-full') });
    expect(noticeOf(full, 'reconnecting')?.code).toBe('server-full');
  });

  it('puts a lost camera before what follows from it', () => {
    expect(noticeOf(view({ problem: cameraProblem('camera-lost') }), 'still')).toMatchObject({ code: 'camera-lost' });
  });

  it('leaves starting and failing to the larger card', () => {
    expect(noticeOf(view({ phase: 'starting' }), 'starting')).toBeNull();
    expect(noticeOf(view({ phase: 'error', problem: cameraProblem('camera-missing') }), 'error')).toBeNull();
  });
});
