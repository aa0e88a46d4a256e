import { explainRefusal, hardwareRefusal } from './execution-providers.ts';
import type { GraphThreadTask } from './graph-thread-protocol.ts';
import type { GraphFile } from './inline-graph-runner.ts';
import { missingNvidiaLibraries } from './nvidia-libraries.ts';
import {
  type ExecutionProvider,
  OnnxModel,
  type OnnxRun,
  type RefusedProvider,
  requireSupported,
} from './onnx-model.ts';
import { probeProvider } from './probe-graph.ts';

/** On the CPU nothing is compiled: a first run that is so slow says enough, and a second would keep everybody waiting. */
const SLOW_MS = 1000;

/** A graph on its device, with buffers for each batch size that it was warmed up with. */
export interface OpenGraph {
  readonly model: OnnxModel;
  readonly runs: ReadonlyMap<number, OnnxRun>;
  /** `[batch size, milliseconds]`. */
  readonly runTimes: readonly (readonly [number, number])[];
}

export interface OpenGraphs {
  readonly executionProvider: ExecutionProvider;
  readonly refusedProviders: readonly RefusedProvider[];
  readonly graphs: ReadonlyMap<string, OpenGraph>;
}

/**
 * Loads all graphs of a pack on the first provider that runs every one of them, and warms them up. Blocks the thread
 * for as long as that takes.
 * @returns only the refusals where no provider does
 */
export async function openGraphs(
  task: GraphThreadTask,
): Promise<OpenGraphs | { readonly graphs: null; readonly refusedProviders: readonly RefusedProvider[] }> {
  const refusedProviders: RefusedProvider[] = [];
  for (const executionProvider of task.executionProviders) {
    const missing =
      hardwareRefusal(executionProvider, task.hardware, task.allowSoftwareVulkan) ??
      missingNvidiaLibraries(executionProvider);
    if (missing !== null) {
      refusedProviders.push({ executionProvider, reason: missing });
      continue;
    }
    try {
      return { executionProvider, refusedProviders, graphs: await openOn(executionProvider, task) };
    } catch (error) {
      const reason = explainRefusal(error instanceof Error ? error.message : String(error));
      refusedProviders.push({ executionProvider, reason });
    }
  }
  return { graphs: null, refusedProviders };
}

async function openOn(executionProvider: ExecutionProvider, task: GraphThreadTask): Promise<Map<string, OpenGraph>> {
  requireSupported(executionProvider);
  await probeProvider(executionProvider);
  const graphs = new Map<string, OpenGraph>();
  const models: OnnxModel[] = [];
  try {
    for (const [name, file] of Object.entries(task.graphs)) {
      const model = await OnnxModel.load(file.path, {
        executionProviders: [executionProvider],
        threads: task.threads,
        optimisedGraphsDir: task.optimisedGraphsDir ?? undefined,
      });
      models.push(model);
      graphs.set(name, await warmUp(model, file, task.inputs[name], batchSizesOf(task, name), task.maxRunMs));
    }
    return graphs;
  } catch (error) {
    for (const model of models) await model.close();
    throw error;
  }
}

/** Batch sizes that a graph is to be warmed up with, smallest first. */
export function batchSizesOf(
  { graphs, portraitGraphs, batchSizes }: Pick<GraphThreadTask, 'graphs' | 'portraitGraphs' | 'batchSizes'>,
  graph: string,
): readonly number[] {
  return portraitGraphs.includes(graph) || !graphs[graph].canBatch ? [1] : batchSizes;
}

/**
 * Of each size the first run compiles and allocates, the second is measured. A larger batch that fails ends it: the
 * device may be too small for it, and the sizes before will do.
 * @throws InferenceError where a batch of 1 fails, be it after a larger one
 */
async function warmUp(
  model: OnnxModel,
  file: GraphFile,
  shared: Readonly<Record<string, SharedArrayBuffer>>,
  sizes: readonly number[],
  maxRunMs: number,
): Promise<OpenGraph> {
  const runs = new Map<number, OnnxRun>();
  const runTimes: [number, number][] = [];
  for (const buffer of Object.values(shared)) fillPlausibly(new Float32Array(buffer));
  for (const size of sizes) {
    const inputs = batched(file.inputs, size);
    const buffers = Object.fromEntries(
      Object.entries(inputs).map(([name, dims]) => [name, new Float32Array(shared[name], 0, productOf(dims))]),
    );
    const run = model.bind(inputs, batched(file.outputs, size), buffers);
    const ms = await measure(run, model).catch((error: unknown) => {
      if (size === 1) throw error;
      return null;
    });
    if (ms === null) {
      // The failure may have taken the device along.
      await runs.get(1)?.execute();
      break;
    }
    runs.set(size, run);
    runTimes.push([size, ms]);
    if (ms > maxRunMs) break;
  }
  return { model, runs, runTimes };
}

async function measure(run: OnnxRun, model: OnnxModel): Promise<number> {
  const firstMs = await timed(run);
  return firstMs > SLOW_MS && model.executionProvider === 'cpu' ? firstMs : timed(run);
}

async function timed(run: OnnxRun): Promise<number> {
  const startMs = performance.now();
  await run.execute();
  return performance.now() - startMs;
}

/** Numbers of 0 … 1 that are neither all the same nor denormal, which would be slow. */
function fillPlausibly(data: Float32Array): void {
  for (let i = 0; i < data.length; i++) data[i] = ((i * 7919) % 1009) / 1009;
}

function batched(shapes: GraphFile['inputs'], size: number): Record<string, number[]> {
  return Object.fromEntries(Object.entries(shapes).map(([name, [, ...rest]]) => [name, [size, ...rest]]));
}

export function productOf(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}
