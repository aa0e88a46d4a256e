import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

const SCRIPTS = new Set(['animate', 'bench', 'bench:quality', 'packs']);

/** A path as the user typed it, absolute. npm runs scripts in the repository, but says where it was started. */
export function userPath(path: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: startedIn } = process.env;
  const base = startedIn && SCRIPTS.has(script ?? '') ? startedIn : process.cwd();
  return resolve(base, path);
}

/** Whether both names lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [realA, realB] = await Promise.all([a, b].map((path) => realpath(path).catch(() => path)));
  return realA === realB;
}
