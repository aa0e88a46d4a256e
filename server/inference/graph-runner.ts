import type { ExecutionProvider } from './onnx-model.ts';

/** Numbers in the order of ONNX: the last axis varies fastest. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
  /**
   * Neither the object, its array nor its numbers ever change: a runner may keep a copy beside its device and know it
   * again by the object or the array, so that what belongs to a portrait need not travel with each frame.
   */
  readonly isConstant?: boolean;
}

export type FloatTensors = Readonly<Record<string, FloatTensor>>;

/**
 * Runs the graphs of one pack. Whoever makes it decides where: in this thread, in others, on a GPU; adapters do not
 * know.
 */
export interface GraphRunner {
  /** Where the graphs run, after any falling back. */
  readonly executionProvider: ExecutionProvider;
  /**
   * Runs one graph. The first axis of every input and output is the batch, 1 in each call; calls that wait together
   * may be joined. Inputs must stay as they are until the promise settles; outputs are new and belong to the caller,
   * but where every input is constant: then they may be shared with others who gave the same, and are constant too.
   *
   * Rejects with an `InferenceError` where the graph is unknown, inputs are missing or of another shape, the runner is
   * closed, or the run fails.
   */
  run(graph: string, inputs: FloatTensors): Promise<FloatTensors>;
  /** Frees the graphs once runs under way have ended; idempotent. */
  close(): Promise<void>;
}
