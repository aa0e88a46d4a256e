import type { GraphicsHardware } from './execution-providers.ts';
import type { GraphFile } from './inline-graph-runner.ts';
import type { ExecutionProvider, RefusedProvider } from './onnx-model.ts';

/** What a graph thread is started with (`workerData`). */
export interface GraphThreadTask {
  readonly graphs: Readonly<Record<string, GraphFile>>;
  /** Tried in this order. */
  readonly executionProviders: readonly ExecutionProvider[];
  readonly hardware: GraphicsHardware;
  readonly allowSoftwareVulkan: boolean;
  /** Inside one operator, on the CPU. */
  readonly threads: number;
  readonly optimisedGraphsDir: string | null;
  /** Batch sizes to warm up, smallest first, beginning with 1. */
  readonly batchSizes: readonly number[];
  /** Larger batches than one that takes longer are not warmed up. */
  readonly maxRunMs: number;
  /** Graphs that run once per portrait: they are warmed up with a batch of 1 alone. */
  readonly portraitGraphs: readonly string[];
  /** Both threads' memory for inputs: by graph and input, room for the largest batch. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, SharedArrayBuffer>>>>;
}

/** A constant input of one call that does not lie in its place yet: the thread copies it there, not the event loop. */
export interface ConstantInput {
  readonly input: string;
  /** Which picture of the batch. */
  readonly place: number;
  readonly data: SharedArrayBuffer;
}

export type ToGraphThread =
  | {
      readonly type: 'run';
      readonly graph: string;
      readonly size: number;
      /** Pictures of the batch that are not padding. */
      readonly count: number;
      readonly constants: readonly ConstantInput[];
    }
  | { readonly type: 'close' };

export type FromGraphThread =
  | {
      readonly type: 'opened';
      readonly executionProvider: ExecutionProvider;
      readonly refusedProviders: readonly RefusedProvider[];
      /** By graph: `[batch size, milliseconds]` of the warm-up. */
      readonly runTimes: Readonly<Record<string, readonly (readonly [number, number])[]>>;
    }
  | { readonly type: 'refused'; readonly refusedProviders: readonly RefusedProvider[] }
  /** One record of outputs for each picture; the buffers are transferred. */
  | { readonly type: 'ran'; readonly outputs: readonly Readonly<Record<string, Float32Array>>[]; readonly ms: number }
  | { readonly type: 'failed'; readonly message: string };
