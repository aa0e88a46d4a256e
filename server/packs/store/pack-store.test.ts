import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importFolder } from './import-pack.ts';
import { graphPath, PackStore } from './pack-store.ts';
import { tinyFiles, tinyManifest, writeTinyPack } from './testing/tiny-pack.ts';

let folder: string;
let root: string;
let source: string;
let store: PackStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'effigy-store-'));
  root = join(folder, 'packs');
  source = join(folder, 'made');
  writeTinyPack(source, 'tiny');
  store = new PackStore(root);
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const visible = () => readdirSync(root).filter((name) => !name.startsWith('.'));
const hidden = () => readdirSync(root).filter((name) => name.startsWith('.'));
const inPack = (file: string) => join(root, 'tiny', file);

describe('a store', () => {
  test('that does not exist yet is empty', async () => {
    expect(await store.list()).toEqual([]);
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'unknown-pack' });
    expect(existsSync(root)).toBe(false);
  });

  test('keeps a pack with sizes and hashes recorded, and nothing beside it', async () => {
    await importFolder(store, source);
    const { manifest, folder: packFolder } = await store.open('tiny');
    const files = tinyFiles();
    expect(manifest.files.map(({ name, bytes }) => [name, bytes])).toEqual(
      Object.entries(files).map(([name, bytes]) => [name, bytes.length]),
    );
    expect(readdirSync(packFolder).toSorted()).toEqual(['frame.onnx', 'keypoints.onnx', 'pack.json', 'source.onnx']);
    expect(hidden()).toEqual([]);
    const pack = await store.open('tiny');
    expect(graphPath(pack, 'frame')).toBe(inPack('frame.onnx'));
    expect(() => graphPath(pack, 'constructor')).toThrow(/no graph constructor/);
    expect(await store.verify('tiny')).toMatchObject({ isSound: true, problems: [] });
  });

  test('lists sound and broken packs by name', async () => {
    await importFolder(store, source);
    await importFolder(store, source, { name: 'another' });
    mkdirSync(join(root, 'empty'));
    symlinkSync(source, join(root, 'linked'));
    writeFileSync(join(root, 'notes.txt'), 'not a pack');
    const listings = await store.list();
    expect(listings.map(({ name, problem }) => [name, problem?.fault ?? null])).toEqual([
      ['another', null],
      ['empty', 'missing-file'],
      ['linked', 'unsafe-file'],
      ['tiny', null],
    ]);
  });

  test('removes a pack, also a broken one, and never what a link leads to', async () => {
    await importFolder(store, source);
    rmSync(inPack('pack.json'));
    await store.remove('tiny');
    symlinkSync(source, join(root, 'linked'));
    await store.remove('linked');
    expect(visible()).toEqual([]);
    expect(readdirSync(source)).toContain('pack.json');
    await expect(store.remove('tiny')).rejects.toMatchObject({ fault: 'unknown-pack' });
    for (const name of ['..', '.', '../made', '/', '', '.trash']) {
      await expect(store.remove(name)).rejects.toMatchObject({ fault: 'unknown-pack' });
    }
    expect(existsSync(source)).toBe(true);
  });

  test('opens nothing by a name that is a path', async () => {
    for (const name of ['../made', '..', '/etc', 'a/b', 'mesh', '.staging']) {
      await expect(store.open(name)).rejects.toMatchObject({ fault: 'unknown-pack' });
    }
  });
});

describe('a pack that was changed is refused with the reason:', () => {
  beforeEach(() => importFolder(store, source));

  test('a file cut off', async () => {
    truncateSync(inPack('frame.onnx'), 10);
    await expect(store.open('tiny')).rejects.toMatchObject({
      fault: 'wrong-size',
      message: expect.stringMatching(/cut off/),
    });
    expect(await store.verify('tiny')).toMatchObject({ isSound: false });
  });

  test('a bit flipped, which only reading all of it finds', async () => {
    const bytes = readFileSync(inPack('frame.onnx'));
    bytes[bytes.length - 200] ^= 1;
    writeFileSync(inPack('frame.onnx'), bytes);
    const { isSound, files } = await store.verify('tiny');
    expect(isSound).toBe(false);
    expect(files.filter(({ problem }) => problem !== null)).toMatchObject([
      { name: 'frame.onnx', problem: expect.stringMatching(/SHA-256 .* changed or damaged/) },
    ]);
  });

  test('a file gone', async () => {
    rmSync(inPack('source.onnx'));
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'missing-file' });
  });

  test('a file that became a link', async () => {
    renameSync(inPack('source.onnx'), join(folder, 'elsewhere.onnx'));
    symlinkSync(join(folder, 'elsewhere.onnx'), inPack('source.onnx'));
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'unsafe-file' });
    expect((await store.verify('tiny')).isSound).toBe(false);
  });

  test('two graphs changed for each other', async () => {
    const manifest = JSON.parse(readFileSync(inPack('pack.json'), 'utf8'));
    [manifest.graphs.frame.file, manifest.graphs.source.file] = [
      manifest.graphs.source.file,
      manifest.graphs.frame.file,
    ];
    writeFileSync(inPack('pack.json'), JSON.stringify(manifest));
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'wrong-signature' });
    expect((await store.verify('tiny')).problems).toHaveLength(2);
  });

  test('a manifest of a gigabyte, unread', async () => {
    truncateSync(inPack('pack.json'), 2 ** 30);
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'too-large' });
    expect((await store.list())[0].problem?.message).toMatch(/1073741824 bytes/);
  });

  test('a manifest that is a pipe or a folder', async () => {
    rmSync(inPack('pack.json'));
    mkdirSync(inPack('pack.json'));
    await expect(store.open('tiny')).rejects.toMatchObject({ fault: 'unsafe-file' });
  });

  test('a folder renamed', async () => {
    renameSync(join(root, 'tiny'), join(root, 'other'));
    await expect(store.open('other')).rejects.toThrow(/name is "tiny", but the folder is "other"/);
  });

  test('a manifest with hashes taken out', async () => {
    const manifest = JSON.parse(readFileSync(inPack('pack.json'), 'utf8'));
    manifest.files[0].sha256 = null;
    writeFileSync(inPack('pack.json'), JSON.stringify(manifest));
    await expect(store.open('tiny')).rejects.toThrow(/leaves sizes or hashes open/);
  });
});

describe('replacing a pack', () => {
  const wrong: [string, (made: string) => void, string][] = [
    [
      'a wrong hash',
      (made) => editManifest(made, (m) => Object.assign(m.files[0], { sha256: '0'.repeat(64) })),
      'wrong-hash',
    ],
    ['a wrong size', (made) => editManifest(made, (m) => Object.assign(m.files[0], { bytes: 5 })), 'wrong-size'],
    ['a wrong graph', (made) => cpSync(join(made, 'frame.onnx'), join(made, 'source.onnx')), 'wrong-signature'],
    ['a missing file', (made) => rmSync(join(made, 'source.onnx')), 'missing-file'],
    ['an empty file', (made) => truncateSync(join(made, 'source.onnx'), 0), 'wrong-size'],
  ];

  test.each(wrong)('by one with %s changes nothing', async (_, spoil, fault) => {
    await importFolder(store, source);
    const before = readFileSync(inPack('pack.json'), 'utf8');
    const made = join(folder, 'spoilt');
    writeTinyPack(made, 'tiny', tinyFiles({ seed: 2 }));
    spoil(made);
    await expect(importFolder(store, made)).rejects.toMatchObject({ fault });
    expect(readFileSync(inPack('pack.json'), 'utf8')).toBe(before);
    expect((await store.verify('tiny')).isSound).toBe(true);
    expect(hidden()).toEqual([]);
  });

  test('by a sound one leaves nothing of the old', async () => {
    await importFolder(store, source);
    writeFileSync(inPack('extra.bin'), 'left over');
    const made = join(folder, 'next');
    writeTinyPack(made, 'tiny', tinyFiles({ seed: 2 }));
    await importFolder(store, made);
    expect((await store.verify('tiny')).isSound).toBe(true);
    expect(readFileSync(inPack('frame.onnx'))).toEqual(Buffer.from(tinyFiles({ seed: 2 })['frame.onnx']));
    expect(existsSync(inPack('extra.bin'))).toBe(false);
    expect(hidden()).toEqual([]);
  });

  test('that broke off between the old and the new is undone when somebody looks', async () => {
    await importFolder(store, source);
    mkdirSync(join(root, '.retired'));
    mkdirSync(join(root, '.staging', 'tiny'), { recursive: true });
    renameSync(join(root, 'tiny'), join(root, '.retired', 'tiny'));
    expect((await store.list()).map(({ name }) => name)).toEqual(['tiny']);
    expect((await store.verify('tiny')).isSound).toBe(true);
    expect(hidden()).toEqual([]);
  });

  test('that broke off after the new was there keeps the new', async () => {
    await importFolder(store, source);
    mkdirSync(join(root, '.retired', 'tiny'), { recursive: true });
    mkdirSync(join(root, '.trash', 'x'), { recursive: true });
    expect((await store.open('tiny')).name).toBe('tiny');
    expect(hidden()).toEqual([]);
  });

  test('sweeps what a dead import left, and keeps parts of a download', async () => {
    for (const name of ['dead', 'alive', 'old']) mkdirSync(join(root, '.staging', name), { recursive: true });
    writeFileSync(join(root, '.staging', 'dead', 'frame.onnx'), 'half');
    writeFileSync(join(root, '.staging', 'alive', 'frame.onnx.part'), 'half');
    writeFileSync(join(root, '.staging', 'old', 'frame.onnx.part'), 'half');
    writeFileSync(join(root, '.lock.killed'), 'of somebody who was killed');
    writeFileSync(join(root, '.lock.alive'), 'of somebody who is just taking it');
    const longAgo = Date.now() / 1000 - 30 * 24 * 3600;
    utimesSync(join(root, '.lock.killed'), longAgo, longAgo);
    utimesSync(join(root, '.staging', 'old', 'frame.onnx.part'), longAgo, longAgo);
    await importFolder(store, source);
    expect(readdirSync(join(root, '.staging'))).toEqual(['alive']);
    expect(hidden()).toEqual(['.lock.alive', '.staging']);
  });
});

test('a pack is there for whoever looks while it is replaced again and again', async () => {
  await importFolder(store, source);
  let isDone = false;
  const replacing = (async () => {
    for (let i = 0; i < 40; i++) await importFolder(store, source);
    isDone = true;
  })();
  const reader = new PackStore(root);
  for (let looks = 0; !isDone; looks++) expect((await reader.open('tiny')).name, `look ${looks}`).toBe('tiny');
  await replacing;
  expect((await reader.verify('tiny')).isSound).toBe(true);
});

describe('the lock', () => {
  const lock = () => join(root, '.lock');

  test('lets one change the store at a time, and others look', async () => {
    await importFolder(store, source);
    const slow = store.put('slow', async (staging) => {
      writeTinyPack(staging, 'slow');
      await sleep(150);
      return tinyManifest('slow');
    });
    await sleep(50);
    // It was stopped for an hour, and goes on.
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(lock(), anHourAgo, anHourAgo);
    await expect(store.remove('tiny')).rejects.toMatchObject({
      fault: 'busy',
      message: expect.stringMatching(new RegExp(`${process.pid}`)),
    });
    expect((await store.list()).map(({ name }) => name)).toEqual(['tiny']);
    await slow;
    expect(visible()).toEqual(['slow', 'tiny']);
    expect(hidden()).toEqual([]);
  });

  test.each([
    ['that died', { pid: 2 ** 22 + 1, host: hostname(), startedAt: null, id: 'x' }, 0],
    ['whose number another process has now', { pid: process.pid, host: hostname(), startedAt: '1', id: 'x' }, 0],
    ['of another machine that fell silent', { pid: 1, host: 'elsewhere', startedAt: null, id: 'x' }, 3600],
    ['that wrote nonsense and fell silent', 'nonsense', 3600],
  ])('of a process %s is taken over', async (_, holder, ageS) => {
    mkdirSync(root);
    writeFileSync(lock(), JSON.stringify(holder));
    const then = Date.now() / 1000 - ageS;
    utimesSync(lock(), then, then);
    await importFolder(store, source);
    expect(hidden()).toEqual([]);
  });

  test('of a living process on another machine is respected', async () => {
    mkdirSync(root);
    writeFileSync(lock(), JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: null, id: 'x' }));
    await expect(importFolder(store, source)).rejects.toMatchObject({
      fault: 'busy',
      message: expect.stringMatching(/process 1 on elsewhere/),
    });
    expect(existsSync(lock())).toBe(true);
  });

  test('taken by several at once goes to one after the other', async () => {
    mkdirSync(root);
    writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startedAt: null, id: 'x' }));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => importFolder(store, source, { name: `tiny-${i}` })),
    );
    const done = results.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThanOrEqual(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ fault: 'busy' });
    expect(visible()).toHaveLength(done);
    expect(hidden()).toEqual([]);
  });
});

test('a folder that cannot be had is told', async () => {
  writeFileSync(root, 'a file');
  await expect(store.list()).rejects.toThrow(/is not a folder/);
  await expect(importFolder(store, source)).rejects.toMatchObject({
    fault: 'unsafe-file',
    message: expect.stringMatching(/is not a folder/),
  });
  await expect(new PackStore('/proc/effigy').put('tiny', async () => tinyManifest('tiny'))).rejects.toThrow(
    /--packs-dir/,
  );
});

function editManifest(made: string, edit: (manifest: { files: object[] }) => void): void {
  const path = join(made, 'pack.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}
