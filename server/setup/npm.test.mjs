import { expect, it } from 'vitest';
import { isArchiveLine, npmErrors } from './npm.mjs';

it('a fetched archive is a step of the install, a looked-up package is not', () => {
  expect(isArchiveLine('npm http fetch GET 200 https://registry.example/zod/-/zod-4.6.7.tgz 18ms (cache hit)')).toBe(
    true,
  );
  expect(isArchiveLine('npm http fetch GET 200 https://registry.example/zod 18ms (cache hit)')).toBe(false);
  expect(isArchiveLine('added 285 packages in 18s')).toBe(false);
});

it("npm's errors are told without its other lines", () => {
  const tail = ['npm warn EBADENGINE Unsupported engine', 'npm error code ENOTFOUND', 'npm error network'];
  expect(npmErrors(tail)).toBe('npm error code ENOTFOUND\nnpm error network');
});

it('where npm names no error, its last lines are told', () => {
  expect(npmErrors(['Segmentation fault'])).toBe('Segmentation fault');
});
