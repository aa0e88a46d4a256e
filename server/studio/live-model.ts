import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PackAbout, StudioInfo } from '../../shared/protocol.ts';
import type { SchedulerStats } from '../inference/batch-scheduler.ts';
import { DEFAULT_BATCH_WAIT_MS, EXECUTION_PROVIDERS, isExecutionProvider } from '../inference/execution-providers.ts';
import { InferenceError } from '../inference/onnx-model.ts';
import { LivePackRefusedError, openLivePack } from '../packs/live-pack.ts';
import type { AnimationModel } from '../packs/motion-model.ts';
import { PackError } from '../packs/store/pack-error.ts';
import type { PackManifest } from '../packs/store/pack-manifest.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import { defaultPacksDir } from '../packs/store/packs-dir.ts';
import { DEFAULT_MOTION_MODEL, isMotionModelName, loadMotionModel } from './motion-models.ts';

/** What animates the sessions of a studio. */
export interface LiveModel {
  readonly info: StudioInfo;
  /** Its frames are drawn elsewhere, those of all sessions together: one studio has room for many. */
  readonly sharesDevice: boolean;
  /** The model for one performer. */
  readonly createModel: () => AnimationModel;
  /** What the scheduler that sessions share did so far; absent where they share none. */
  readonly schedulerStats?: () => SchedulerStats;
  close(): Promise<void>;
}

/**
 * Loads what the house's settings name, ready for its first frame. They come in the environment: EFFIGY_PACK,
 * EFFIGY_EXECUTION_PROVIDERS and their neighbours.
 *
 * Rejects where that cannot be; {@link refusalOf} tells whether trying again could help.
 *
 * @param onLost the graphs are gone, and with them all that could be animated
 */
export async function openLiveModel(
  { onLost }: { onLost: (error: Error) => void },
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LiveModel> {
  const name = environment.EFFIGY_PACK || DEFAULT_MOTION_MODEL;
  if (isMotionModelName(name)) {
    const model = await loadMotionModel(name);
    const info = { pack: model.name, executionProvider: model.executionProvider };
    return { info, sharesDevice: false, createModel: () => model, close: async () => {} };
  }
  const installed = await new PackStore(defaultPacksDir(environment)).open(name);
  const given = environment.EFFIGY_EXECUTION_PROVIDERS?.split(',').filter(isExecutionProvider) ?? [];
  const cache = environment.EFFIGY_CACHE || join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'effigy');
  const live = await openLivePack(installed, {
    executionProviders: given.length > 0 ? given : EXECUTION_PROVIDERS,
    requireGpu: environment.EFFIGY_REQUIRE_GPU === 'true',
    allowSoftwareVulkan: environment.EFFIGY_SOFTWARE_VULKAN === 'true',
    maxWaitMs: Number(environment.EFFIGY_BATCH_WAIT_MS || DEFAULT_BATCH_WAIT_MS),
    optimisedGraphsDir: join(cache, 'optimised-graphs'),
    onLost,
  });
  const { executionProvider, refusedProviders } = live;
  return {
    info: { pack: live.name, packAbout: aboutOf(installed.manifest), executionProvider, refusedProviders },
    sharesDevice: true,
    createModel: live.createModel,
    schedulerStats: () => live.runner.stats,
    close: () => live.close(),
  };
}

function aboutOf({ title, licence, weights }: PackManifest): PackAbout {
  return {
    title,
    licence: licence.name,
    isNonCommercial: licence.nonCommercial,
    isStandIn: weights === 'random',
    // What reads motion from the picture itself knows no parts of a face.
    hasStrengths: false,
  };
}

/** The sentence for a failure that another start would not mend; null where it might. */
export function refusalOf(error: unknown): string | null {
  const isFinal =
    error instanceof LivePackRefusedError || error instanceof PackError || error instanceof InferenceError;
  return isFinal ? error.message : null;
}
