import { Worker } from 'node:worker_threads';
import type { BatchCall, BatchEngine, BatchResult } from './batch-scheduler.ts';
import { describeRefusals, type GraphicsHardware, graphicsHardware } from './execution-providers.ts';
import type { FloatTensors } from './graph-runner.ts';
import type { ConstantInput, FromGraphThread, GraphThreadTask, ToGraphThread } from './graph-thread-protocol.ts';
import type { GraphFile } from './inline-graph-runner.ts';
import { type ExecutionProvider, InferenceError, type RefusedProvider } from './onnx-model.ts';
import { batchSizesOf } from './open-graphs.ts';
import { tensorRtDefaults } from './tensorrt-environment.ts';

const PROGRAM = new URL('./graph-thread-main.ts', import.meta.url);

export interface GraphThreadOptions {
  /** Tried in this order for all graphs together. Default: `['cpu']`. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Take a Vulkan driver that is a program on the processor: for tests. Default false. */
  readonly allowSoftwareVulkan?: boolean;
  /** Instead of looking for device files. */
  readonly hardware?: GraphicsHardware;
  /** Threads inside one operator, on the CPU. Default 1. */
  readonly threads?: number;
  /** Folder that keeps optimised graphs; null keeps none (default). */
  readonly optimisedGraphsDir?: string | null;
  /** Batch sizes to warm up, smallest first, beginning with 1, where graphs can batch. Default 1, 2, 4, 8: more is more memory than speed. */
  readonly batchSizes?: readonly number[];
  /** Larger batches than one that takes longer are not used. Default: three frames' time at 30 fps. */
  readonly maxRunMs?: number;
  /** Graphs that run once per portrait, one at a time. */
  readonly portraitGraphs?: readonly string[];
  /** How long a run may take that is expected to take so long, in milliseconds. Default: 50 times that, and 5 s. */
  readonly runDeadlineMs?: (expectedMs: number) => number;
  /**
   * The thread ended by itself, hangs in a run, or has failed again and again; whatever runs or is run after that is
   * rejected. A thread that hangs in a driver cannot be ended: only the end of the process frees the device.
   */
  readonly onLost?: (error: InferenceError) => void;
}

/** A batch that takes longer would keep every session in it waiting. */
const DEFAULT_MAX_RUN_MS = 100;
/** Far beyond what a busy device takes, so that only one that hangs is given up. */
const DEADLINE_FACTOR = 50;
const MIN_DEADLINE_MS = 5000;
/** A driver that has lost its device fails every run; a call that is at fault fails alone, between others. */
const MAX_FAILURES_IN_A_ROW = 5;
export const DEFAULT_BATCH_SIZES: readonly number[] = [1, 2, 4, 8];

type Opened = Extract<FromGraphThread, { type: 'opened' }>;
type Answer = Extract<FromGraphThread, { type: 'ran' }>;

/**
 * A thread that owns the onnxruntime sessions of one pack. What frames bring is written into memory that both threads
 * see; what belongs to portraits is copied over there, and only when another portrait had its place; outputs are
 * handed over without a copy. So this thread's event loop is held up by one picture's copy at most.
 */
export class GraphThread implements BatchEngine {
  readonly executionProvider: ExecutionProvider;
  /** Better providers, each with why it is not used and what to do about it. */
  readonly refusedProviders: readonly RefusedProvider[];
  /** Of the warm-up, by graph: `[batch size, milliseconds]`. */
  readonly runTimes: Opened['runTimes'];
  readonly #worker: Worker;
  readonly #graphs: Readonly<Record<string, GraphFile>>;
  readonly #inputs: GraphThreadTask['inputs'];
  /** What lies in each place of each input, where it is constant. */
  readonly #placed = new Map<string, Float32Array>();
  /** Constants as the other thread sees them; forgotten with the constant. */
  readonly #shared = new WeakMap<Float32Array, SharedArrayBuffer>();
  #answer: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;
  readonly #runDeadlineMs: (expectedMs: number) => number;
  readonly #onLost: (error: InferenceError) => void;
  #failuresInARow = 0;
  #lost: InferenceError | null = null;
  #closing: Promise<void> | null = null;
  #closed: (() => void) | null = null;

  private constructor(
    worker: Worker,
    graphs: Readonly<Record<string, GraphFile>>,
    inputs: GraphThreadTask['inputs'],
    { executionProvider, refusedProviders, runTimes }: Opened,
    { runDeadlineMs = defaultDeadlineMs, onLost = () => {} }: GraphThreadOptions,
  ) {
    this.#worker = worker;
    this.#graphs = graphs;
    this.#inputs = inputs;
    this.executionProvider = executionProvider;
    this.refusedProviders = refusedProviders;
    this.runTimes = runTimes;
    this.#runDeadlineMs = runDeadlineMs;
    this.#onLost = onLost;
    worker.on('message', (message: FromGraphThread) => this.#receive(message));
    worker.on('error', (error) => this.#lose(`failed: ${error instanceof Error ? error.message : error}`));
    worker.on('exit', (code) => this.#lose(`ended with code ${code}`));
  }

  /** Loads and warms up. @throws InferenceError with every provider's reason where none runs the graphs */
  static async open(
    graphs: Readonly<Record<string, GraphFile>>,
    options: GraphThreadOptions = {},
  ): Promise<GraphThread> {
    const { batchSizes = DEFAULT_BATCH_SIZES, portraitGraphs = [] } = options;
    if (Object.keys(graphs).length === 0) throw new InferenceError('there are no graphs to run');
    const task: GraphThreadTask = {
      graphs,
      executionProviders: options.executionProviders ?? ['cpu'],
      hardware: options.hardware ?? graphicsHardware(),
      allowSoftwareVulkan: options.allowSoftwareVulkan ?? false,
      threads: options.threads ?? 1,
      optimisedGraphsDir: options.optimisedGraphsDir ?? null,
      batchSizes,
      maxRunMs: options.maxRunMs ?? DEFAULT_MAX_RUN_MS,
      portraitGraphs,
      inputs: allocateInputs(graphs, (name) => Math.max(...batchSizesOf({ graphs, portraitGraphs, batchSizes }, name))),
    };
    // Here, for a thread's own `process.env` is a copy that native code never sees.
    if (task.executionProviders.includes('tensorrt')) {
      Object.assign(process.env, tensorRtDefaults(process.env, task.optimisedGraphsDir));
    }
    const worker = new Worker(PROGRAM, { workerData: task, execArgv: [] });
    const opened = await firstMessage(worker);
    if (opened.type === 'opened') return new GraphThread(worker, graphs, task.inputs, opened, options);
    await worker.terminate();
    const reasons = opened.type === 'refused' ? describeRefusals(opened.refusedProviders) : 'it never opened';
    throw new InferenceError(`no execution provider runs the graphs (${reasons || 'none was given'})`);
  }

  /** @throws InferenceError where a call's inputs are missing or of another shape than the graph's */
  checkInputs(graph: string, inputs: FloatTensors): void {
    const file = Object.hasOwn(this.#graphs, graph) ? this.#graphs[graph] : undefined;
    if (!file) {
      throw new InferenceError(`there is no graph ${graph}; there are ${Object.keys(this.#graphs).join(', ')}`);
    }
    for (const [name, shape] of Object.entries(file.inputs)) {
      const tensor = inputs[name];
      if (tensor && tensor.data.length === sizeOf(shape) && tensor.dims.join() === shape.join()) continue;
      const got = tensor ? `[${tensor.dims.join(', ')}] with ${tensor.data.length} numbers` : 'nothing';
      throw new InferenceError(`${graph} takes ${name} as [${shape.join(', ')}], not ${got}`);
    }
  }

  /**
   * Runs up to `size` calls as one batch of `size`, one of the sizes in {@link runTimes}.
   * @throws InferenceError where a batch is under way, the thread is gone or hangs, or the run fails
   */
  async runBatch(graph: string, calls: readonly BatchCall[], size: number): Promise<BatchResult> {
    if (this.#lost) throw this.#lost;
    if (this.#closing) throw new InferenceError('the graph runner is closed');
    if (this.#answer) throw new InferenceError('a batch is under way');
    for (const { inputs } of calls) this.checkInputs(graph, inputs);
    const constants = calls.flatMap(({ inputs }, place) => this.#place(graph, inputs, place));
    const deadlineMs = this.#runDeadlineMs(this.#expectedMs(graph, size));
    const deadline = setTimeout(() => this.#lose(`hangs: ${graph} gave nothing for ${deadlineMs} ms`), deadlineMs);
    try {
      const { outputs, ms } = await new Promise<Answer>((resolve, reject) => {
        this.#answer = { resolve, reject };
        this.#send({ type: 'run', graph, size, count: calls.length, constants });
      });
      const shapes = this.#graphs[graph].outputs;
      const tensors = outputs.map((record) =>
        Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [name, { data: record[name], dims }])),
      );
      return { outputs: tensors, ms };
    } catch (error) {
      this.#placed.clear();
      throw error;
    } finally {
      clearTimeout(deadline);
      this.#answer = null;
    }
  }

  /** Frees the graphs once the run under way has ended, or passed its deadline; idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#lost) {
        resolve();
        return;
      }
      this.#closed = resolve;
      this.#send({ type: 'close' });
    });
    return this.#closing;
  }

  /** Writes what changes into the shared memory; returns what the other thread has to copy. */
  #place(graph: string, inputs: FloatTensors, place: number): ConstantInput[] {
    const constants: ConstantInput[] = [];
    for (const [input, shape] of Object.entries(this.#graphs[graph].inputs)) {
      const tensor = inputs[input];
      const key = `${graph}/${input}/${place}`;
      if (tensor.isConstant) {
        if (this.#placed.get(key) === tensor.data) continue;
        constants.push({ input, place, data: this.#share(tensor.data) });
        this.#placed.set(key, tensor.data);
      } else {
        this.#placed.delete(key);
        const size = sizeOf(shape);
        new Float32Array(this.#inputs[graph][input], place * size * Float32Array.BYTES_PER_ELEMENT, size).set(
          tensor.data,
        );
      }
    }
    return constants;
  }

  #share(constant: Float32Array): SharedArrayBuffer {
    const known = this.#shared.get(constant);
    if (known) return known;
    const shared = new SharedArrayBuffer(constant.byteLength);
    new Float32Array(shared).set(constant);
    this.#shared.set(constant, shared);
    return shared;
  }

  #receive(message: FromGraphThread): void {
    if (message.type === 'ran') {
      this.#failuresInARow = 0;
      this.#answer?.resolve(message);
    } else if (message.type === 'failed') {
      this.#answer?.reject(new InferenceError(message.message));
      this.#failuresInARow++;
      if (this.#failuresInARow === MAX_FAILURES_IN_A_ROW) {
        this.#lose(`failed ${MAX_FAILURES_IN_A_ROW} times in a row, at last: ${message.message}`);
      }
    }
  }

  /** The thread has ended, as it should or not, or is given up. */
  #lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = new InferenceError(this.#closed ? 'the graph runner is closed' : `the graph thread ${reason}`);
    this.#answer?.reject(this.#lost);
    void this.#worker.terminate();
    if (this.#closed) this.#closed();
    else this.#onLost(this.#lost);
  }

  #expectedMs(graph: string, size: number): number {
    return this.runTimes[graph].find(([warm]) => warm === size)?.[1] ?? 0;
  }

  #send(message: ToGraphThread): void {
    this.#worker.postMessage(message);
  }
}

function defaultDeadlineMs(expectedMs: number): number {
  return Math.max(MIN_DEADLINE_MS, DEADLINE_FACTOR * expectedMs);
}

function allocateInputs(
  graphs: Readonly<Record<string, GraphFile>>,
  placesOf: (graph: string) => number,
): GraphThreadTask['inputs'] {
  return Object.fromEntries(
    Object.entries(graphs).map(([graph, { inputs }]) => [
      graph,
      Object.fromEntries(
        Object.entries(inputs).map(([name, shape]) => [
          name,
          new SharedArrayBuffer(sizeOf(shape) * placesOf(graph) * Float32Array.BYTES_PER_ELEMENT),
        ]),
      ),
    ]),
  );
}

function firstMessage(worker: Worker): Promise<FromGraphThread> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (error) => reject(new InferenceError(`the graph thread failed: ${String(error)}`, error)));
    worker.once('exit', (code) => reject(new InferenceError(`the graph thread ended with code ${code}`)));
  });
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
