import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchingGraphRunner } from '../../inference/batching-graph-runner.ts';
import type { GraphRunner } from '../../inference/graph-runner.ts';
import type { SessionInputs } from './pack-inputs.ts';

/** A session keeps its rate where no more frames than this share are missing. */
const KEPT_SHARE = 0.97;
/** The scheduler learns what the device can do; a trial does not begin with that. */
const SETTLE_MS = 500;

/** A session as its networks see it: for each frame, every frame graph once, one after the other. */
interface TrialSession {
  readonly runner: GraphRunner;
  readonly inputs: SessionInputs;
  isBusy: boolean;
  frames: number;
}

/**
 * Finds the most sessions of `fps` frames a second that a pack's networks keep up with at once, through the scheduler
 * that live sessions use: tried, not calculated.
 */
export async function mostSessions(
  runner: BatchingGraphRunner,
  frameGraphs: readonly string[],
  inputsOf: (session: number) => SessionInputs,
  { fps, trialMs, guess }: { fps: number; trialMs: number; guess: number },
): Promise<number> {
  const works = (count: number) => keepsRate(runner, frameGraphs, inputsOf, count, fps, trialMs);
  let count = Math.max(1, guess);
  if (await works(count)) {
    while (await works(count + 1)) count++;
    return count;
  }
  while (--count > 0) if (await works(count)) return count;
  return 0;
}

async function keepsRate(
  runner: BatchingGraphRunner,
  frameGraphs: readonly string[],
  inputsOf: (session: number) => SessionInputs,
  count: number,
  fps: number,
  trialMs: number,
): Promise<boolean> {
  const sessions: TrialSession[] = Array.from({ length: count }, (_, i) => ({
    runner: runner.forSession(),
    inputs: inputsOf(i),
    isBusy: false,
    frames: 0,
  }));
  await send(sessions, frameGraphs, fps, Math.min(SETTLE_MS, trialMs));
  for (const session of sessions) session.frames = 0;
  const sent = await send(sessions, frameGraphs, fps, trialMs);
  await Promise.all(sessions.map(async (session) => void (await idle(session))));
  return sessions.every(({ frames }) => frames >= sent * KEPT_SHARE - 1);
}

/** Sends frames by the clock, cameras out of step; a session that is not done with its last frame misses one. */
async function send(
  sessions: readonly TrialSession[],
  frameGraphs: readonly string[],
  fps: number,
  forMs: number,
): Promise<number> {
  const tickMs = 1000 / fps / sessions.length;
  const ticks = Math.max(sessions.length, Math.floor(forMs / tickMs));
  const startMs = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    const waitMs = startMs + tick * tickMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const session = sessions[tick % sessions.length];
    if (!session.isBusy) void perform(session, frameGraphs);
  }
  return ticks / sessions.length;
}

async function perform(session: TrialSession, frameGraphs: readonly string[]): Promise<void> {
  session.isBusy = true;
  try {
    for (const graph of frameGraphs) await session.runner.run(graph, session.inputs.of(graph));
    session.frames++;
  } finally {
    session.isBusy = false;
  }
}

async function idle(session: TrialSession): Promise<void> {
  while (session.isBusy) await sleep(1);
}
