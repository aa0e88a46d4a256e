import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { OptimisedGraphs } from './optimised-graphs.ts';

/**
 * The one door to onnxruntime: loading a model on the best execution provider that works here, and running it with
 * buffers that are allocated once.
 */

/** Where a network can run; `tensorrt` and `cuda` need NVIDIA's libraries, `webgpu` a Vulkan driver. */
export type ExecutionProvider = 'tensorrt' | 'cuda' | 'webgpu' | 'cpu';

/** A provider that was wanted and did not work, with onnxruntime's reason. */
export interface RefusedProvider {
  readonly executionProvider: ExecutionProvider;
  readonly reason: string;
}

export interface OnnxModelOptions {
  /** Tried in this order; the first that loads the model is taken. Default: `['cpu']`. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Threads inside one operator. Default 1: a studio is one process a core, more threads would fight over it. */
  readonly threads?: number;
  /** Folder that keeps optimised graphs, so that the next start is faster. Default: none is kept. */
  readonly optimisedGraphsDir?: string;
}

/** Shapes of the values that one run takes and gives, by name. */
export type Shapes<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** A model could not be loaded, bound or run; the message names the model and onnxruntime's reason. */
export class InferenceError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'InferenceError';
  }
}

/** onnxruntime warns about every node it leaves on the CPU; only errors matter here. */
const ORT_SEVERITY_ERROR = 3;

/** A loaded network. It may be shared by many {@link OnnxRun}s of one thread. */
export class OnnxModel {
  readonly executionProvider: ExecutionProvider;
  /** Better providers that were tried first, for the log: falling back must not be silent. */
  readonly refusedProviders: readonly RefusedProvider[];
  readonly #name: string;
  readonly #session: InferenceSession;
  #closed = false;

  private constructor(
    name: string,
    session: InferenceSession,
    executionProvider: ExecutionProvider,
    refusedProviders: readonly RefusedProvider[],
  ) {
    this.#name = name;
    this.#session = session;
    this.executionProvider = executionProvider;
    this.refusedProviders = refusedProviders;
  }

  /**
   * Loads an ONNX file.
   * @throws InferenceError if no provider takes it, with each one's reason
   */
  static async load(
    file: string,
    { executionProviders = ['cpu'], threads = 1, optimisedGraphsDir }: OnnxModelOptions = {},
  ): Promise<OnnxModel> {
    env.logLevel = 'error';
    const refused: RefusedProvider[] = [];
    for (const executionProvider of executionProviders) {
      try {
        requireSupported(executionProvider);
        const options = sessionOptions(executionProvider, threads);
        const session =
          optimisedGraphsDir === undefined
            ? await InferenceSession.create(file, options)
            : await createKept(new OptimisedGraphs(optimisedGraphsDir), file, executionProvider, options);
        return new OnnxModel(file, session, executionProvider, refused);
      } catch (error) {
        refused.push({ executionProvider, reason: messageOf(error) });
      }
    }
    const reasons = refused.map(({ executionProvider, reason }) => `${executionProvider}: ${reason}`);
    throw new InferenceError(`cannot load ${file} (${reasons.join('; ') || 'no execution provider given'})`);
  }

  /**
   * Prepares runs with inputs and outputs of fixed shapes (float32). `inputBuffers`, each exactly as long as its input,
   * are used in the place of own ones; they may be shared with another thread.
   * @throws InferenceError if the model has no value of such a name
   */
  bind<I extends string, O extends string>(
    inputs: Shapes<I>,
    outputs: Shapes<O>,
    inputBuffers: Partial<Readonly<Record<I, Float32Array>>> = {},
  ): OnnxRun<I, O> {
    this.#requireNames('input', Object.keys(inputs), this.#session.inputNames, true);
    this.#requireNames('output', Object.keys(outputs), this.#session.outputNames, false);
    return new OnnxRun(inputs, outputs, inputBuffers, (feeds, fetches) => this.#run(feeds, fetches));
  }

  /** Frees the native session; idempotent. Runs bound to it then fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.release();
  }

  async #run(feeds: InferenceSession.FeedsType, fetches: Record<string, Tensor>): Promise<void> {
    if (this.#closed) throw new InferenceError(`${this.#name} is closed`);
    try {
      await this.#session.run(feeds, fetches);
    } catch (error) {
      throw new InferenceError(`${this.#name} failed: ${messageOf(error)}`, error);
    }
  }

  #requireNames(kind: string, wanted: readonly string[], known: readonly string[], all: boolean): void {
    const unknown = wanted.filter((name) => !known.includes(name));
    const absent = all ? known.filter((name) => !wanted.includes(name)) : [];
    if (unknown.length + absent.length === 0) return;
    throw new InferenceError(`${this.#name} has the ${kind}s ${known.join(', ')}; asked for ${wanted.join(', ')}`);
  }
}

/**
 * One model with its own input and output buffers: write {@link inputs}, await {@link execute}, read {@link outputs}.
 * Both are reused by every run; one run at a time.
 */
export class OnnxRun<I extends string = string, O extends string = string> {
  readonly inputs: Readonly<Record<I, Float32Array>>;
  readonly outputs: Readonly<Record<O, Float32Array>>;
  readonly #feeds: Record<string, Tensor>;
  readonly #fetches: Record<string, Tensor>;
  readonly #run: (feeds: Record<string, Tensor>, fetches: Record<string, Tensor>) => Promise<void>;
  #running = false;

  /** Use {@link OnnxModel.bind}. */
  constructor(
    inputs: Shapes<I>,
    outputs: Shapes<O>,
    inputBuffers: Partial<Readonly<Record<I, Float32Array>>>,
    run: (feeds: Record<string, Tensor>, fetches: Record<string, Tensor>) => Promise<void>,
  ) {
    this.#feeds = allocate(inputs, inputBuffers);
    this.#fetches = allocate(outputs, {});
    this.inputs = buffersOf(this.#feeds);
    this.outputs = buffersOf(this.#fetches);
    this.#run = run;
  }

  /**
   * Runs the network on this thread: the event loop waits for it.
   * @throws InferenceError if a run is under way, the model is closed, or onnxruntime fails
   */
  async execute(): Promise<void> {
    if (this.#running) throw new InferenceError('a run with these buffers is under way');
    this.#running = true;
    try {
      await this.#run(this.#feeds, this.#fetches);
    } finally {
      this.#running = false;
    }
  }
}

/** onnxruntime drops a provider that it was not built with and runs on the CPU, all in silence. */
export function requireSupported(executionProvider: ExecutionProvider): void {
  const names = listSupportedBackends().map(({ name }) => name);
  if (!names.includes(executionProvider)) throw new Error(`this onnxruntime has only ${names.join(', ')}`);
}

/** onnxruntime's version, which decides what an optimised graph looks like. */
export function onnxruntimeVersion(): string {
  return env.versions.node ?? env.versions.common;
}

/** Creates a session from the graph's kept, optimised form, which is made if it is not there or cannot be read. */
async function createKept(
  kept: OptimisedGraphs,
  file: string,
  executionProvider: ExecutionProvider,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const path = await kept.pathOf(file, { executionProvider, onnxruntimeVersion: onnxruntimeVersion() });
  if (await kept.has(path)) {
    try {
      return await InferenceSession.create(path, { ...options, graphOptimizationLevel: 'disabled' });
    } catch {
      await kept.discard(path);
    }
  }
  try {
    return await kept.put(path, (part) => InferenceSession.create(file, { ...options, optimizedModelFilePath: part }));
  } catch {
    // The disk may be full, or the provider compiles what cannot be written down; if it is the graph, it fails again.
    return InferenceSession.create(file, options);
  }
}

function sessionOptions(executionProvider: ExecutionProvider, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [executionProvider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Intermediate maps come from one arena that the memory pattern of the first run has sized: no malloc per frame.
    enableCpuMemArena: true,
    enableMemPattern: true,
    logSeverityLevel: ORT_SEVERITY_ERROR,
    extra: {
      session: {
        // Idle threads must not burn a core that other sessions share.
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
        // A node that a GPU has no kernel for would run on the CPU in silence, with its maps copied there and back.
        ...(executionProvider !== 'cpu' && { disable_cpu_ep_fallback: '1' }),
      },
    },
  };
}

function allocate(
  shapes: Shapes<string>,
  given: Partial<Readonly<Record<string, Float32Array>>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      return [name, new Tensor('float32', given[name] ?? new Float32Array(size), shape)];
    }),
  );
}

function buffersOf<Name extends string>(tensors: Record<string, Tensor>): Record<Name, Float32Array> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, tensor.data]);
  return Object.fromEntries(entries) as Record<Name, Float32Array>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
