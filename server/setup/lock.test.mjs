import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withLock } from './lock.mjs';

/** @type {string} */
let cache;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'effigy-lock-'));
  mkdirSync(join(cache, 'locks'));
  vi.stubEnv('EFFIGY_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

it('two that want the same do it one after the other, and leave nothing behind', async () => {
  /** @type {string[]} */
  const events = [];
  const work = (/** @type {string} */ name) =>
    withLock('work', async () => {
      events.push(`${name} begins`);
      await sleep(50);
      events.push(`${name} ends`);
    });
  await Promise.all([work('first'), work('second')]);
  expect(events).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  expect(readdirSync(join(cache, 'locks'))).toEqual([]);
});

it('work that fails gives the lock back', async () => {
  await expect(withLock('work', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock('work', async () => 'yes')).toBe('yes');
});

it('the lock of a process that died is taken over', async () => {
  const dead = 2 ** 22 + 1; // above the largest process id of Linux
  writeFileSync(join(cache, 'locks', 'work.json'), JSON.stringify({ pid: dead, host: hostname() }));
  expect(await withLock('work', async () => 'mine')).toBe('mine');
});

it('a lock that nobody has touched for long is taken over', async () => {
  const path = join(cache, 'locks', 'work.json');
  writeFileSync(path, JSON.stringify({ pid: process.pid, host: 'another-machine' }));
  const anHourAgo = Date.now() / 1000 - 3600;
  utimesSync(path, anHourAgo, anHourAgo);
  expect(await withLock('work', async () => 'mine')).toBe('mine');
});
