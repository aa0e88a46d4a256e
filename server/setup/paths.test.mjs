import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheRoot } from './paths.mjs';

it('the cache is where the environment says, else where caches are', () => {
  expect(cacheRoot({ EFFIGY_CACHE: '/somewhere', XDG_CACHE_HOME: '/xdg' })).toBe('/somewhere');
  expect(cacheRoot({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/effigy');
  expect(cacheRoot({})).toBe(join(homedir(), '.cache', 'effigy'));
});
