import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Tells this checkout from others in the names of locks. */
export const checkoutKey = createHash('sha256').update(projectRoot).digest('hex').slice(0, 8);

/** `linux-x64` and the like. */
export const platform = `${process.platform}-${process.arch}`;

/**
 * Where downloads and builds are kept between checkouts and installs. Everything in it can be deleted.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheRoot(env = process.env) {
  return env.EFFIGY_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'effigy');
}

/** @param {...string} segments @returns {string} */
export function cachePath(...segments) {
  return join(cacheRoot(), ...segments);
}

/** @param {...string} segments @returns {string} */
export function projectPath(...segments) {
  return join(projectRoot, ...segments);
}

/**
 * The `package.json` of an installed dependency.
 * @param {string} name
 * @returns {{ version: string, repository?: { url: string } }}
 */
export function installedPackage(name) {
  return JSON.parse(readFileSync(projectPath('node_modules', name, 'package.json'), 'utf8'));
}
