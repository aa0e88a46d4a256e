import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, run } from './command.mjs';
import { contentHash } from './files.mjs';
import { applyPatch, patches } from './mediasoup-worker/patches.mjs';
import { cachePath, installedPackage, platform, projectPath } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureSystemPackages, findCommand } from './system-packages.mjs';

const recipe = fileURLToPath(new URL('mediasoup-worker', import.meta.url));

/** What one C++ compiler takes at its worst. */
const BYTES_PER_JOB = 1e9;

/** @typedef {import('./system-packages.mjs').Requirement} Requirement */

/** @param {string} name @param {Requirement['packages']} packages @returns {Requirement} */
const program = (name, packages) => ({ name, packages, isPresent: () => findCommand(name) !== undefined });

/** @param {string} name as pkg-config knows it @param {Requirement['packages']} packages @returns {Requirement} */
const library = (name, packages) => ({
  name,
  packages,
  isPresent: () => spawnSync('pkg-config', ['--exists', name], { stdio: 'ignore' }).status === 0,
});

/** @type {Requirement[]} */
const requirements = [
  program('c++', { apt: 'g++', dnf: 'gcc-c++', pacman: 'gcc', brew: 'llvm' }),
  program('meson', {}),
  program('ninja', { apt: 'ninja-build', dnf: 'ninja-build' }),
  program('pkg-config', { dnf: 'pkgconf-pkg-config', pacman: 'pkgconf', brew: 'pkgconf' }),
  program('flatc', {
    apt: 'flatbuffers-compiler',
    dnf: 'flatbuffers-compiler',
    pacman: 'flatbuffers',
    brew: 'flatbuffers',
  }),
  library('libuv', { apt: 'libuv1-dev', dnf: 'libuv-devel', pacman: 'libuv', brew: 'libuv' }),
  library('openssl', { apt: 'libssl-dev', dnf: 'openssl-devel', pacman: 'openssl', brew: 'openssl@3' }),
  library('libsrtp2', { apt: 'libsrtp2-dev', dnf: 'libsrtp-devel', pacman: 'libsrtp', brew: 'srtp' }),
  library('flatbuffers', {
    apt: 'libflatbuffers-dev',
    dnf: 'flatbuffers-devel',
    pacman: 'flatbuffers',
    brew: 'flatbuffers',
  }),
  library('absl_optional', { apt: 'libabsl-dev', dnf: 'abseil-cpp-devel', pacman: 'abseil-cpp', brew: 'abseil' }),
];

/** Another way of building it makes another worker. @returns {string} */
export function recipeHash() {
  return contentHash(recipe, [join(recipe, 'sources'), join(recipe, 'patches.mjs')]);
}

/**
 * Builds mediasoup-worker from the sources in its npm package against the libraries of the distribution.
 * What an interrupted build has compiled, the next one does not compile again. One at a time: the caller has the lock.
 * @param {string} destination
 * @throws {SetupError}
 */
export async function buildWorker(destination) {
  await ensureSystemPackages("building mediasoup's worker", requirements);

  const builds = cachePath('mediasoup-worker');
  const name = `build-${installedPackage('mediasoup').version}-${platform}-${recipeHash()}`;
  for (const other of readdirSync(builds)) {
    if (other.startsWith('build-') && other !== name) rmSync(join(builds, other), { recursive: true, force: true });
  }

  const scratch = join(builds, name);
  try {
    prepareSources(scratch);
    await compile(scratch, destination);
    rmSync(scratch, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new SetupError(
      `mediasoup's worker could not be built: ${error.message}\n${withoutProgress(error.tail)}\n` +
        'A worker built elsewhere can be given as EFFIGY_MEDIASOUP_WORKER=/path/to/mediasoup-worker.',
      { cause: error },
    );
  }
}

/** @param {string[]} lines @returns {string} */
function withoutProgress(lines) {
  return lines.filter((line) => !ninjaProgress(line)).join('\n');
}

/** @param {string} scratch */
function prepareSources(scratch) {
  const prepared = join(scratch, 'prepared');
  if (existsSync(prepared)) return;

  rmSync(scratch, { recursive: true, force: true });
  cpSync(projectPath('node_modules', 'mediasoup', 'worker'), scratch, { recursive: true });
  rmSync(join(scratch, 'subprojects'), { recursive: true });
  cpSync(join(recipe, 'sources'), scratch, { recursive: true });
  for (const patch of patches) {
    const file = join(scratch, patch.file);
    writeFileSync(file, applyPatch(readFileSync(file, 'utf8'), patch));
  }
  writeFileSync(prepared, '');
}

/** @param {string} scratch @param {string} destination */
async function compile(scratch, destination) {
  const out = join(scratch, 'out');
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
  await step("building mediasoup's worker (a few minutes, once)", async (report) => {
    if (!existsSync(join(out, 'build.ninja'))) {
      rmSync(out, { recursive: true, force: true });
      report({ detail: 'configuring' });
      const options = ['--buildtype', 'release', '-Db_ndebug=true', '--wrap-mode=nodownload'];
      await run('meson', ['setup', ...options, out], { cwd: scratch });
    }
    await run('ninja', ['-C', out, `-j${jobs}`, 'mediasoup-worker'], {
      env: { ...process.env, NINJA_STATUS: '[%f/%t] ' },
      onLine: (line) => {
        const progress = ninjaProgress(line);
        if (progress) report(progress);
      },
    });
    await run('strip', ['-o', destination, join(out, 'mediasoup-worker')]);
  });
}

/**
 * @param {string} line of ninja's output
 * @returns {{ done: number, total: number } | undefined}
 */
export function ninjaProgress(line) {
  const [, done, total] = line.match(/^\[(\d+)\/(\d+)\]/) ?? [];
  return done === undefined ? undefined : { done: Number(done), total: Number(total) };
}
