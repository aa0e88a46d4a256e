import { describe, expect, it } from 'vitest';
import { expectedPackages } from './packages.mjs';

const linux = { platform: 'linux', arch: 'x64', musl: false };

describe('the packages that an install must have', () => {
  const expected = (/** @type {object} */ entry, host = linux) =>
    expectedPackages({ '': { version: '0' }, 'node_modules/a': { version: '1', ...entry } }, host).length === 1;

  it('are all that are not optional, the project itself apart', () => {
    expect(expected({})).toBe(true);
    expect(expectedPackages({ '': { version: '0' } }, linux)).toEqual([]);
  });

  it('include the optional ones of this platform', () => {
    expect(expected({ optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] })).toBe(true);
    expect(expected({ optional: true, os: ['linux', 'darwin'] })).toBe(true);
    expect(expected({ optional: true, os: ['!win32'] })).toBe(true);
  });

  it('leave out the optional ones of other platforms', () => {
    expect(expected({ optional: true, os: ['darwin'], cpu: ['x64'] })).toBe(false);
    expect(expected({ optional: true, os: ['linux'], cpu: ['arm64'] })).toBe(false);
    expect(expected({ optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] })).toBe(false);
    expect(expected({ optional: true, os: ['!linux'] })).toBe(false);
  });

  it('leave out what only an optional package of another platform depends on', () => {
    expect(expected({ optional: true })).toBe(false);
  });

  it('know musl from glibc', () => {
    const alpine = { ...linux, musl: true };
    expect(expected({ optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] }, alpine)).toBe(true);
    expect(expected({ optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] }, alpine)).toBe(false);
  });
});
