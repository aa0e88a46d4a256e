import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandError, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {'apt' | 'dnf' | 'pacman' | 'brew'} PackageManager
 * @typedef {object} Requirement something of the operating system, and the package that brings it
 * @property {string} name
 * @property {() => boolean} isPresent
 * @property {Partial<Record<PackageManager, string>>} packages
 */

/** How a person installs packages with each. @type {Record<PackageManager, { program: string, command: string }>} */
const managers = {
  apt: { program: 'apt-get', command: 'sudo apt-get update && sudo apt-get install -y' },
  dnf: { program: 'dnf', command: 'sudo dnf install' },
  pacman: { program: 'pacman', command: 'sudo pacman -S --needed' },
  brew: { program: 'brew', command: 'brew install' },
};

/**
 * Installs what is missing where that may be done without asking (apt, as root or with a sudo that needs no password).
 * @param {string} purpose completes "… is needed for"
 * @param {Requirement[]} requirements
 * @throws {SetupError} that says what to install, where it may not
 */
export async function ensureSystemPackages(purpose, requirements) {
  const missingOnes = () => requirements.filter((requirement) => !requirement.isPresent());
  if (missingOnes().length === 0) return;

  const asRoot = aptPrefix();
  if (!asRoot) throw new SetupError(missingMessage(purpose, missingOnes(), installedManager()));

  await withLock('system-packages', async () => {
    const missing = missingOnes();
    if (missing.length === 0) return;
    try {
      await aptInstall(asRoot, packageNames(missing, 'apt'));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const errors = error.tail.filter((line) => /^[EW]: /.test(line));
      throw new SetupError(
        `${(errors.length > 0 ? errors : error.tail).join('\n')}\n${missingMessage(purpose, missing, 'apt')}`,
        { cause: error },
      );
    }
  });
  const missing = missingOnes();
  if (missing.length > 0) throw new SetupError(missingMessage(purpose, missing, 'apt'));
}

/**
 * @param {string[]} asRoot
 * @param {string[]} packages
 */
async function aptInstall(asRoot, packages) {
  const apt = (/** @type {string[]} */ args, /** @type {(line: string) => void} */ onLine) => {
    const settings = ['DPkg::Lock::Timeout=300', 'Acquire::Retries=3', 'APT::Status-Fd=1'].flatMap((s) => ['-o', s]);
    const [file, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...settings, ...args];
    return run(file, rest, { onLine });
  };
  await step(`installing Debian packages: ${packages.join(' ')}`, async (report) => {
    const onLine = (/** @type {string} */ line) => {
      const detail = aptStatus(line);
      if (detail) report({ detail });
    };
    // The lists of a fresh container are empty, those of an old machine name files that are gone.
    await apt(['update'], onLine).catch(() => undefined);
    await apt(['install', '-y', '--no-install-recommends', ...packages], onLine);
  });
}

/**
 * Reads a line of apt's machine-readable status.
 * @param {string} line
 * @returns {string | undefined} `Installing meson, 40 %`; undefined for any other line
 */
export function aptStatus(line) {
  const [, percent, text] = line.match(/^(?:dlstatus|pmstatus):[^:]*(?::[a-z0-9]+)?:([\d.]+):(.*)$/) ?? [];
  return percent === undefined ? undefined : `${text}, ${Math.round(Number(percent))} %`;
}

/** What to put before `apt-get` so that it installs without a question; undefined where there is no way, or no apt. */
export function aptPrefix() {
  return findCommand('apt-get') ? rootPrefix() : undefined;
}

/** What to put before a command so that it runs as root without a question; undefined where there is no way. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const canSudo = findCommand('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return canSudo ? ['sudo', '-n'] : undefined;
}

/** @returns {PackageManager | undefined} */
function installedManager() {
  const names = /** @type {PackageManager[]} */ (Object.keys(managers));
  return names.find((name) => findCommand(managers[name].program));
}

/** @param {Requirement[]} requirements @param {PackageManager} manager @returns {string[]} */
function packageNames(requirements, manager) {
  const names = requirements.map(({ name, packages }) => packages[manager] ?? name);
  return [...new Set(names)];
}

/**
 * @param {string} purpose
 * @param {Requirement[]} missing
 * @param {PackageManager | undefined} manager
 * @returns {string}
 */
export function missingMessage(purpose, missing, manager) {
  const first = `Needed for ${purpose}, and not found: ${missing.map(({ name }) => name).join(', ')}.`;
  if (manager) {
    const line = `  ${managers[manager].command} ${packageNames(missing, manager).join(' ')}`;
    return `${first}\nPlease install it and run the same command again:\n${line}`;
  }
  const lines = /** @type {PackageManager[]} */ (Object.keys(managers)).map(
    (name) => `  ${name.padEnd(7)}${packageNames(missing, name).join(' ')}`,
  );
  return `${first}\nPlease install it and run the same command again. What others call the packages:\n${lines.join('\n')}`;
}

/**
 * @param {string} name of a program, or its path
 * @returns {string | undefined} its path
 */
export function findCommand(name) {
  const candidates = name.includes('/')
    ? [name]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
