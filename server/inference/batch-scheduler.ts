import { decideBatch } from './batch-policy.ts';
import type { FloatTensors } from './graph-runner.ts';
import { InferenceError } from './onnx-model.ts';
import type { RunTimes } from './run-times.ts';

/** Runs batches, one at a time. */
export interface BatchEngine {
  /**
   * Runs `calls` as one batch of `size` (the rest of it is padding); the outputs in the order of the calls, and how
   * long the device took. Rejects where the run as a whole failed.
   */
  runBatch(graph: string, calls: readonly BatchCall[], size: number): Promise<BatchResult>;
}

/** One call in a batch: a single picture's inputs. */
export interface BatchCall {
  readonly inputs: FloatTensors;
}

export interface BatchResult {
  readonly outputs: readonly FloatTensors[];
  readonly ms: number;
}

/** Time as the scheduler sees it; tests bring their own. */
export interface SchedulerClock {
  /** Milliseconds that only go forwards. */
  now(): number;
  /** Calls back once after `delayMs`; what is returned takes that back. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface BatchSchedulerOptions {
  readonly engine: BatchEngine;
  /** By graph. */
  readonly times: ReadonlyMap<string, RunTimes>;
  /** Longest time that a call may be kept waiting although the device is free. */
  readonly maxWaitMs: number;
  /** Calls that may wait for one graph; sessions are far fewer, each with one frame. */
  readonly maxWaiting: number;
  readonly clock?: SchedulerClock;
}

export interface SchedulerStats {
  readonly calls: number;
  readonly batches: number;
  /** Calls that a newer one of the same session and graph made needless. */
  readonly superseded: number;
  /** Batches that failed as a whole and were run again call by call. */
  readonly splitBatches: number;
  readonly waiting: number;
}

/** A newer frame of the same session came before this one was run. */
export class SupersededError extends InferenceError {
  constructor(graph: string) {
    super(`a newer frame of the session took this one’s place before ${graph}`);
    this.name = 'SupersededError';
  }
}

/** Who calls: one session's performer. Made by {@link BatchScheduler.openSource}. */
export interface CallSource {
  /** When it was last served, in batches since the start. */
  lastServed: number;
}

interface Waiting extends BatchCall {
  readonly source: CallSource;
  readonly arrivedMs: number;
  /** How long the device had been free in all when it came. */
  readonly freeMsBefore: number;
  readonly isLatestOnly: boolean;
  resolve(outputs: FloatTensors): void;
  reject(error: Error): void;
}

/** A session that has not called for so long is not waited for. */
const ACTIVE_MS = 250;
/** Weight of the newest interval in the mean. */
const INTERVAL_SHARE = 0.1;

const REAL_CLOCK: SchedulerClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Joins the calls of all sessions of one device into batches. Of each session only its newest frame waits; whoever was
 * served longest ago goes first; a call that cannot be run fails alone. Nothing grows: a queue holds one frame of each
 * session, and one batch is under way.
 */
export class BatchScheduler {
  readonly #options: BatchSchedulerOptions;
  readonly #clock: SchedulerClock;
  readonly #queues: ReadonlyMap<string, GraphQueue>;
  readonly #counts = { calls: 0, batches: 0, superseded: 0, splitBatches: 0 };
  #running: Promise<void> | null = null;
  /** How long the device has been free in all, up to the last run. */
  #freeMs = 0;
  #freeSinceMs: number;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: BatchSchedulerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#freeSinceMs = this.#clock.now();
    this.#queues = new Map([...options.times].map(([graph, times]) => [graph, new GraphQueue(graph, times)]));
  }

  get stats(): SchedulerStats {
    const waiting = [...this.#queues.values()].reduce((sum, { calls }) => sum + calls.length, 0);
    return { ...this.#counts, waiting };
  }

  openSource(): CallSource {
    return { lastServed: -1 };
  }

  /**
   * Waits for a place in a batch. With `isLatestOnly`, an older such call of the same source and graph that still waits
   * is rejected with a `SupersededError`.
   *
   * Rejects with an `InferenceError` where the graph is unknown, too many wait, the run fails or the scheduler is closed.
   */
  call(source: CallSource, graph: string, inputs: FloatTensors, isLatestOnly: boolean): Promise<FloatTensors> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(graph);
      if (this.#closed) throw new InferenceError('the graph runner is closed');
      if (!queue)
        throw new InferenceError(`there is no graph ${graph}; there are ${[...this.#queues.keys()].join(', ')}`);
      const arrivedMs = this.#clock.now();
      if (isLatestOnly) this.#supersede(queue, source);
      if (queue.calls.length >= this.#options.maxWaiting) {
        throw new InferenceError(`${graph} has ${queue.calls.length} calls waiting already`);
      }
      this.#counts.calls++;
      queue.add({
        source,
        inputs,
        arrivedMs,
        freeMsBefore: this.#freeMsUntil(arrivedMs),
        isLatestOnly,
        resolve,
        reject,
      });
      this.#look();
    });
  }

  /** Rejects what waits, and resolves when the batch under way has ended; idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const queue of this.#queues.values()) {
      for (const { reject } of queue.calls.splice(0)) reject(new InferenceError('the graph runner is closed'));
    }
    await this.#running;
  }

  #supersede(queue: GraphQueue, source: CallSource): void {
    const index = queue.calls.findIndex((call) => call.source === source && call.isLatestOnly);
    if (index < 0) return;
    const [older] = queue.calls.splice(index, 1);
    this.#counts.superseded++;
    older.reject(new SupersededError(queue.graph));
  }

  /** Starts a batch if the device is free and the time has come. */
  #look(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#running || this.#closed) return;
    const nowMs = this.#clock.now();
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#byAge()) {
      const decision = decideBatch({
        times: queue.times,
        waiting: queue.calls.length,
        keptMs: this.#freeMsUntil(nowMs) - queue.leastFreeMs,
        activeSources: queue.activeSources(nowMs),
        callIntervalMs: queue.callIntervalMs,
        maxWaitMs: this.#options.maxWaitMs,
      });
      if (decision.action === 'run') {
        this.#start(queue, decision.size);
        return;
      }
      soonestMs = Math.min(soonestMs, decision.forMs);
    }
    if (soonestMs < Number.POSITIVE_INFINITY) this.#cancelTimer = this.#clock.after(soonestMs, () => this.#look());
  }

  #freeMsUntil(nowMs: number): number {
    return this.#running ? this.#freeMs : this.#freeMs + nowMs - this.#freeSinceMs;
  }

  /** Graphs with calls, the longest-waiting call first. */
  #byAge(): GraphQueue[] {
    return [...this.#queues.values()].filter(({ calls }) => calls.length > 0).sort((a, b) => a.oldestMs - b.oldestMs);
  }

  #start(queue: GraphQueue, size: number): void {
    const calls = queue.take(size, ++this.#counts.batches);
    this.#freeMs = this.#freeMsUntil(this.#clock.now());
    this.#running = this.#run(queue, calls, size).then(() => {
      this.#running = null;
      this.#freeSinceMs = this.#clock.now();
      this.#look();
    });
  }

  /** Never rejects: each call is told of its own end. */
  async #run(queue: GraphQueue, calls: readonly Waiting[], size: number): Promise<void> {
    try {
      const { outputs, ms } = await this.#options.engine.runBatch(queue.graph, calls, size);
      queue.times.learn(size, ms);
      for (const [index, call] of calls.entries()) call.resolve(outputs[index]);
    } catch (error) {
      if (calls.length === 1) {
        calls[0].reject(error instanceof Error ? error : new InferenceError(String(error)));
        return;
      }
      // One of them may be at fault, and the others are not to suffer for it.
      this.#counts.splitBatches++;
      for (const call of calls) await this.#run(queue, [call], 1);
    }
  }
}

/** The calls that wait for one graph, at most one frame of each session. */
class GraphQueue {
  readonly graph: string;
  readonly times: RunTimes;
  readonly calls: Waiting[] = [];
  /** Mean time between two calls; null before the second. */
  callIntervalMs: number | null = null;
  readonly #sources = new Map<CallSource, number>();
  #lastCallMs: number | null = null;

  constructor(graph: string, times: RunTimes) {
    this.graph = graph;
    this.times = times;
  }

  get oldestMs(): number {
    return Math.min(...this.calls.map(({ arrivedMs }) => arrivedMs));
  }

  /** Of the call that has been kept longest while the device was free. */
  get leastFreeMs(): number {
    return Math.min(...this.calls.map(({ freeMsBefore }) => freeMsBefore));
  }

  add(call: Waiting): void {
    this.calls.push(call);
    this.#sources.set(call.source, call.arrivedMs);
    if (this.#lastCallMs !== null) {
      const intervalMs = Math.min(call.arrivedMs - this.#lastCallMs, ACTIVE_MS);
      this.callIntervalMs =
        this.callIntervalMs === null
          ? intervalMs
          : this.callIntervalMs * (1 - INTERVAL_SHARE) + intervalMs * INTERVAL_SHARE;
    }
    this.#lastCallMs = call.arrivedMs;
  }

  /** Sources that called lately; the others are forgotten. */
  activeSources(nowMs: number): number {
    for (const [source, calledMs] of this.#sources) {
      if (nowMs - calledMs > ACTIVE_MS) this.#sources.delete(source);
    }
    return this.#sources.size;
  }

  /** Takes up to `count` calls out, of those who were served longest ago, of them the first to come. */
  take(count: number, batchNumber: number): Waiting[] {
    const taken = [...this.calls]
      .sort((a, b) => a.source.lastServed - b.source.lastServed || a.arrivedMs - b.arrivedMs)
      .slice(0, count);
    for (const call of taken) {
      this.calls.splice(this.calls.indexOf(call), 1);
      call.source.lastServed = batchNumber;
    }
    return taken;
  }
}
