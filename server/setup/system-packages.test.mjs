import { describe, expect, it } from 'vitest';
import { aptStatus, findCommand, missingMessage } from './system-packages.mjs';

const isPresent = () => false;
const missing = [
  { name: 'meson', isPresent, packages: {} },
  { name: 'libuv', isPresent, packages: { apt: 'libuv1-dev', dnf: 'libuv-devel' } },
  { name: 'flatc', isPresent, packages: { apt: 'flatbuffers-compiler', pacman: 'flatbuffers' } },
  { name: 'flatbuffers', isPresent, packages: { apt: 'libflatbuffers-dev', pacman: 'flatbuffers' } },
];

describe('what is told to someone who must install packages by hand', () => {
  it('names what is missing and what for', () => {
    expect(missingMessage('a build', missing, 'apt')).toContain(
      'Needed for a build, and not found: meson, libuv, flatc, flatbuffers.',
    );
  });

  it('is a line to copy, with the exact packages of the distribution', () => {
    expect(missingMessage('a build', missing, 'apt')).toContain(
      'sudo apt-get update && sudo apt-get install -y meson libuv1-dev flatbuffers-compiler libflatbuffers-dev',
    );
    expect(missingMessage('a build', missing, 'dnf')).toContain('sudo dnf install meson libuv-devel flatc flatbuffers');
  });

  it('names a package once that brings two things', () => {
    expect(missingMessage('a build', missing, 'pacman')).toMatch(/--needed meson libuv flatbuffers$/);
  });

  it('lists the names in other distributions where none is known', () => {
    const message = missingMessage('a build', missing, undefined);
    for (const manager of ['apt', 'dnf', 'pacman', 'brew'])
      expect(message).toMatch(new RegExp(`^ {2}${manager} `, 'm'));
  });
});

it("apt's status lines become progress, its other lines do not", () => {
  expect(aptStatus('dlstatus:3:41.2801:Retrieving file 3 of 9')).toBe('Retrieving file 3 of 9, 41 %');
  expect(aptStatus('pmstatus:libuv1-dev:amd64:62.5:Unpacking libuv1-dev:amd64 (amd64)')).toBe(
    'Unpacking libuv1-dev:amd64 (amd64), 63 %',
  );
  expect(aptStatus('pmstatus:meson:40:Installing meson (amd64)')).toBe('Installing meson (amd64), 40 %');
  expect(aptStatus('Setting up meson (1.0.1-5) ...')).toBeUndefined();
});

it('a program is found on the PATH or at its path', () => {
  expect(findCommand('sh')).toMatch(/\/sh$/);
  expect(findCommand('/bin/sh')).toBe('/bin/sh');
  expect(findCommand('no-such-program')).toBeUndefined();
});
