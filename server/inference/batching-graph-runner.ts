import { BatchScheduler, type CallSource, type SchedulerStats } from './batch-scheduler.ts';
import { ConstantResults } from './constant-results.ts';
import { DEFAULT_BATCH_WAIT_MS } from './execution-providers.ts';
import type { FloatTensors, GraphRunner } from './graph-runner.ts';
import { GraphThread, type GraphThreadOptions } from './graph-thread.ts';
import type { GraphFile } from './inline-graph-runner.ts';
import type { ExecutionProvider, RefusedProvider } from './onnx-model.ts';
import { RunTimes } from './run-times.ts';

export interface BatchingOptions extends GraphThreadOptions {
  /** Longest time that a call may be kept waiting for company although the device is free. */
  readonly maxWaitMs?: number;
  /** Memory for what graphs made of portraits. */
  readonly constantResultsMaxBytes?: number;
}

/** Portraits take 4 MB (FOMM) to 9 MB (LivePortrait) each. */
const DEFAULT_CONSTANT_RESULTS_BYTES = 512 * 2 ** 20;
/** Each session has one frame waiting at most; more is a fault. */
const MAX_WAITING = 256;

/**
 * Runs the graphs of one pack for many sessions at once, in a thread of their own: the calls of all sessions are joined
 * into batches. Each session calls through a {@link forSession} of its own.
 */
export class BatchingGraphRunner {
  readonly #thread: GraphThread;
  readonly #scheduler: BatchScheduler;
  readonly #constants: ConstantResults;
  #closing: Promise<void> | null = null;

  private constructor(thread: GraphThread, options: BatchingOptions) {
    const times = Object.entries(thread.runTimes).map(([name, measured]) => [name, new RunTimes(measured)] as const);
    this.#thread = thread;
    this.#constants = new ConstantResults(options.constantResultsMaxBytes ?? DEFAULT_CONSTANT_RESULTS_BYTES);
    this.#scheduler = new BatchScheduler({
      engine: thread,
      times: new Map(times),
      maxWaitMs: options.maxWaitMs ?? DEFAULT_BATCH_WAIT_MS,
      maxWaiting: MAX_WAITING,
    });
  }

  /** Loads and warms up every graph. @throws InferenceError with every provider's reason where none runs them */
  static async open(
    graphs: Readonly<Record<string, GraphFile>>,
    options: BatchingOptions = {},
  ): Promise<BatchingGraphRunner> {
    return new BatchingGraphRunner(await GraphThread.open(graphs, options), options);
  }

  get executionProvider(): ExecutionProvider {
    return this.#thread.executionProvider;
  }

  /** Better providers, each with why it is not used and what to do about it. */
  get refusedProviders(): readonly RefusedProvider[] {
    return this.#thread.refusedProviders;
  }

  /** Of the warm-up, by graph: `[batch size, milliseconds]`. */
  get runTimes(): GraphThread['runTimes'] {
    return this.#thread.runTimes;
  }

  get stats(): SchedulerStats {
    return this.#scheduler.stats;
  }

  /** What one session's adapter runs its graphs with. Closing it leaves the graphs to the other sessions. */
  forSession(): GraphRunner {
    const source = this.#scheduler.openSource();
    const { executionProvider } = this;
    return {
      executionProvider,
      run: (graph, inputs) => this.#run(source, graph, inputs),
      close: async () => {},
    };
  }

  /** Frees the graphs once the run under way has ended; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#scheduler.close().then(() => this.#thread.close());
    return this.#closing;
  }

  /** A wrong call is refused before it can spoil a batch. A portrait's results are remembered and never dropped. */
  async #run(source: CallSource, graph: string, inputs: FloatTensors): Promise<FloatTensors> {
    this.#thread.checkInputs(graph, inputs);
    if (!ConstantResults.isConstant(inputs)) return this.#scheduler.call(source, graph, inputs, true);
    return this.#constants.get(graph, inputs, () => this.#scheduler.call(source, graph, inputs, false));
  }
}
