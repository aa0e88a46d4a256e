import { delimiter, dirname } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureClient } from './client.mjs';
import { Interrupted } from './command.mjs';
import { ensureFaceModels } from './face-models.mjs';
import { handleSignals, handOver, signalExitCode } from './hand-over.mjs';
import { ensureNode24 } from './node24.mjs';
import { ensureOnnxruntime } from './onnxruntime.mjs';
import { ensurePackages } from './packages.mjs';
import { projectPath, projectRoot } from './paths.mjs';
import { say } from './progress.mjs';
import { ensureRasterKernel } from './raster-kernel.mjs';
import { SetupError } from './setup-error.mjs';
import { tasks } from './tasks.mjs';
import { ensureVulkan } from './vulkan.mjs';
import { ensureWorker } from './worker.mjs';

/**
 * Installs what a task needs and runs it.
 * @param {string[]} argv the name of the task, then its arguments
 */
export async function main([name, ...args]) {
  const task = tasks[name];
  if (!task) {
    say(`there is no task "${name ?? ''}"; there are ${Object.keys(tasks).join(', ')}`);
    process.exitCode = 1;
    return;
  }

  handleSignals();
  try {
    const node24 = await ensureNode24();
    await ensurePackages();
    const env = await ensureNeeds(task, args, node24);
    process.exitCode = await runCommands(task, args, node24, env);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.exitCode = signalExitCode(error.signal);
    } else if (error instanceof SetupError) {
      say(error.message);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

/**
 * @param {import('./tasks.mjs').Task} task
 * @param {string[]} args
 * @param {string} node24
 * @returns {Promise<NodeJS.ProcessEnv>} the environment of the task (see run.mjs)
 */
async function ensureNeeds({ needs, argumentsSelect, examines }, args, node24) {
  const whereNeeded = examines || (argumentsSelect && args.length > 0) ? orGoOn : orStop;
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: `${dirname(node24)}${delimiter}${process.env.PATH}` };
  // npm moves to the project; relative paths of the caller start where it was called.
  env.INIT_CWD ||= process.cwd();
  if (needs.includes('worker')) env.EFFIGY_MEDIASOUP_WORKER = await whereNeeded(() => ensureWorker(node24));
  if (needs.includes('onnxruntime')) await ensureOnnxruntime(node24);
  if (needs.includes('face-models')) env.EFFIGY_MODELS_DIR ||= await whereNeeded(() => ensureFaceModels(node24));
  if (needs.includes('raster-kernel')) await whereNeeded(() => ensureRasterKernel(node24));
  if (needs.includes('client')) await whereNeeded(() => ensureClient(node24));
  if (needs.includes('chromium')) env.EFFIGY_CHROMIUM ||= await whereNeeded(ensureChromium);
  if (needs.includes('vulkan')) await whereNeeded(() => ensureVulkan(node24));
  return env;
}

/**
 * @template T
 * @param {() => Promise<T>} ensure
 * @returns {Promise<T | undefined>}
 */
function orStop(ensure) {
  return ensure();
}

/**
 * A selection of a task's parts may not need what cannot be had, and the task alone knows.
 * @template T
 * @param {() => Promise<T>} ensure
 * @returns {Promise<T | undefined>}
 */
async function orGoOn(ensure) {
  try {
    return await ensure();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`${error.message}\nGoing on without it.`);
    return undefined;
  }
}

/**
 * @param {import('./tasks.mjs').Task} task
 * @param {string[]} args
 * @param {string} node24
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
async function runCommands({ commands }, args, node24, env) {
  for (const [index, [entry, ...options]] of commands.entries()) {
    const isLast = index === commands.length - 1;
    const code = await handOver(node24, [projectPath(entry), ...options, ...(isLast ? args : [])], env, projectRoot);
    if (code !== 0) return code;
  }
  return 0;
}
