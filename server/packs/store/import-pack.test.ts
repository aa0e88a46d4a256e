import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogueEntry } from './catalogue.ts';
import type { ExpectedValue } from './expected-graph.ts';
import { importFiles, importFolder, importMade, matchFiles, resolveGiven } from './import-pack.ts';
import { PackStore } from './pack-store.ts';
import { tinyOnnx } from './testing/tiny-onnx.ts';
import { writeTinyPack } from './testing/tiny-pack.ts';

const entry = catalogueEntry('liveportrait');

let folder: string;
let store: PackStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'effigy-import-'));
  store = new PackStore(join(folder, 'packs'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Files with the signatures of FasterLivePortrait's, as its users have them. */
function writePublished(except: readonly string[] = [], rename: Readonly<Record<string, string>> = {}): string[] {
  const place = join(folder, 'liveportrait_onnx');
  mkdirSync(place, { recursive: true });
  return Object.values(entry.graphs)
    .filter(({ file }) => !except.includes(file))
    .map(({ file, inputs, outputs }) => {
      const path = join(place, rename[file] ?? file);
      writeFileSync(path, tinyOnnx({ inputs: inputs.map(fixed), outputs: allOutputs(outputs), weightBytes: 400 }));
      return path;
    });
}

const fixed = ({ name, dims }: ExpectedValue) => ({ name: String(name), dims });

/** The landmarks are the third output of their file, after two that nobody uses; its names are numbers. */
function allOutputs(outputs: readonly ExpectedValue[]) {
  return outputs.flatMap((value) =>
    typeof value.name === 'number'
      ? [
          { name: '853', dims: [1, 214] },
          { name: '856', dims: [1, 262] },
          { name: '859', dims: value.dims },
        ]
      : [fixed(value)],
  );
}

describe('files that users already have', () => {
  test('become a pack by their names', async () => {
    const { matches, ignored } = await matchFiles(entry, writePublished());
    expect(ignored).toEqual([]);
    await importFiles(store, entry, matches);
    const { manifest } = await store.open('liveportrait');
    expect(Object.keys(manifest.graphs).toSorted()).toEqual(Object.keys(entry.graphs).toSorted());
    expect(manifest.graphs.landmarks.outputs).toEqual([{ name: '859', type: 'float32', dims: [1, 406] }]);
    expect(manifest.licence.notice).toMatch(/InsightFace/);
    expect((await store.verify('liveportrait')).isSound).toBe(true);
  });

  test('become a pack by their inputs and outputs where they were renamed', async () => {
    const rename = Object.fromEntries(Object.values(entry.graphs).map(({ file }, i) => [file, `renamed-${i}.onnx`]));
    const { matches } = await matchFiles(entry, writePublished([], rename));
    expect(Object.fromEntries(matches.map(({ graph, file }) => [graph, file]))).toEqual(
      Object.fromEntries(Object.entries(entry.graphs).map(([graph, { file }]) => [graph, file])),
    );
  });

  test('may come with others that are not of the pack, which are told', async () => {
    const paths = writePublished();
    const detector = join(folder, 'liveportrait_onnx', 'retinaface_det_static.onnx');
    writeFileSync(
      detector,
      tinyOnnx({ inputs: [{ name: 'i', dims: [1, 3, 512, 512] }], outputs: [{ name: 'o', dims: [1] }] }),
    );
    const fix = join(folder, 'liveportrait_onnx', 'warping_spade-fix.onnx');
    const { inputs, outputs } = entry.graphs.warping;
    writeFileSync(fix, tinyOnnx({ inputs: inputs.map(fixed), outputs: outputs.map(fixed), operator: 'GridSample3D' }));
    const { matches, ignored } = await matchFiles(entry, [detector, fix, ...paths]);
    expect(matches).toHaveLength(7);
    expect(ignored.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/retinaface_det_static\.onnx is none of the graphs/),
      expect.stringMatching(/warping_spade-fix\.onnx uses the operator GridSample3D.*take .*warping_spade\.onnx/),
    ]);
  });

  test('may lack what only adds controls, and nothing else', async () => {
    const { matches } = await matchFiles(entry, writePublished(['stitching_lip.onnx', 'landmark.onnx']));
    const { manifest } = await importFiles(store, entry, matches);
    expect(Object.keys(manifest.graphs)).not.toContain('lipRetargeting');
    await expect(matchFiles(entry, writePublished().slice(0, 2))).rejects.toMatchObject({
      fault: 'missing-file',
      message: expect.stringMatching(/needs warping_spade\.onnx/),
    });
  });

  test('with a right name and a wrong graph are refused', async () => {
    const [appearance, motion, ...others] = writePublished();
    writeFileSync(
      motion,
      tinyOnnx({ inputs: [{ name: 'img', dims: [1, 3, 128, 128] }], outputs: [{ name: 'kp', dims: [1] }] }),
    );
    await expect(matchFiles(entry, [appearance, motion, ...others])).rejects.toMatchObject({
      fault: 'wrong-signature',
      message: expect.stringMatching(/motion_extractor\.onnx is not the graph motion: the input img: .*128/),
    });
  });

  test('are found through links, as Hugging Face’s cache keeps them, and copied', async () => {
    const paths = writePublished();
    const linked = join(folder, 'snapshot');
    mkdirSync(linked);
    const links = paths.map((path) => {
      const link = join(linked, path.split('/').at(-1) ?? '');
      symlinkSync(path, link);
      return link;
    });
    await importFiles(store, entry, (await matchFiles(entry, links)).matches);
    rmSync(join(folder, 'liveportrait_onnx'), { recursive: true });
    expect((await store.verify('liveportrait')).isSound).toBe(true);
  });

  test('that are pipes, devices or missing are refused without waiting', async () => {
    for (const path of ['/dev/zero', '/dev/stdin', join(folder, 'nothing.onnx')]) {
      await expect(matchFiles(entry, [path])).rejects.toThrow(/is not a file|cannot be read/);
    }
  });
});

describe('what the user names', () => {
  test('is a pack where there is a manifest, else the ONNX files of the folder', async () => {
    const made = join(folder, 'made');
    writeTinyPack(made, 'tiny');
    expect(await resolveGiven([made])).toEqual({ packFolder: made });
    expect(await resolveGiven([join(made, 'pack.json')])).toEqual({ packFolder: made });
    const paths = writePublished();
    expect(await resolveGiven([join(folder, 'liveportrait_onnx')])).toEqual({ files: paths.toSorted() });
    await expect(resolveGiven([join(folder, 'nowhere')])).rejects.toThrow(/cannot be read/);
    mkdirSync(join(folder, 'void'));
    await expect(resolveGiven([join(folder, 'void')])).rejects.toThrow(/no pack\.json and no \.onnx file/);
  });
});

test('a pack folder can be taken in under another name', async () => {
  const made = join(folder, 'made');
  writeTinyPack(made, 'tiny');
  await importFolder(store, made, { name: 'mine' });
  expect((await store.open('mine')).manifest).toMatchObject({ name: 'mine', weights: 'random' });
});

test('a pack folder whose files are links is taken in as files', async () => {
  const made = join(folder, 'made');
  writeTinyPack(join(folder, 'blobs'), 'tiny');
  mkdirSync(made);
  for (const name of ['keypoints.onnx', 'source.onnx', 'frame.onnx'])
    symlinkSync(join(folder, 'blobs', name), join(made, name));
  symlinkSync(join(folder, 'blobs', 'pack.json'), join(made, 'pack.json'));
  await importFolder(store, made);
  rmSync(join(folder, 'blobs'), { recursive: true });
  expect((await store.verify('tiny')).isSound).toBe(true);
});

describe('a program that makes a pack', () => {
  test('has it land whole', async () => {
    await importMade(store, 'made', async (place) => writeTinyPack(place, 'whatever'));
    expect((await store.verify('made')).isSound).toBe(true);
  });

  test('that fails half-way leaves nothing', async () => {
    const make = async (place: string) => {
      writeTinyPack(place, 'made');
      throw new Error('out of memory');
    };
    await expect(importMade(store, 'made', make)).rejects.toThrow('out of memory');
    expect(await store.list()).toEqual([]);
    await expect(importMade(store, 'made', async () => {})).rejects.toMatchObject({ fault: 'missing-file' });
  });
});
