import type { StageState } from '../measure/stats.ts';
import type { SessionView } from '../session/session-view.ts';
import type { ProblemAction } from '../words/problem.ts';

/** A quiet line under the picture: what is going on, and what to do where something can be done. */
export interface StageNotice {
  /** Stable name, for tests and styles. */
  readonly code: string;
  readonly text: string;
  readonly actions: readonly ProblemAction[];
}

/** The notice of this moment, null where the portrait simply performs. */
export function noticeOf(view: SessionView, state: StageState): StageNotice | null {
  if (view.phase === 'reconnecting') {
    const isFull = view.problem?.code === 'server-full';
    const text = isFull
      ? 'The server is full just now. It is asked again by itself; your settings are kept.'
      : 'Connection lost. Reconnecting by itself; your settings are kept.';
    return { code: isFull ? 'server-full' : 'reconnecting', text, actions: view.attempt > 1 ? ['retry'] : [] };
  }
  if (view.phase !== 'live') return null;
  if (view.problem) {
    const { code, title, advice, actions } = view.problem;
    return { code, text: `${title}. ${advice}`, actions };
  }
  return liveNotices[state] ?? null;
}

const liveNotices: Partial<Record<StageState, StageNotice>> = {
  waiting: { code: 'waiting', text: 'Connected. Waiting for the first frame.', actions: [] },
  holding: { code: 'holding', text: 'Your face is out of sight. Come back into the picture.', actions: [] },
  still: { code: 'still', text: 'The portrait rests. It moves again as soon as your face is seen.', actions: [] },
  restarting: {
    code: 'restarting',
    text: 'The animator is restarting. The portrait will be back in a moment.',
    actions: [],
  },
  stalled: { code: 'stalled', text: 'No frames are coming through. Waiting for the stream to go on.', actions: [] },
};
