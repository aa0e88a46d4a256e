import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { StudioInfo } from '../../../shared/protocol.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { HouseToStudio, SchedulerStats, SessionSpec, StudioToHouse } from '../../studio/studio-protocol.ts';
import { parseSchedulerStats } from './scheduler-stats-schema.ts';
import { StudioCounters } from './studio-counters.ts';
import { StudioError } from './studio-error.ts';
import { type StudioReport, StudioSeat, type StudioSeatListener } from './studio-seat.ts';

/** How studios are started and how long they may take. */
export interface StudioProcessOptions {
  /** The program that studios run. */
  readonly modulePath: string;
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly silenceTimeoutMs: number;
}

export interface StudioProcessListener {
  onReady(): void;
  /** It cannot animate as the settings say, and another one could not either; `onExit` follows. */
  onRefused?(reason: string): void;
  /** The process is gone; every seat has been told already. */
  onExit(reason: string): void;
  /** A line that the studio wrote. */
  onOutput(line: string): void;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: StudioError): void;
}

/** One studio: a child process that speaks `studio-protocol.ts`, and the seats of the sessions in it. */
export class StudioProcess {
  readonly startedAt = performance.now();
  readonly #options: StudioProcessOptions;
  readonly #listener: StudioProcessListener;
  readonly #counters: StudioCounters;
  readonly #child: ChildProcess;
  readonly #seats = new Map<string, StudioSeat>();
  readonly #opening = new Map<string, Waiting<number>>();
  readonly #calibrating = new Map<string, Waiting<FaceLandmarks | null>[]>();
  readonly #startTimer: NodeJS.Timeout;
  #watchTimer: NodeJS.Timeout | undefined;
  #lastHeardAt = 0;
  #info: StudioInfo | null = null;
  #gone = false;
  #schedulerStats: SchedulerStats | null = null;

  /** @param counters where it adds what it does */
  constructor(options: StudioProcessOptions, listener: StudioProcessListener, counters = new StudioCounters()) {
    this.#options = options;
    this.#counters = counters;
    this.#listener = listener;
    this.#child = fork(options.modulePath, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => listener.onOutput(line));
    }
    this.#child.on('message', (message) => this.#receive(message as StudioToHouse));
    this.#child.once('error', (error) => this.#end(`could not be started: ${error.message}`));
    this.#child.once('exit', (code, signal) =>
      this.#end(signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
    this.#startTimer = setTimeout(() => this.kill('was not ready in time'), options.startTimeoutMs);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it animates with; null until it is ready. */
  get info(): StudioInfo | null {
    return this.#info;
  }

  get ready(): boolean {
    return this.#info !== null && !this.#gone;
  }

  /** Sessions in it, those being opened included. */
  get seatCount(): number {
    return this.#seats.size + this.#opening.size;
  }

  /** Of its scheduler, the newest; null where its sessions share none. */
  get schedulerStats(): SchedulerStats | null {
    return this.#schedulerStats;
  }

  /** The newest of each session in it. */
  get reports(): StudioReport[] {
    return [...this.#seats.values()].flatMap(({ report }) => report ?? []);
  }

  /** Opens a session in this studio. @throws StudioError */
  async open(spec: SessionSpec, listener: StudioSeatListener): Promise<StudioSeat> {
    const info = this.#info;
    if (info === null || this.#gone) throw new StudioError('lost', 'The studio is gone.');
    const { sessionId } = spec;
    const port = await this.#answer<number>((waiting) => {
      this.#opening.set(sessionId, waiting);
      this.#send({ type: 'session.open', spec });
      return () => this.#opening.delete(sessionId);
    });
    const seat = new StudioSeat({
      sessionId,
      port,
      info,
      listener,
      send: (message) => this.#send(message),
      calibrate: () => this.#calibrate(sessionId),
      leave: () => this.#leave(sessionId),
    });
    this.#seats.set(sessionId, seat);
    return seat;
  }

  /** Ends the process at once; its seats are lost. Idempotent. */
  kill(reason: string): void {
    this.#end(reason);
    this.#child.kill('SIGKILL');
  }

  /** Asks the process to end by closing its channel, and sees to it that it does within `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = new Promise((done) => this.#child.once('exit', done));
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#end('was closed');
    if (this.#child.connected) this.#child.disconnect();
    await exited;
    clearTimeout(killer);
  }

  #calibrate(sessionId: string): Promise<FaceLandmarks | null> {
    return this.#answer<FaceLandmarks | null>((waiting) => {
      const queue = this.#calibrating.get(sessionId) ?? [];
      queue.push(waiting);
      this.#calibrating.set(sessionId, queue);
      this.#send({ type: 'session.calibrate', sessionId });
      return () => {
        if (queue.includes(waiting)) queue.splice(queue.indexOf(waiting), 1);
      };
    });
  }

  #leave(sessionId: string): void {
    this.#seats.delete(sessionId);
    this.#calibrating.delete(sessionId);
    this.#send({ type: 'session.close', sessionId });
  }

  /** Asks something and waits; `ask` returns how to stop waiting. */
  #answer<T>(ask: (waiting: Waiting<T>) => () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let forget = () => {};
      const settled = <A extends unknown[]>(settle: (...args: A) => void) => {
        return (...args: A) => {
          clearTimeout(timer);
          forget();
          settle(...args);
        };
      };
      const timer = setTimeout(() => {
        forget();
        reject(new StudioError('timeout', 'The studio did not answer in time.'));
      }, this.#options.answerTimeoutMs);
      forget = ask({ resolve: settled(resolve), reject: settled(reject) });
    });
  }

  #send(message: HouseToStudio): void {
    // A failed send means that the process is going; `exit` follows and tells every seat.
    if (!this.#gone && this.#child.connected) this.#child.send(message, () => {});
  }

  #receive(message: StudioToHouse): void {
    if (this.#gone) return;
    // It says nothing of the sessions: a studio that sends no more than this counts as silent.
    if (message.type === 'studio.stats') {
      this.#takeSchedulerStats(message.scheduler);
      return;
    }
    this.#lastHeardAt = performance.now();
    if (message.type === 'studio.ready') {
      this.#becomeReady(message.info);
      return;
    }
    if (message.type === 'studio.refused') {
      this.#listener.onRefused?.(message.reason);
      return;
    }
    const { sessionId } = message;
    const seat = this.#seats.get(sessionId);
    switch (message.type) {
      case 'session.opened':
        this.#opening.get(sessionId)?.resolve(message.port);
        break;
      case 'session.calibrated':
        this.#calibrating.get(sessionId)?.[0]?.resolve(message.reference);
        seat?.listener.onReference(message.reference);
        break;
      case 'session.keyframeNeeded':
        seat?.listener.onKeyframeNeeded();
        break;
      case 'session.stats':
        if (seat) this.#counters.countFrames(seat.report, message);
        seat?.takeReport(message);
        break;
      case 'session.tracking':
        seat?.listener.onTracking(message.contours);
        break;
      case 'session.failed':
        this.#opening.get(sessionId)?.reject(new StudioError('failed', message.message));
        this.#seats.delete(sessionId);
        seat?.lose(message.message);
        break;
    }
  }

  /** What is none is passed over: the numbers are for dashboards only. */
  #takeSchedulerStats(given: unknown): void {
    const stats = parseSchedulerStats(given);
    if (stats === null) return;
    this.#counters.countScheduling(this.#schedulerStats, stats);
    this.#schedulerStats = stats;
  }

  #becomeReady(info: StudioInfo): void {
    this.#info = info;
    clearTimeout(this.#startTimer);
    const { silenceTimeoutMs } = this.#options;
    this.#watchTimer = setInterval(() => {
      const speaking = [...this.#seats.values()].some((seat) => seat.startedForMs > silenceTimeoutMs);
      if (speaking && performance.now() - this.#lastHeardAt > silenceTimeoutMs) this.kill('fell silent');
    }, silenceTimeoutMs / 4);
    this.#watchTimer.unref();
    this.#listener.onReady();
  }

  #end(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#startTimer);
    clearInterval(this.#watchTimer);
    const lost = new StudioError('lost', `The studio ${reason}.`);
    for (const waiting of [...this.#opening.values(), ...[...this.#calibrating.values()].flat()]) waiting.reject(lost);
    const seats = [...this.#seats.values()];
    this.#seats.clear();
    for (const seat of seats) seat.lose(lost.message);
    this.#listener.onExit(reason);
  }
}
