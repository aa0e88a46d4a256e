import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogueEntry } from '../packs/store/catalogue.ts';
import type { ExpectedValue } from '../packs/store/expected-graph.ts';
import { FileServer } from '../packs/store/testing/file-server.ts';
import { tinyOnnx } from '../packs/store/testing/tiny-onnx.ts';
import { writeTinyPack } from '../packs/store/testing/tiny-pack.ts';
import { CommandError } from './command-error.ts';
import { PACKS_HELP, parsePacksArguments } from './packs/arguments.ts';
import { runCli } from './testing/run-cli.ts';

let folder: string;
let root: string;
let made: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'effigy-packs-cli-'));
  root = join(folder, 'packs');
  made = join(folder, 'made');
  writeTinyPack(made, 'tiny');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const packs = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCli('packs', args, undefined, { ...process.env, EFFIGY_PACKS_DIR: root, ...env });

/** A program that answers as Python does: it has all modules, and what it is asked to make is the tests' pack. */
function standInPython(does = 'copyFileSync'): string {
  const path = join(folder, 'python');
  writeFileSync(
    path,
    `#!${process.execPath}
    const { readdirSync, copyFileSync, writeFileSync } = require('node:fs');
    const args = process.argv.slice(2);
    if (args[0] === '-c') process.exit(0);
    writeFileSync(${JSON.stringify(join(folder, 'asked.json'))}, JSON.stringify(args));
    if (${JSON.stringify(does)} === 'fail') { console.error('not a checkpoint'); process.exit(3); }
    const out = args[args.indexOf('--out') + 1];
    for (const name of readdirSync(${JSON.stringify(made)})) copyFileSync(${JSON.stringify(made)} + '/' + name, out + '/' + name);`,
  );
  chmodSync(path, 0o755);
  return path;
}

/** A graph whose output is known by its place has others before it. */
function skipped({ name }: ExpectedValue) {
  return Array.from({ length: typeof name === 'number' ? name : 0 }, (_, i) => ({ name: `before-${i}`, dims: [1, 2] }));
}

describe('the command', () => {
  test('takes a pack in, lists, verifies and removes it', async () => {
    expect(await packs(['import', 'tiny', made, '--yes'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^tiny is installed: A pack for tests, .*\nIts weights are random/),
      stderr: expect.stringMatching(/CC0 \(FOR NON-COMMERCIAL USE ONLY\)\n {2}Only for tests\./),
    });
    const list = await packs(['list', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject({
      packsDir: root,
      packs: [{ name: 'tiny', kind: 'fomm', weights: 'random', problem: null, licence: { nonCommercial: true } }],
      available: [
        { name: 'fomm', canBeDownloaded: false },
        { name: 'liveportrait', canBeDownloaded: true },
      ],
    });
    const sound = await packs(['verify', 'tiny', '--json']);
    expect(sound.code).toBe(0);
    expect(JSON.parse(sound.stdout).packs).toMatchObject([{ name: 'tiny', isSound: true }]);

    const file = join(root, 'tiny', 'frame.onnx');
    const bytes = readFileSync(file);
    bytes[100] ^= 1;
    writeFileSync(file, bytes);
    expect(await packs(['verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^tiny: NOT SOUND\n.*frame\.onnx: .* has SHA-256/s),
      stderr: 'packs: tiny cannot be used; install or import again\n',
    });
    expect(await packs(['remove', 'tiny'])).toMatchObject({ code: 0, stdout: 'tiny is removed.\n' });
    expect(existsSync(join(root, 'tiny'))).toBe(false);
  });

  test('installs nothing without agreement to the licence', async () => {
    const refused = await packs(['import', 'tiny', made]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/Only for tests.*add --yes to agree/s) });
    expect(existsSync(root)).toBe(false);
  });

  test('tells how to get what cannot be downloaded, with its licence first', async () => {
    const { code, stderr } = await packs(['install', 'fomm', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/NonCommercial.*vox-adv-cpk\.pth\.tar.*packs -- import fomm.*cannot be downloaded/s);
  });

  test('downloads from a mirror, refuses what is not the published file, and takes it where the user says so', async () => {
    const server = await FileServer.start();
    try {
      for (const { file, inputs, outputs } of Object.values(catalogueEntry('liveportrait').graphs)) {
        const value = ({ name, dims }: ExpectedValue) => ({ name: String(name), dims });
        const bytes = tinyOnnx({ inputs: inputs.map(value), outputs: [...skipped(outputs[0]), ...outputs.map(value)] });
        server.serve(`warmshao/FasterLivePortrait/resolve/main/liveportrait_onnx/${file}`, { bytes });
      }
      const env = { HF_ENDPOINT: server.baseUrl };
      const refused = await packs(['install', 'liveportrait', '--yes'], env);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/instead of 3355896.*--accept-changed/) });
      const taken = await packs(['install', 'liveportrait', '--yes', '--accept-changed'], env);
      expect(taken).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/InsightFace.*7\/7 landmark\.onnx: 100 %/s),
      });
      expect((await packs(['verify', 'liveportrait'])).code).toBe(0);
    } finally {
      await server.close();
    }
  });

  test('uses the folder of the configuration file, as the server does', async () => {
    writeFileSync(join(folder, 'effigy.config.json'), JSON.stringify({ packsDir: 'mine' }));
    const { stdout } = await packs(['list'], { EFFIGY_PACKS_DIR: '', INIT_CWD: folder });
    expect(stdout).toMatch(new RegExp(`^Packs in ${join(folder, 'mine')}:`));
  });
});

describe('a checkpoint', () => {
  const checkpoint = () => {
    const path = join(folder, 'vox-adv-cpk.pth.tar');
    writeFileSync(path, 'weights');
    return path;
  };

  test('is converted by the program of its kind, told by its name', async () => {
    const env = { EFFIGY_PYTHON: standInPython() };
    const { code, stderr } = await packs(['import', 'fomm', checkpoint(), '--yes', '--precision', 'float16'], env);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/non-commercial.*converting vox-adv/s),
    });
    const [script, ...args] = JSON.parse(readFileSync(join(folder, 'asked.json'), 'utf8'));
    expect(script).toMatch(/models\/convert\/fomm\/convert\.py$/);
    expect(args.slice(0, 3)).toEqual([checkpoint(), '--config=vox-adv-256', '--precision=float16']);
    expect(JSON.parse((await packs(['verify', 'fomm', '--json'])).stdout).packs[0].isSound).toBe(true);
  });

  test('that cannot be converted leaves nothing, and says what Python said', async () => {
    const env = { EFFIGY_PYTHON: standInPython('fail') };
    expect(await packs(['import', 'fomm', checkpoint(), '--yes'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/convert\.py failed \(3\): not a checkpoint/),
    });
    expect(existsSync(join(root, 'fomm'))).toBe(false);
  });

  test('without a Python for it is told what to install', async () => {
    const { code, stderr } = await packs(['import', 'fomm', checkpoint(), '--yes'], {
      EFFIGY_PYTHON: '/nowhere/python',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\/nowhere\/python: .*ENOENT.*apt install python3-torch python3-onnx.*pip install torch onnx/,
    );
  });
});

test('a stand-in is made by the program of its kind', async () => {
  const env = { EFFIGY_PYTHON: standInPython() };
  const { code, stdout } = await packs(['synth', 'fomm', '--tiny', '--seed', '7'], env);
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^fomm-tiny is installed.*random/s),
  });
  const [script, out, place, ...flags] = JSON.parse(readFileSync(join(folder, 'asked.json'), 'utf8'));
  expect(script).toMatch(/models\/convert\/fomm\/synth\.py$/);
  expect([out, place, ...flags]).toEqual(['--out', join(root, '.staging', 'fomm-tiny'), '--tiny', '--seed=7']);
});

test('ONNX files of no known signature are refused', async () => {
  mkdirSync(join(folder, 'x'));
  writeFileSync(join(folder, 'x', 'a.onnx'), 'not onnx');
  expect(await packs(['import', 'liveportrait', join(folder, 'x'), '--yes'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/needs appearance_feature_extractor\.onnx.*a\.onnx is not an ONNX file/),
  });
});

describe('the command line', () => {
  test.each<[string[], RegExp]>([
    [[], /say what to do: list, install/],
    [['lst'], /there is no "lst"/],
    [['constructor'], /there is no "constructor"/],
    [['install'], /name the pack/],
    [['install', 'a', 'b'], /name the pack/],
    [['import', 'fomm'], /name the pack and its files/],
    [['remove'], /name the pack to remove/],
    [['synth', 'magic'], /there is no kind "magic"/],
    [['synth', 'fomm', '--seed', '-1'], /seed/],
    [['list', '--yes'], /--yes does not go with list/],
    [['install', 'fomm', '--tiny'], /--tiny does not go with install/],
    [['list', '--bogus'], /bogus/],
  ])('%j is refused in one sentence', (args, message) => {
    const parse = () => parsePacksArguments(args);
    expect(parse).toThrow(CommandError);
    expect(parse).toThrow(message);
  });

  test('--help names every action and flag', () => {
    expect(parsePacksArguments(['--help'])).toBeNull();
    for (const word of ['list', 'install', 'import', 'verify', 'remove', 'synth', '--packs-dir', '--accept-changed']) {
      expect(PACKS_HELP).toContain(word);
    }
  });
});
