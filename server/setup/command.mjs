import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const TAIL_LINES = 30;

/** The commands running now, so that a signal can end them. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** A command that could not be started, failed, or ran out of time. `tail` holds the last lines it printed. */
export class CommandError extends Error {
  /** @param {string} message @param {string[]} tail */
  constructor(message, tail) {
    super(message);
    this.name = 'CommandError';
    this.tail = tail;
  }
}

/** A signal came: everything unwinds, cleaning up after itself, and nothing new is started. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

/** @type {NodeJS.Signals | undefined} */
let interruptedBy;

/** Ends the running commands, and makes them and all later ones throw `Interrupted`. @param {NodeJS.Signals} signal */
export function interrupt(signal) {
  interruptedBy = signal;
  for (const child of running) child.kill(signal);
}

/**
 * Runs a command to its end, its output read line by line (stdin is empty).
 * @param {string} file
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env] the whole environment of the command
 * @param {(line: string) => void} [options.onLine]
 * @param {number} [options.timeoutMs]
 * @returns {Promise<string[]>} the last lines it printed
 * @throws {CommandError | Interrupted}
 */
export async function run(file, args, { cwd, env = process.env, onLine, timeoutMs } = {}) {
  if (interruptedBy) throw new Interrupted(interruptedBy);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);

  /** @type {string[]} */
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    });
  }

  let timedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeoutMs);

  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...end) => resolve(end));
    });
    if (interruptedBy) throw new Interrupted(interruptedBy);
    if (code === 0) return tail;
    const end = timedOut ? `took longer than ${timeoutMs} ms` : signal ? `was ended by ${signal}` : `failed (${code})`;
    throw new CommandError(`\`${[file, ...args].join(' ')}\` ${end}`, tail);
  } catch (error) {
    if (error instanceof CommandError || error instanceof Interrupted) throw error;
    throw new CommandError(`\`${file}\` could not be started: ${/** @type {Error} */ (error).message}`, tail);
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}
