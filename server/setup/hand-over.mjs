import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { interrupt } from './command.mjs';

/** @type {import('node:child_process').ChildProcess | undefined} */
let task;

/** How long what a signal interrupts may take to clean up after itself. */
const CLEAN_UP_MS = 3_000;

/** @param {NodeJS.Signals} signal @returns {number} what a shell reports for it */
export function signalExitCode(signal) {
  return 128 + constants.signals[signal];
}

/** From here on, a signal ends what the bootstrap is doing, or is passed to the task. */
export function handleSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (!task) {
        interrupt(signal);
        setTimeout(() => process.exit(signalExitCode(signal)), CLEAN_UP_MS).unref();
        return;
      }
      // Ctrl-C reaches every process of the terminal by itself; twice would look like an impatient second one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) task.kill(signal);
    });
  }
}

/**
 * Runs one command of a task in the foreground, as if it had been started itself.
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<number>} its exit code; 128 + n where signal n ended it
 */
export function handOver(file, args, env, cwd) {
  return new Promise((resolve, reject) => {
    task = spawn(file, args, { cwd, env, stdio: 'inherit' });
    task.once('error', reject);
    task.once('exit', (code, signal) => {
      task = undefined;
      resolve(signal ? signalExitCode(signal) : (code ?? 1));
    });
  });
}
