import { existsSync } from 'node:fs';
import { CommandError } from './command.mjs';
import { readJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { isArchiveLine, npm, npmErrors } from './npm.mjs';
import { checkoutKey, projectPath, projectRoot } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {{ version: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 * @typedef {{ platform: string, arch: string, musl: boolean }} Host
 */

/** @type {Host} */
const host = { platform: process.platform, arch: process.arch, musl: existsSync('/etc/alpine-release') };

/** Brings `node_modules` in line with `package-lock.json`. */
export async function ensurePackages() {
  if (packagesAreCurrent()) return;

  await withLock(`packages-${checkoutKey}`, async () => {
    if (packagesAreCurrent()) return;
    const total = expectedPackages(lockedPackages(), host).length;
    let done = 0;
    try {
      // Not `npm ci`: that deletes what is right already, under the feet of a running server too, and it refuses a
      // lock file written where the registry did not carry the packages of every other platform.
      await step('installing npm packages', (report) =>
        npm(projectRoot, ['install', '--no-save'], (line) => {
          if (isArchiveLine(line)) report({ done: Math.min(++done, total), total });
        }),
      );
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new SetupError(
        `npm could not install the packages:\n${npmErrors(error.tail)}\n` +
          'Check the connection to the npm registry (`npm ping`) and run the same command again.',
        { cause: error },
      );
    }
  });
}

/** @returns {Record<string, LockedPackage>} */
function lockedPackages() {
  return readJson(projectPath('package-lock.json'))?.packages ?? {};
}

/** Asks npm's own record of what it installed, so there is no second account that could differ. @returns {boolean} */
function packagesAreCurrent() {
  const installed = readJson(projectPath('node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  const locked = lockedPackages();
  return expectedPackages(locked, host).every(
    (path) => installed[path]?.version === locked[path].version && existsSync(projectPath(path)),
  );
}

/**
 * The paths of the packages that an install on this host must have: all but the optional ones of other platforms.
 * @param {Record<string, LockedPackage>} locked `packages` of a package-lock.json
 * @param {Host} host
 * @returns {string[]}
 */
export function expectedPackages(locked, { platform, arch, musl }) {
  const includes = (/** @type {string[] | undefined} */ list, /** @type {string} */ name) =>
    !list || list.includes(name) || (list.some((item) => item.startsWith('!')) && !list.includes(`!${name}`));
  return Object.entries(locked)
    .filter(([path, entry]) => {
      if (path === '') return false;
      if (!entry.optional) return true;
      // An optional package for any platform is there only as the dependency of another platform's (WebAssembly's).
      if (!entry.os && !entry.cpu) return false;
      return includes(entry.os, platform) && includes(entry.cpu, arch) && includes(entry.libc, musl ? 'musl' : 'glibc');
    })
    .map(([path]) => path);
}
