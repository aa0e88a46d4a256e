import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PortraitCut } from '../matting/cut-portrait.ts';
import type { DarkroomTask, DarkroomToHouse, HouseToDarkroom, UncutFace } from './darkroom-protocol.ts';
import type { DevelopedPicture, DevelopOptions } from './develop-portrait.ts';
import { PictureError } from './picture-error.ts';

/** How long a picture may take, and how many may wait. */
export interface DarkroomOptions {
  readonly timeoutMs: number;
  readonly queueMax: number;
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface DarkroomLog {
  warn(message: string): void;
  error(message: string): void;
}

interface Job {
  readonly task: DarkroomTask;
  resolve(answer: DarkroomToHouse): void;
  reject(error: Error): void;
}

const MODULE_PATH = fileURLToPath(new URL('./darkroom-main.ts', import.meta.url));
/** Loading the models comes before the first picture, and does not count against it. */
const START_TIMEOUT_MS = 30_000;
/** A darkroom that cannot even start is not started in a loop without a pause. */
const RESTART_PAUSE_MS = 2000;
/** Longer than this nobody looks at a spinning wheel. */
const MAX_WAIT_MS = 60_000;

/**
 * Develops pictures in a child process of their own, one after the other: whatever a picture does to its decoder,
 * nobody's animation suffers. A process that dies or hangs is replaced, and its picture refused.
 */
export class Darkroom {
  readonly #options: DarkroomOptions;
  readonly #log: DarkroomLog;
  readonly #waiting: Job[] = [];
  #child: ChildProcess | null = null;
  #ready = false;
  #current: { readonly id: number; readonly job: Job } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lastJobId = 0;
  #closed = false;

  constructor(options: DarkroomOptions, log: DarkroomLog) {
    this.#options = options;
    this.#log = log;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Prepares every face of a picture. @throws PictureError, `busy` where too many wait; Error for a fault of ours */
  develop(bytes: Uint8Array, options: DevelopOptions): Promise<DevelopedPicture> {
    return this.#do({ type: 'develop', bytes, options }).then((answer) => {
      if (answer.type !== 'developed') throw unexpected(answer);
      return answer.picture;
    });
  }

  /** Cuts the person of a developed face from the background. @throws like {@link develop} */
  cut({ still, landmarks, others }: UncutFace): Promise<PortraitCut> {
    return this.#do({ type: 'cut', face: { still, landmarks, others } }).then((answer) => {
      if (answer.type !== 'cut') throw unexpected(answer);
      return answer.cut;
    });
  }

  #do(task: DarkroomTask): Promise<DarkroomToHouse> {
    if (this.#closed) return Promise.reject(busy());
    if (this.#waiting.length >= this.#options.queueMax) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const job = { task, resolve, reject };
      this.#waiting.push(job);
      this.#next();
      setTimeout(() => this.#giveUpWaiting(job), MAX_WAIT_MS).unref();
    });
  }

  /** Ends the process; what waits is refused. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const job of [...this.#waiting.splice(0), ...(this.#current ? [this.#current.job] : [])]) job.reject(busy());
    this.#current = null;
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL'); // it holds nothing that is not in memory
    await exited;
  }

  /** Where the process does not come up, nobody waits for ever. */
  #giveUpWaiting(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    job.reject(busy());
  }

  #start(): void {
    const child = fork(MODULE_PATH, [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...this.#options.env },
    });
    this.#child = child;
    this.#ready = false;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#log.warn(`darkroom: ${line}`));
    }
    child.on('message', (message) => {
      if (child === this.#child) this.#receive(message as DarkroomToHouse);
    });
    child.once('error', (error) => this.#replace(child, `could not be started: ${error.message}`));
    child.once('exit', (code, signal) => this.#replace(child, `ended (${signal ?? code})`));
    this.#watch(START_TIMEOUT_MS);
  }

  #watch(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#child?.kill('SIGKILL'), timeoutMs);
  }

  #next(): void {
    if (!this.#ready || this.#current !== null) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#current = { id: ++this.#lastJobId, job };
    const message: HouseToDarkroom = { ...job.task, jobId: this.#lastJobId };
    this.#child?.send(message, () => {}); // a failed send is followed by `exit`
    this.#watch(this.#options.timeoutMs);
  }

  #receive(message: DarkroomToHouse): void {
    clearTimeout(this.#timer);
    if (message.type === 'ready') this.#ready = true;
    else if (message.jobId === this.#current?.id) {
      const { job } = this.#current;
      this.#current = null;
      if (message.type === 'refused') job.reject(new PictureError(message.code, message.message));
      else if (message.type === 'failed') job.reject(new Error(message.message));
      else job.resolve(message);
    }
    this.#next();
  }

  #replace(child: ChildProcess, reason: string): void {
    if (child !== this.#child || this.#closed) return;
    clearTimeout(this.#timer);
    const wasReady = this.#ready;
    this.#child = null;
    this.#ready = false;
    this.#log.error(`the darkroom ${reason} and is started again`);
    this.#current?.job.reject(
      new PictureError(
        'not-an-image',
        'The picture could not be read in reasonable time. Save it anew, smaller, or choose another.',
      ),
    );
    this.#current = null;
    setTimeout(() => this.#closed || this.#start(), wasReady ? 0 : RESTART_PAUSE_MS).unref();
  }
}

function unexpected({ type }: DarkroomToHouse): Error {
  return new Error(`the darkroom answered ${type} to another question`);
}

function busy(): PictureError {
  return new PictureError('busy', 'Many pictures are being prepared right now. Please try again in a moment.');
}
