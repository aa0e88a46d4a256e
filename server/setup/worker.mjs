import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, Interrupted, run } from './command.mjs';
import { readJson, replaceFolder, writeJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { cachePath, installedPackage, platform, projectRoot } from './paths.mjs';
import { say } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { buildWorker, recipeHash } from './worker-build.mjs';
import { downloadPrebuiltWorker } from './worker-prebuilt.mjs';

const VERIFIER = fileURLToPath(new URL('mediasoup-worker/verify.mjs', import.meta.url));

/** mediasoup-worker's exit code where nobody told it its version: it was loaded and ran (see its main.cpp). */
const ALIVE_EXIT_CODE = 41;

/** Where a worker in the cache came from. @typedef {{ kind: 'prebuilt' | 'built', recipe: string }} Origin */

/**
 * Finds, downloads or builds the mediasoup-worker of the installed mediasoup.
 * @param {string} node24
 * @returns {Promise<string>} the path of the binary
 */
export async function ensureWorker(node24) {
  const own = process.env.EFFIGY_MEDIASOUP_WORKER || process.env.MEDIASOUP_WORKER_BIN;
  if (own) {
    if (!runsHere(own)) throw new SetupError(`EFFIGY_MEDIASOUP_WORKER is ${own}, which does not run here.`);
    return own;
  }

  const version = installedPackage('mediasoup').version;
  const folder = cachePath('mediasoup-worker', `${version}-${platform}`);
  const binary = join(folder, 'mediasoup-worker');
  if (isCurrent(folder, binary)) return binary;

  await withLock('mediasoup-worker', async () => {
    if (isCurrent(folder, binary)) return;
    const next = `${folder}.${process.pid}`;
    mkdirSync(next, { recursive: true });
    try {
      /** @type {Origin} */
      const origin = { kind: await makeWorker(join(next, 'mediasoup-worker'), node24), recipe: recipeHash() };
      writeJson(join(next, 'origin.json'), origin);
      replaceFolder(next, folder);
    } finally {
      rmSync(next, { recursive: true, force: true });
    }
  });
  return binary;
}

/**
 * @param {string} destination
 * @param {string} node24
 * @returns {Promise<Origin['kind']>}
 */
async function makeWorker(destination, node24) {
  try {
    await downloadPrebuiltWorker(destination);
    if (!runsHere(destination)) throw new Error('it does not run here');
    await verify(destination, node24);
    return 'prebuilt';
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    rmSync(destination, { force: true });
    say(`no prebuilt mediasoup worker (${/** @type {Error} */ (error).message}); it will be built from its sources`);
  }

  await buildWorker(destination);
  try {
    await verify(destination, node24);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new SetupError(`mediasoup's worker was built, but does not work:\n${error.tail.join('\n')}`, {
      cause: error,
    });
  }
  return 'built';
}

/** Has mediasoup itself start the worker and make a transport on it. @param {string} binary @param {string} node24 */
async function verify(binary, node24) {
  await run(node24, [VERIFIER, binary], { cwd: projectRoot, timeoutMs: 30_000 });
}

/** @param {string} folder @param {string} binary @returns {boolean} */
function isCurrent(folder, binary) {
  /** @type {Origin | undefined} */
  const origin = readJson(join(folder, 'origin.json'));
  if (!origin || (origin.kind === 'built' && origin.recipe !== recipeHash())) return false;
  // The libraries it was linked to may have gone with an upgrade of the system.
  return runsHere(binary);
}

/** @param {string} binary @returns {boolean} */
function runsHere(binary) {
  return spawnSync(binary, [], { env: {}, stdio: 'ignore', timeout: 10_000 }).status === ALIVE_EXIT_CODE;
}
