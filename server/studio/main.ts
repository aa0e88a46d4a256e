import { availableParallelism } from 'node:os';
import process from 'node:process';
import { FaceModels } from '../face/face-models.ts';
import { parseHouseMessage } from './house-messages.ts';
import { openLiveModel, refusalOf } from './live-model.ts';
import { createPerformerFactory } from './performer-factory.ts';
import { sessionTunables } from './session/session-tunables.ts';
import { Studio } from './session/studio.ts';
import { Throttle } from './session/throttle.ts';
import type { StudioToHouse } from './studio-protocol.ts';
import { TrackingThreads } from './tracking-threads.ts';

/**
 * A studio process: the child that the house forks (`serialization: 'advanced'`) for everything native. It lives as
 * long as the house's channel and dies loudly: the house starts another.
 */

const STAGE_ERROR_LOG_INTERVAL_MS = 1000;

if (!process.send) {
  console.error('A studio is started by the house, over an IPC channel.');
  process.exit(2);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the house decides when its studios end, by closing the channel.
process.on('SIGINT', () => {});

const live = await openLiveModel({ onLost: dieAtOnce }).catch(async (error: unknown) => {
  const reason = refusalOf(error);
  if (reason === null) throw error;
  await new Promise((sent) => process.send?.({ type: 'studio.refused', reason } satisfies StudioToHouse, sent));
  process.exit(1);
});
const models = await FaceModels.load();
// With the built-in pack there is a studio for each core; with one on a GPU this studio alone has them all.
const tracking = live.sharesDevice ? await TrackingThreads.start(Math.max(1, availableParallelism() - 1), die) : null;
const stageErrors = new Throttle();
const studio = new Studio({
  createPerformer: createPerformerFactory(models, live.createModel, {
    ...(tracking && { openTracker: () => tracking.openTracker() }),
    onStageError: (stage, error) => {
      if (stageErrors.take(performance.now(), STAGE_ERROR_LOG_INTERVAL_MS)) console.error(`${stage} failed:`, error);
    },
  }),
  tell,
});

process.on('message', (message) => {
  let parsed: ReturnType<typeof parseHouseMessage>;
  try {
    parsed = parseHouseMessage(message);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return;
  }
  studio.receive(parsed).catch(die);
});

tell({ type: 'studio.ready', info: live.info });

const { schedulerStats } = live;
if (schedulerStats) {
  setInterval(
    () => tell({ type: 'studio.stats', scheduler: schedulerStats() }),
    sessionTunables.schedulerStatsIntervalMs,
  );
}

function tell(message: StudioToHouse): void {
  // Between the channel's end and `disconnect` there is nobody to tell.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function die(error: unknown): void {
  console.error('the studio ends:', error);
  process.exit(1);
}

/** `process.exit` waits for threads, and one that hangs in a driver never ends. */
function dieAtOnce(error: unknown): void {
  console.error('the studio ends:', error);
  process.kill(process.pid, 'SIGKILL');
}
