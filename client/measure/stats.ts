import type { PackAbout, PerformanceState, StudioInfo } from '../../shared/protocol.ts';
import type { SessionPhase, SessionView } from '../session/session-view.ts';

/** What the page does: the phase of its session and, while that is live, what the portrait does. */
export type StageState = Exclude<SessionPhase, 'live'> | PerformanceState | 'stalled';

/** What `window.effigy.stats()` resolves to. A number that is not known is null, never invented. */
export interface StageStats {
  /** From the light on the camera to the light from the screen: median of the last second. */
  glassToGlassMs: number | null;
  /** Frames that this screen presented in the last second. */
  fps: number | null;
  /** Median time in the server, from the decoded frame to its last packet. */
  serverMs: number | null;
  /** Driving frames dropped since the session began. */
  droppedFrames: number | null;
  executionProvider: string | null;
  /** Better providers that the server could not use, each with why. */
  refusedProviders: NonNullable<StudioInfo['refusedProviders']> | null;
  pack: string | null;
  /** Of a pack that was installed: its licence, and what it can do. */
  packAbout: PackAbout | null;
  /** Id of the portrait on the stage. */
  portrait: string | null;
  state: StageState;
}

/** What the page itself sees of the animated stream. */
export interface StreamSight {
  glassToGlassMs: number | null;
  fps: number | null;
  /** `waiting`: no frame yet. `stalled`: frames have stopped coming. */
  flow: 'waiting' | 'flowing' | 'stalled';
}

export function stageState(view: SessionView, flow: StreamSight['flow']): StageState {
  if (view.phase !== 'live') return view.phase;
  if (view.replacing || view.serverStats?.state === 'restarting') return 'restarting';
  if (flow === 'waiting') return 'waiting';
  if (flow === 'stalled') return 'stalled';
  return view.serverStats?.state ?? 'waiting';
}

export function stageStats(view: SessionView, sight: StreamSight): StageStats {
  const isLive = view.phase === 'live';
  const server = isLive ? view.serverStats : null;
  return {
    glassToGlassMs: isLive ? sight.glassToGlassMs : null,
    fps: isLive ? sight.fps : null,
    serverMs: server?.serverMs ?? null,
    droppedFrames: server?.droppedFrames ?? null,
    executionProvider: server?.studio.executionProvider ?? null,
    refusedProviders: server?.studio.refusedProviders ?? null,
    pack: server?.studio.pack ?? null,
    packAbout: server?.studio.packAbout ?? null,
    portrait: view.phase === 'gallery' ? null : (view.portrait?.id ?? null),
    state: stageState(view, sight.flow),
  };
}
