import { availableParallelism } from 'node:os';
import type { SessionSpec } from '../../studio/studio-protocol.ts';
import type { Log } from '../log.ts';
import { DoublingRestarts } from './restart-policy.ts';
import { StudioCounters } from './studio-counters.ts';
import { StudioError } from './studio-error.ts';
import { StudioProcess, type StudioProcessOptions } from './studio-process.ts';
import type { StudioSeat, StudioSeatListener } from './studio-seat.ts';

export interface StudioPoolOptions extends StudioProcessOptions {
  readonly studioCount: number;
  /** How long a session waits for a studio to be ready. */
  readonly waitTimeoutMs: number;
  readonly restartMinMs: number;
  readonly restartMaxMs: number;
  /** Studios cannot animate as the settings say; none is started any more. Called once. */
  readonly onRefused?: (reason: string) => void;
}

/** A place in the pool: a studio, or the time until there is one again. */
interface Slot {
  readonly policy: DoublingRestarts;
  studio: StudioProcess | null;
  restartTimer?: NodeJS.Timeout;
}

/** A studio that sessions wait for has the machine to itself for so long, until their pictures flow again. */
const UNDISTURBED_MS = 1500;
/** So many studios more may be lost while they open one session: what kills every one must not reach them all. */
const MAX_LOSSES_OPENING = 3;
/** Time that studios are given to end by themselves. */
const CLOSE_GRACE_MS = 1000;

/**
 * The studios: places sessions in the least loaded one and replaces those that die.
 * Only few start at the same time, so that after a common death the first is ready as soon as can be.
 */
export class StudioPool {
  /** What all studios did, those included that are gone. */
  readonly counters = new StudioCounters();
  readonly #options: StudioPoolOptions;
  readonly #log: Log;
  readonly #slots: Slot[];
  readonly #maxStarting = Math.max(1, Math.floor(availableParallelism() / 2));
  readonly #waitingForReady = new Set<() => void>();
  #startTimer: NodeJS.Timeout | undefined;
  #refused = false;
  #closed = false;

  constructor(options: StudioPoolOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#slots = Array.from({ length: options.studioCount }, () => ({
      policy: new DoublingRestarts(options.restartMinMs, options.restartMaxMs),
      studio: null,
    }));
    this.#startNext();
  }

  get size(): number {
    return this.#slots.length;
  }

  get readyCount(): number {
    return this.ready.length;
  }

  /** The studios that are ready. */
  get ready(): StudioProcess[] {
    return this.#slots.flatMap(({ studio }) => (studio?.ready ? [studio] : []));
  }

  /** Process ids of the studios alive. */
  get pids(): number[] {
    return this.#slots.flatMap(({ studio }) => studio?.pid ?? []);
  }

  /** Opens a session in the least loaded studio, waiting for one to be ready. @throws StudioError */
  async open(spec: SessionSpec, listener: StudioSeatListener): Promise<StudioSeat> {
    const deadline = performance.now() + this.#options.waitTimeoutMs;
    for (let losses = 0; ; losses++) {
      const studio = await this.#readyStudio(deadline);
      try {
        return await studio.open(spec, listener);
      } catch (error) {
        // Another may be alive: only a studio's own refusal is final, or that several died of this session.
        if (!(error instanceof StudioError) || error.code === 'failed' || losses >= MAX_LOSSES_OPENING) throw error;
        if (error.code === 'timeout') studio.kill('did not open a session in time');
      }
    }
  }

  /** Ends all studios; idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#startTimer);
    for (const slot of this.#slots) clearTimeout(slot.restartTimer);
    this.#wakeWaiting();
    await Promise.all(this.#slots.map(({ studio }) => studio?.close(CLOSE_GRACE_MS)));
  }

  async #readyStudio(deadline: number): Promise<StudioProcess> {
    for (;;) {
      const leastLoaded = this.ready.sort((a, b) => a.seatCount - b.seatCount)[0];
      if (leastLoaded) return leastLoaded;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#closed) throw new StudioError('none-ready', 'No studio is ready.');
      await this.#nextReady(leftMs);
    }
  }

  #nextReady(timeoutMs: number): Promise<void> {
    return new Promise((done) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waitingForReady.delete(wake);
        done();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waitingForReady.add(wake);
    });
  }

  #wakeWaiting(): void {
    for (const wake of [...this.#waitingForReady]) wake();
  }

  #startNext(): void {
    for (const slot of this.#slots) {
      const starting = this.#slots.filter(({ studio }) => studio && !studio.ready).length;
      if (this.#closed || this.#refused || starting >= this.#maxStarting) return;
      if (slot.studio === null && slot.restartTimer === undefined) this.#start(slot);
    }
  }

  #start(slot: Slot): void {
    const studio: StudioProcess = new StudioProcess(
      this.#options,
      {
        onReady: () => {
          this.#log.info({ pid: studio.pid, ...studio.info }, 'studio ready');
          for (const { executionProvider, reason } of studio.info?.refusedProviders ?? []) {
            this.#log.warn(
              `${studio.info?.pack} runs on ${studio.info?.executionProvider}, not on ${executionProvider}: ${reason}`,
            );
          }
          const isAwaited = this.#waitingForReady.size > 0;
          this.#wakeWaiting();
          this.#startTimer = setTimeout(() => this.#startNext(), isAwaited ? UNDISTURBED_MS : 0);
        },
        onRefused: (reason) => this.#refuse(reason),
        onExit: (reason) => this.#replace(slot, studio, reason),
        onOutput: (line) => this.#log.warn({ pid: studio.pid }, `studio: ${line}`),
      },
      this.counters,
    );
    slot.studio = studio;
  }

  #refuse(reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#log.fatal(reason);
    this.#options.onRefused?.(reason);
  }

  #replace(slot: Slot, studio: StudioProcess, reason: string): void {
    slot.studio = null;
    if (this.#closed || this.#refused) return;
    const delayMs = slot.policy.nextDelayMs(performance.now() - studio.startedAt);
    this.#log.error({ pid: studio.pid, restartInMs: delayMs }, `studio ${reason}`);
    slot.restartTimer = setTimeout(() => {
      slot.restartTimer = undefined;
      this.#startNext();
    }, delayMs);
  }
}
