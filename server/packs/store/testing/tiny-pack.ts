import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry, CatalogueFile } from '../catalogue.ts';
import { floats } from '../expected-graph.ts';
import type { PackManifest } from '../pack-manifest.ts';
import { tinyOnnx } from './tiny-onnx.ts';

/** The graphs of the tests' pack, with a picture of 8 pixels. */
export const tinyGraphs = {
  keypoints: { file: 'keypoints.onnx', inputs: [floats('image', 1, 3, 8, 8)], outputs: [floats('points', 1, 3, 8, 8)] },
  source: { file: 'source.onnx', inputs: [floats('portrait', 1, 3, 8, 8)], outputs: [floats('features', 1, 3, 8, 8)] },
  frame: { file: 'frame.onnx', inputs: [floats('features', 1, 3, 8, 8)], outputs: [floats('frame', 1, 3, 8, 8)] },
} as const;

/** The bytes of the three files; the first axis is left open. */
export function tinyFiles({ weightBytes = 64, seed = 1 } = {}): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.values(tinyGraphs).map(({ file, inputs, outputs }) => {
      const open = ({ name, dims }: { name: string | number; dims: readonly number[] }) => ({
        name: String(name),
        dims: ['batch', ...dims.slice(1)],
      });
      return [file, tinyOnnx({ inputs: inputs.map(open), outputs: outputs.map(open), weightBytes, seed })];
    }),
  );
}

const facts = {
  kind: 'fomm' as const,
  version: '1',
  title: 'A pack for tests',
  licence: { name: 'CC0', url: 'https://example.org/licence', nonCommercial: true, notice: 'Only for tests.' },
  source: { url: 'https://example.org/' },
  options: { imageSizePx: 8, keypointCount: 1, alignCorners: false },
};

/** A manifest whose sizes and hashes are open. */
export function tinyManifest(name: string): PackManifest {
  const value = (entry: { name: string | number; dims: readonly number[] }) => ({
    name: String(entry.name),
    type: 'float32' as const,
    dims: ['batch' as const, ...entry.dims.slice(1)],
  });
  return {
    formatVersion: 1,
    name,
    ...facts,
    weights: 'random',
    files: Object.values(tinyGraphs).map(({ file }) => ({ name: file, bytes: null, sha256: null })),
    graphs: Object.fromEntries(
      Object.entries(tinyGraphs).map(([graph, { file, inputs, outputs }]) => [
        graph,
        { file, inputs: inputs.map(value), outputs: outputs.map(value) },
      ]),
    ),
  };
}

/** Writes a pack folder as a converter does. */
export function writeTinyPack(folder: string, name: string, files = tinyFiles()): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes);
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(tinyManifest(name)));
}

/** A catalogue entry whose files lie at an address. */
export function tinyEntry(
  baseUrl: string,
  known: Readonly<Record<string, Partial<Pick<CatalogueFile, 'bytes' | 'sha256'>>>> = {},
  name = 'tiny',
): CatalogueEntry {
  return {
    name,
    ...facts,
    graphs: tinyGraphs,
    files: Object.values(tinyGraphs).map(({ file }) => ({
      name: file,
      url: new URL(file, baseUrl).href,
      bytes: null,
      sha256: null,
      approximateBytes: 1000,
      ...known[file],
    })),
    byHand: ['Make it.'],
  };
}
