import { BatchingGraphRunner, type BatchingOptions } from '../inference/batching-graph-runner.ts';
import { describeRefusals } from '../inference/execution-providers.ts';
import type { ExecutionProvider, RefusedProvider } from '../inference/onnx-model.ts';
import { createPackModel } from './load-pack-model.ts';
import type { AnimationModel } from './motion-model.ts';
import { graphFilesOf, PORTRAIT_GRAPHS } from './pack-graphs.ts';
import type { InstalledPack } from './store/pack-store.ts';

/** Below this a face does not seem to live: sessions are not begun. */
export const LIVE_MIN_FPS = 10;

export interface LivePackOptions extends BatchingOptions {
  /** Refuse to run on the CPU, however fast that is. */
  readonly requireGpu?: boolean;
  /** Frames per second that are enough for live sessions. */
  readonly minFps?: number;
}

/** A pack cannot be used live here; the message is a sentence that says why and what to do. */
export class LivePackRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LivePackRefusedError';
  }
}

/** An installed pack that is loaded, warmed up and fast enough for live sessions, which share its graphs. */
export interface LivePack {
  readonly name: string;
  readonly executionProvider: ExecutionProvider;
  readonly refusedProviders: readonly RefusedProvider[];
  /** Frames that one session alone would get in a second, as the warm-up measured it. */
  readonly framesPerSecond: number;
  /** How the device is shared out so far. */
  readonly runner: BatchingGraphRunner;
  /** The model for one performer. */
  createModel(): AnimationModel;
  close(): Promise<void>;
}

/**
 * Opens a pack for live sessions.
 * @throws LivePackRefusedError where it is too slow, or there is no GPU though one is required
 * @throws InferenceError where no provider runs the graphs; PackError where there is no adapter for the pack
 */
export async function openLivePack(
  pack: InstalledPack,
  { requireGpu = false, minFps = LIVE_MIN_FPS, ...options }: LivePackOptions,
): Promise<LivePack> {
  const { manifest } = pack;
  const portraitGraphs = PORTRAIT_GRAPHS[manifest.kind];
  const runner = await BatchingGraphRunner.open(graphFilesOf(pack), { ...options, portraitGraphs });
  try {
    const { executionProvider, refusedProviders } = runner;
    const framesPerSecond = 1000 / frameMs(runner, portraitGraphs);
    if (requireGpu && executionProvider === 'cpu') {
      throw new LivePackRefusedError(`A GPU is required, and none can be used (${whyNot(refusedProviders)}).`);
    }
    if (framesPerSecond < minFps) {
      throw new LivePackRefusedError(tooSlow(manifest.name, executionProvider, framesPerSecond, refusedProviders));
    }
    createPackModel(manifest, runner.forSession());
    return {
      name: manifest.name,
      executionProvider,
      refusedProviders,
      framesPerSecond,
      runner,
      createModel: () => createPackModel(manifest, runner.forSession()),
      close: () => runner.close(),
    };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/** Milliseconds of the device for one frame of one session. */
export function frameMs(
  { runTimes }: Pick<BatchingGraphRunner, 'runTimes'>,
  portraitGraphs: readonly string[],
): number {
  return Object.entries(runTimes)
    .filter(([graph]) => !portraitGraphs.includes(graph))
    .reduce((sum, [, [[, ms]]]) => sum + ms, 0);
}

function tooSlow(
  name: string,
  executionProvider: ExecutionProvider,
  framesPerSecond: number,
  refused: readonly RefusedProvider[],
): string {
  const fps = framesPerSecond < 1 ? framesPerSecond.toFixed(2) : framesPerSecond.toFixed(1);
  const better = refused.length > 0 ? ` Faster providers cannot be used: ${describeRefusals(refused)}.` : '';
  return (
    `The pack ${name} makes ${fps} frames a second on ${executionProvider} here, and live sessions need ${LIVE_MIN_FPS}. ` +
    `Start with --pack mesh, which is made for processors; offline, npm run animate -- --pack ${name} takes its time.${better}`
  );
}

function whyNot(refused: readonly RefusedProvider[]): string {
  return refused.length > 0 ? describeRefusals(refused) : 'only cpu is among the execution providers';
}
