import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchingGraphRunner } from '../../inference/batching-graph-runner.ts';
import { GraphThread } from '../../inference/graph-thread.ts';
import type { ExecutionProvider, RefusedProvider } from '../../inference/onnx-model.ts';
import { graphFilesOf, PORTRAIT_GRAPHS, PORTRAIT_INPUTS } from '../../packs/pack-graphs.ts';
import type { InstalledPack } from '../../packs/store/pack-store.ts';
import { deviceName, memoryInUse } from './compute-device.ts';
import { SessionInputs } from './pack-inputs.ts';
import { mostSessions } from './session-trial.ts';

export interface PackBenchOptions {
  readonly executionProviders: readonly ExecutionProvider[];
  readonly batchSizes: readonly number[];
  /** Runs of each graph and batch size; the median counts. */
  readonly runs: number;
  /** How long each number of sessions is tried. */
  readonly trialMs: number;
  readonly threads: number;
  readonly allowSoftwareVulkan: boolean;
}

/** What one batch size comes to. */
export interface BatchCost {
  readonly batch: number;
  /** Milliseconds per frame, of each graph that runs for every frame. */
  readonly stages: Readonly<Record<string, number>>;
  readonly msPerFrame: number;
  readonly framesPerSecond: number;
}

export interface PackBenchResult {
  readonly pack: string;
  readonly weights: 'trained' | 'random';
  readonly executionProvider: ExecutionProvider;
  readonly refusedProviders: readonly RefusedProvider[];
  readonly device: string;
  /** From nothing to the first frame, warm-up included: without kept optimised graphs, and with them. */
  readonly startMs: { readonly cold: number; readonly kept: number };
  /** Milliseconds, once per portrait, of each graph that portraits need. */
  readonly portraitMs: Readonly<Record<string, number>>;
  readonly batches: readonly BatchCost[];
  /** That the networks keep up with at once, through the scheduler. */
  readonly sessionsAt25Fps: number;
  readonly sessionsAt30Fps: number;
  readonly memory: { readonly processMiB: number; readonly gpuMiB: number | null };
}

/** Measures the networks of an installed pack. Rejects with an `InferenceError` where they cannot be run. */
export async function runPackBench(
  pack: InstalledPack,
  options: PackBenchOptions,
  say: (line: string) => void,
): Promise<PackBenchResult> {
  const graphs = graphFilesOf(pack);
  const portraitGraphs = PORTRAIT_GRAPHS[pack.manifest.kind];
  const frameGraphs = Object.keys(graphs).filter((graph) => !portraitGraphs.includes(graph));
  const inputsOf = (session: number) => new SessionInputs(graphs, PORTRAIT_INPUTS[pack.manifest.kind], session);
  const optimisedGraphsDir = await mkdtemp(join(tmpdir(), 'effigy-bench-'));
  const threadOptions = { ...options, portraitGraphs, optimisedGraphsDir };
  try {
    say(`Loading ${pack.name} …`);
    const [thread, coldMs] = await timed(() =>
      GraphThread.open(graphs, { ...threadOptions, maxRunMs: Number.POSITIVE_INFINITY }),
    );
    const { executionProvider, refusedProviders } = thread;
    for (const { executionProvider, reason } of refusedProviders) say(`Not on ${executionProvider}: ${reason}.`);
    let batches: BatchCost[];
    let portraitMs: Record<string, number>;
    try {
      batches = await measureBatches(thread, frameGraphs, inputsOf, options, say);
      portraitMs = await measureGraphs(
        thread,
        Object.keys(graphs).filter((graph) => portraitGraphs.includes(graph)),
        1,
        inputsOf,
        options.runs,
      );
    } finally {
      await thread.close();
    }
    const [runner, keptMs] = await timed(() => BatchingGraphRunner.open(graphs, threadOptions));
    try {
      const fastest = Math.max(...batches.map(({ framesPerSecond }) => framesPerSecond));
      const trial = (fps: number) => {
        say(`Trying how many sessions keep ${fps} frames a second …`);
        const guess = Math.floor(fastest / fps);
        return mostSessions(runner, frameGraphs, inputsOf, { fps, trialMs: options.trialMs, guess });
      };
      return {
        pack: pack.name,
        weights: pack.manifest.weights,
        executionProvider,
        refusedProviders,
        device: await deviceName(executionProvider),
        startMs: { cold: coldMs, kept: keptMs },
        portraitMs,
        batches,
        sessionsAt25Fps: await trial(25),
        sessionsAt30Fps: await trial(30),
        memory: await memoryInUse(),
      };
    } finally {
      await runner.close();
    }
  } finally {
    await rm(optimisedGraphsDir, { recursive: true, force: true });
  }
}

async function measureBatches(
  thread: GraphThread,
  frameGraphs: readonly string[],
  inputsOf: (session: number) => SessionInputs,
  { batchSizes, runs }: PackBenchOptions,
  say: (line: string) => void,
): Promise<BatchCost[]> {
  const costs: BatchCost[] = [];
  for (const batch of batchSizes) {
    // A graph that is too slow with a batch is never run with it live, and was not warmed up with it.
    if (!frameGraphs.every((graph) => thread.runTimes[graph].some(([size]) => size === batch))) continue;
    say(`Measuring a batch of ${batch} …`);
    const stages = await measureGraphs(thread, frameGraphs, batch, inputsOf, runs);
    const msPerFrame = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
    costs.push({ batch, stages, msPerFrame, framesPerSecond: 1000 / msPerFrame });
  }
  return costs;
}

/** Median milliseconds per picture of each graph, with all that it takes to get there and back. */
async function measureGraphs(
  thread: GraphThread,
  graphs: readonly string[],
  batch: number,
  inputsOf: (session: number) => SessionInputs,
  runs: number,
): Promise<Record<string, number>> {
  const sessions = Array.from({ length: batch }, (_, session) => inputsOf(session));
  const result: Record<string, number> = {};
  for (const graph of graphs) {
    const calls = sessions.map((inputs) => ({ inputs: inputs.of(graph) }));
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const [, ms] = await timed(() => thread.runBatch(graph, calls, batch));
      times.push(ms);
    }
    result[graph] = times.sort((a, b) => a - b)[Math.floor(runs / 2)] / batch;
  }
  return result;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startMs = performance.now();
  const result = await work();
  return [result, performance.now() - startMs];
}
