import { closeSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { readJson } from './files.mjs';
import { cachePath } from './paths.mjs';
import { say } from './progress.mjs';

const HEARTBEAT_MS = 2_000;
/** A holder that has not touched its lock for so long is dead (or its machine slept, which is as good). */
const STALE_MS = 30_000;
const POLL_MS = 300;

/** The locks held by this process. @type {Set<string>} */
const held = new Set();

process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

/**
 * Runs work that two bootstraps must not do at once (in two checkouts, or `npm start` beside `npm test`).
 * The lock saves the second one the work; what is made is moved into place whole in any case.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const path = cachePath('locks', `${name}.json`);
  mkdirSync(cachePath('locks'), { recursive: true });

  for (let told = false; !take(path); ) {
    if (isStale(path)) {
      removeStale(path);
      continue;
    }
    if (!told) say(`another effigy is busy with the same (${name}); waiting for it`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  held.add(path);
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    held.delete(path);
    rmSync(path, { force: true });
  }
}

/** @param {string} path @returns {boolean} whether it is ours now */
function take(path) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  }
}

/** @param {string} path @returns {boolean} */
function isStale(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return false;
  if (Date.now() - entry.mtimeMs > STALE_MS) return true;
  const holder = readJson(path);
  return holder?.host === hostname() && !isAlive(holder.pid);
}

/**
 * Moves a stale lock away before deleting it: of several that want to, one succeeds. Should a live lock have taken
 * its place in the meantime, it is put back.
 * @param {string} path
 */
function removeStale(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (!isStale(aside)) linkSync(aside, path);
  } catch (error) {
    // Another one was quicker.
    if (!['ENOENT', 'EEXIST'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}

/** @param {number} pid @returns {boolean} */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The cache was deleted under us; the work itself will say so.
  }
}
