import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentHash, filesUnder, metadataHash, readJson, replaceFolder, writeJson } from './files.mjs';

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'effigy-files-'));
  mkdirSync(join(root, 'source'));
  writeFileSync(join(root, 'source', 'b.txt'), 'b');
  writeFileSync(join(root, 'source', 'a.txt'), 'a');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const source = () => [join(root, 'source')];

it('files are listed in one order, missing ones not at all', () => {
  expect(filesUnder(join(root, 'source'))).toEqual([join(root, 'source', 'a.txt'), join(root, 'source', 'b.txt')]);
  expect(filesUnder(join(root, 'missing'))).toEqual([]);
});

describe('a content hash', () => {
  it('does not change with times', () => {
    const before = contentHash(root, source());
    utimesSync(join(root, 'source', 'a.txt'), 1, 1);
    expect(contentHash(root, source())).toBe(before);
  });

  it('changes with what a file says and with its name', () => {
    const hashes = [contentHash(root, source())];
    writeFileSync(join(root, 'source', 'a.txt'), 'A');
    hashes.push(contentHash(root, source()));
    rmSync(join(root, 'source', 'a.txt'));
    writeFileSync(join(root, 'source', 'c.txt'), 'A');
    hashes.push(contentHash(root, source()));
    expect(new Set(hashes).size).toBe(3);
  });
});

it('a metadata hash changes with times and sizes', () => {
  const hashes = [metadataHash(root, source())];
  utimesSync(join(root, 'source', 'a.txt'), 1, 1);
  hashes.push(metadataHash(root, source()));
  writeFileSync(join(root, 'source', 'new.txt'), '');
  hashes.push(metadataHash(root, source()));
  expect(new Set(hashes).size).toBe(3);
});

it('a stamp that is missing or broken reads as none', () => {
  writeJson(join(root, 'new', 'stamp.json'), { sources: 'x' });
  expect(readJson(join(root, 'new', 'stamp.json'))).toEqual({ sources: 'x' });
  expect(readJson(join(root, 'missing.json'))).toBeUndefined();
  writeFileSync(join(root, 'broken.json'), '{');
  expect(readJson(join(root, 'broken.json'))).toBeUndefined();
});

it('a finished folder takes the place of another, whether there was one or not', () => {
  for (const content of ['first', 'second']) {
    mkdirSync(join(root, 'next'));
    writeFileSync(join(root, 'next', 'file'), content);
    replaceFolder(join(root, 'next'), join(root, 'place'));
    expect(readFileSync(join(root, 'place', 'file'), 'utf8')).toBe(content);
    expect(existsSync(join(root, 'next'))).toBe(false);
  }
});
