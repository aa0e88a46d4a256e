import { setTimeout as sleep } from 'node:timers/promises';
import { SfuWorker, type SfuWorkerOptions } from './sfu-worker.ts';

export interface SfuPoolOptions extends Omit<SfuWorkerOptions, 'port'> {
  readonly basePort: number;
  readonly workerCount: number;
}

/** Told what happens to workers. */
export interface SfuPoolLog {
  warn(message: string): void;
  error(message: string): void;
}

/** Pauses between tries to start a worker anew, ms: its port may need a moment to be free. */
const RESTART_PAUSES_MS = [0, 100, 500, 2000, 5000];

/** The mediasoup workers; a dead one is replaced on the same port. */
export class SfuPool {
  readonly #options: SfuPoolOptions;
  readonly #log: SfuPoolLog;
  readonly #workers: (SfuWorker | null)[] = [];
  #closed = false;

  private constructor(options: SfuPoolOptions, log: SfuPoolLog) {
    this.#options = options;
    this.#log = log;
  }

  /** @throws SfuError `port-in-use`, or what the start of a worker throws; none is left running then. */
  static async start(options: SfuPoolOptions, log: SfuPoolLog): Promise<SfuPool> {
    const pool = new SfuPool(options, log);
    try {
      for (let index = 0; index < options.workerCount; index++) await pool.#startWorker(index);
      return pool;
    } catch (error) {
      pool.close();
      throw error;
    }
  }

  /** The worker with the fewest sessions; null while none is alive. */
  leastLoaded(): SfuWorker | null {
    const alive = this.#workers.filter((worker) => worker !== null && !worker.closed) as SfuWorker[];
    return alive.sort((a, b) => a.loadCount - b.loadCount)[0] ?? null;
  }

  get aliveCount(): number {
    return this.#workers.filter((worker) => worker !== null && !worker.closed).length;
  }

  /** Ends all workers; idempotent. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#workers) worker?.close();
  }

  async #startWorker(index: number): Promise<void> {
    const worker = await SfuWorker.start({ ...this.#options, port: this.#options.basePort + index });
    if (this.#closed) return worker.close();
    this.#workers[index] = worker;
    worker.once('died', () => {
      this.#workers[index] = null;
      this.#log.error(`SFU worker ${worker.pid} died; its sessions reconnect to a new one`);
      void this.#replaceWorker(index);
    });
  }

  async #replaceWorker(index: number): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      await sleep(RESTART_PAUSES_MS[Math.min(attempt, RESTART_PAUSES_MS.length - 1)]);
      if (this.#closed) return;
      try {
        return await this.#startWorker(index);
      } catch (error) {
        this.#log.warn(`SFU worker cannot start yet: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}
