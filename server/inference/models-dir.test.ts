import { homedir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { defaultModelsDir } from './models-dir.ts';

test('EFFIGY_MODELS_DIR names the models folder', () => {
  expect(defaultModelsDir({ EFFIGY_MODELS_DIR: '/srv/models', XDG_CACHE_HOME: '/cache' })).toBe('/srv/models');
});

test('else it lies in XDG_CACHE_HOME', () => {
  expect(defaultModelsDir({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/effigy/models');
});

test('else in the home folder, also where the variables are empty', () => {
  const expected = path.join(homedir(), '.cache', 'effigy', 'models');
  expect(defaultModelsDir({})).toBe(expected);
  expect(defaultModelsDir({ EFFIGY_MODELS_DIR: '', XDG_CACHE_HOME: '' })).toBe(expected);
});
