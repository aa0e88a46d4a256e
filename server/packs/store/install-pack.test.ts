import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogue, catalogueEntry } from './catalogue.ts';
import { type InstallOptions, installPack } from './install-pack.ts';
import { PackStore } from './pack-store.ts';
import { FileServer, type ServedFile } from './testing/file-server.ts';
import { tinyOnnx } from './testing/tiny-onnx.ts';
import { tinyEntry, tinyFiles } from './testing/tiny-pack.ts';

const times = { answerTimeoutMs: 500, stallTimeoutMs: 500, maxTries: 2, firstPauseMs: 5, longestPauseMs: 20 };
const files = tinyFiles({ weightBytes: 100_000 });

let server: FileServer;
let root: string;
let store: PackStore;
const children: ChildProcess[] = [];
beforeEach(async () => {
  server = await FileServer.start();
  root = mkdtempSync(join(tmpdir(), 'effigy-install-'));
  store = new PackStore(root);
  serve({});
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Serves the pack's files, some of them otherwise. */
function serve(changes: Readonly<Record<string, Partial<ServedFile>>>, content = files): void {
  for (const [name, bytes] of Object.entries(content))
    server.serve(name, { bytes, part: join(root, '.staging', 'tiny', `${name}.part`), ...changes[name] });
}

function install(options: InstallOptions = {}, known?: Parameters<typeof tinyEntry>[1]) {
  return installPack(store, tinyEntry(server.baseUrl, known), { times, ...options });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Starts an install in a process of its own; `output` settles when it ends. */
function installElsewhere(onLine: (line: string) => void = () => {}) {
  const module = fileURLToPath(new URL('./testing/install-child.ts', import.meta.url));
  const child = spawn(process.execPath, [module, root, server.baseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    for (const line of String(data).trim().split('\n')) onLine(line);
  });
  return { child, output: new Promise<string>((resolve) => child.once('close', () => resolve(output))) };
}

describe('an install', () => {
  test('lands a pack that opens, with names and open sizes as the files have them', async () => {
    const { manifest } = await install();
    expect(manifest.graphs.frame.inputs).toEqual([{ name: 'features', type: 'float32', dims: ['batch', 3, 8, 8] }]);
    expect(manifest.files.map(({ sha256: hash }) => hash)).toEqual(Object.values(files).map(sha256));
    expect((await store.open('tiny')).manifest).toEqual(manifest);
    expect(readdirSync(root).toSorted()).toEqual(['.first-downloads.json', 'tiny']);
  });

  test('goes on where an earlier one broke off, file by file', async () => {
    serve({ 'source.onnx': { cutAfter: [60_000, 0, 0, 0] } });
    await expect(install()).rejects.toMatchObject({ fault: 'network' });
    expect(existsSync(join(root, 'tiny'))).toBe(false);
    expect(await store.list()).toEqual([]);
    await install();
    expect(server.asked('keypoints.onnx')).toHaveLength(1);
    expect(server.asked('source.onnx').at(-1)?.range).toBe('bytes=60000-');
    expect((await store.verify('tiny')).isSound).toBe(true);
  });

  test('refuses a file that is not the published one, and keeps the installed pack', async () => {
    const known = { 'frame.onnx': { sha256: sha256(files['frame.onnx']), bytes: files['frame.onnx'].length } };
    await install({}, known);
    serve({ 'frame.onnx': { bytes: tinyFiles({ weightBytes: 100_000, seed: 2 })['frame.onnx'] } });
    await expect(install({}, known)).rejects.toMatchObject({
      fault: 'wrong-hash',
      message: expect.stringMatching(/frame\.onnx has SHA-256 .*--accept-changed/),
    });
    serve({ 'frame.onnx': { bytes: files['frame.onnx'].subarray(0, 50_000) } });
    await expect(install({}, known)).rejects.toMatchObject({ fault: 'wrong-size' });
    expect((await store.verify('tiny')).isSound).toBe(true);
    expect((await store.open('tiny')).manifest.files[2].sha256).toBe(sha256(files['frame.onnx']));
  });

  test('refuses a page that a server sends instead of a file', async () => {
    serve({ 'frame.onnx': { bytes: Buffer.from('<!doctype html>Please sign in') } });
    await expect(install()).rejects.toMatchObject({
      fault: 'wrong-signature',
      message: expect.stringMatching(/frame\.onnx is not an ONNX file/),
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test('refuses another graph under the right name, with the difference', async () => {
    const other = tinyOnnx({ inputs: [{ name: 'x', dims: [1, 5] }], outputs: [{ name: 'frame', dims: [1, 3, 8, 8] }] });
    serve({ 'frame.onnx': { bytes: other } });
    await expect(install()).rejects.toMatchObject({
      fault: 'wrong-signature',
      message: expect.stringMatching(/frame\.onnx is not the graph frame: the input features: .* is missing/),
    });
    expect(await store.list()).toEqual([]);
  });

  test('that lacks a file tells so at once', async () => {
    server.files.delete('/source.onnx');
    await expect(install()).rejects.toMatchObject({ fault: 'network', message: expect.stringMatching(/404/) });
    expect(server.asked('frame.onnx')).toHaveLength(0);
  });

  test('of a pack that nobody publishes tells how to get it', async () => {
    await expect(installPack(store, catalogueEntry('fomm'))).rejects.toThrow(/vox-adv-cpk\.pth\.tar.*packs -- import/s);
    expect(existsSync(join(root, '.staging'))).toBe(false);
  });
});

describe('a file without a published hash', () => {
  const changed = tinyFiles({ weightBytes: 100_000, seed: 2 });

  test('is compared with the first install ever after, even when the pack was removed', async () => {
    await install();
    await store.remove('tiny');
    serve({ 'frame.onnx': { etag: '"v2"', bytes: changed['frame.onnx'] } });
    await expect(install()).rejects.toMatchObject({
      fault: 'changed-upstream',
      message: expect.stringMatching(/frame\.onnx is no longer the file of the first install .*--accept-changed/),
    });
    expect(await store.list()).toEqual([]);
  });

  test('may be changed where the user says so, and is then the one to compare with', async () => {
    await install();
    serve({}, changed);
    await install({ acceptChanged: true });
    expect((await install()).manifest.files[2].sha256).toBe(sha256(changed['frame.onnx']));
  });

  test('is recorded anew where the record was deleted', async () => {
    await install();
    const path = store.firstDownloadsPath;
    rmSync(path);
    await install();
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toHaveLength(3);
  });
});

describe('installs in several processes', () => {
  test('at once: one does it, the other is told', async () => {
    serve({ 'keypoints.onnx': { pieceBytes: 10_000, pauseMs: 30 } });
    const first = installElsewhere();
    await new Promise<void>((resolve) => first.child.stdout?.once('data', () => resolve()));
    await expect(install()).rejects.toMatchObject({
      fault: 'busy',
      message: expect.stringContaining(`process ${first.child.pid}`),
    });
    expect(await first.output).toMatch(/^installed tiny$/m);
    expect((await store.verify('tiny')).isSound).toBe(true);
  });

  test('killed in the middle: nothing half is there, and the next one goes on', async () => {
    serve({ 'source.onnx': { pieceBytes: 10_000, pauseMs: 20 } });
    const { child, output } = installElsewhere((line) => {
      if (/^source\.onnx [3-9]\d{4}$/.test(line)) child.kill('SIGKILL');
    });
    expect(await output).not.toMatch(/installed/);
    expect(await store.list()).toEqual([]);
    expect(existsSync(join(root, '.lock'))).toBe(true);

    await install();
    expect(server.asked('keypoints.onnx')).toHaveLength(1);
    expect(server.asked('source.onnx').at(-1)?.range).toMatch(/^bytes=[3-9]\d{4}-$/);
    expect((await store.verify('tiny')).isSound).toBe(true);
    expect(readdirSync(root).toSorted()).toEqual(['.first-downloads.json', 'tiny']);
  });
});

test('the catalogue makes sense', () => {
  for (const { graphs, files: published, licence } of catalogue) {
    const names = published.map(({ name }) => name);
    for (const { file } of Object.values(graphs)) expect(names).toContain(file);
    for (const { url, bytes, approximateBytes } of published) {
      expect(url).toMatch(/^https:\/\//);
      expect(approximateBytes).toBeGreaterThan(1000);
      expect([null, approximateBytes]).toContain(bytes);
    }
    expect(licence.notice.length).toBeGreaterThan(50);
  }
});
