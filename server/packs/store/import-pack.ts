import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CatalogueEntry } from './catalogue.ts';
import { requireFreeSpace } from './disk.ts';
import { settleSignature } from './expected-graph.ts';
import { checkOutline } from './graph-check.ts';
import { describeValue } from './graph-signature.ts';
import { manifestFrom } from './install-pack.ts';
import { type OnnxOutline, readOnnxOutline } from './onnx-outline.ts';
import { errorCode, PackError } from './pack-error.ts';
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type PackManifest,
  parseManifest,
  requiredGraphs,
} from './pack-manifest.ts';
import { type InstalledPack, type PackStore, type PutOptions, sizeOfGiven } from './pack-store.ts';
import { readSmallFile } from './plain-file.ts';

/** A file that the user gave, and the graph that it turned out to be. */
export interface MatchedFile {
  readonly path: string;
  readonly graph: string;
  /** Its name inside the pack. */
  readonly file: string;
  readonly signature: Omit<PackManifest['graphs'][string], 'file'>;
}

/** A file that the user gave and that is not of the pack, and why. */
export interface IgnoredFile {
  readonly path: string;
  readonly reason: string;
}

/**
 * Tells which graph of a pack each file is: by the publisher's file name, else by its inputs and outputs. Files of
 * other names that are no graph of the pack are told and left out, so that one may give a whole folder.
 * @throws PackError `wrong-signature` for a file that has a graph's name and is another; `missing-file` where a graph
 *   that the pack cannot do without is not among them
 */
export async function matchFiles(
  entry: CatalogueEntry,
  paths: readonly string[],
): Promise<{ readonly matches: MatchedFile[]; readonly ignored: IgnoredFile[] }> {
  const matches: MatchedFile[] = [];
  const ignored: IgnoredFile[] = [];
  const isNamed = (path: string) => fileNames(entry).includes(basename(path).toLowerCase());
  // Who has the right name comes first: a copy under another name does not take its place.
  for (const path of [...paths.filter(isNamed), ...paths.filter((path) => !isNamed(path))]) {
    await sizeOfGiven(path);
    try {
      const match = matchOne(entry, path, await readOnnxOutline(path, { followLinks: true }));
      const other = matches.find(({ graph }) => graph === match.graph);
      if (!other) matches.push(match);
      else ignored.push({ path, reason: `${path} is the graph ${match.graph} once more, besides ${other.path}` });
    } catch (error) {
      if (!(error instanceof PackError) || isNamed(path)) throw error;
      ignored.push({ path, reason: error.message });
    }
  }
  const missing = requiredGraphs[entry.kind].filter((name) => !matches.some(({ graph }) => graph === name));
  if (missing.length > 0) {
    const files = missing.map((graph) => entry.graphs[graph]?.file ?? graph);
    const reasons = ignored.map(({ reason }) => reason).join('; ');
    throw new PackError(
      ignored.length > 0 ? 'wrong-signature' : 'missing-file',
      `the pack ${entry.name} needs ${files.join(', ')}; name all files at once${reasons && ` (${reasons})`}`,
    );
  }
  return { matches, ignored };
}

/** Takes ONNX files that users already have into a pack of the catalogue. @throws PackError as {@link matchFiles} */
export async function importFiles(
  store: PackStore,
  entry: CatalogueEntry,
  matches: readonly MatchedFile[],
  options: PutOptions & { readonly name?: string } = {},
): Promise<InstalledPack> {
  const name = options.name ?? entry.name;
  return store.put(
    name,
    async (folder) => {
      const sizes = await Promise.all(matches.map(({ path }) => sizeOfGiven(path)));
      await requireFreeSpace(
        folder,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      for (const { path, file } of matches) await store.copyIn(path, folder, file);
      const files = matches.map(({ file }) => ({ name: file, bytes: null, sha256: null }));
      const graphs = Object.fromEntries(matches.map(({ graph, file, signature }) => [graph, { file, ...signature }]));
      return { ...manifestFrom(entry, files, graphs), name };
    },
    options,
  );
}

/**
 * Takes a folder that already is a pack (`pack.json` and the files beside it) into the store.
 * @param name what it shall be called here; its own name where absent
 */
export async function importFolder(
  store: PackStore,
  source: string,
  options: PutOptions & { readonly name?: string } = {},
): Promise<InstalledPack> {
  const manifest = await readManifestOf(source);
  const name = options.name ?? manifest.name;
  return store.put(
    name,
    async (folder) => {
      for (const { name: file } of manifest.files) await store.copyIn(join(source, file), folder, file);
      return { ...manifest, name };
    },
    options,
  );
}

/** Lets a program write a pack (`pack.json` and its files) straight into the store. */
export async function importMade(
  store: PackStore,
  name: string,
  make: (folder: string) => Promise<void>,
  options: PutOptions = {},
): Promise<InstalledPack> {
  return store.put(
    name,
    async (folder) => {
      await make(folder);
      return { ...(await readManifestOf(folder)), name };
    },
    options,
  );
}

/** The manifest of a folder that the user named. @throws PackError where it is none or wrong */
export async function readManifestOf(folder: string): Promise<PackManifest> {
  const path = join(folder, MANIFEST_FILE);
  return parseManifest(await readSmallFile(path, MAX_MANIFEST_BYTES, { followLinks: true }), path);
}

/** What given paths mean: the folder of a pack, or plain files (of a folder without a manifest, its ONNX files). */
export async function resolveGiven(
  paths: readonly string[],
): Promise<{ readonly packFolder: string } | { readonly files: string[] }> {
  if (paths.length === 1 && basename(paths[0]) === MANIFEST_FILE) return { packFolder: dirname(paths[0]) };
  const files: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) files.push(path);
    else {
      const names = (await readdir(path)).sort();
      if (paths.length === 1 && names.includes(MANIFEST_FILE)) return { packFolder: path };
      const found = names.filter((name) => name.toLowerCase().endsWith('.onnx'));
      if (found.length === 0)
        throw new PackError('missing-file', `${path} holds no ${MANIFEST_FILE} and no .onnx file`);
      files.push(...found.map((name) => join(path, name)));
    }
  }
  return { files };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new PackError('missing-file', `${path} cannot be read (${errorCode(error)})`, error);
  }
}

function fileNames(entry: CatalogueEntry): string[] {
  return Object.values(entry.graphs).map(({ file }) => file.toLowerCase());
}

function matchOne(entry: CatalogueEntry, path: string, outline: OnnxOutline): MatchedFile {
  checkOutline(outline, path, []);
  const found = outline.signature;
  const graphs = Object.entries(entry.graphs);
  const named = graphs.find(([, { file }]) => file.toLowerCase() === basename(path).toLowerCase());
  const candidates = named ? [named] : graphs;
  const fitting = candidates.flatMap(([graph, expected]) => {
    const settled = settleSignature(expected, found);
    return 'signature' in settled ? [{ path, graph, file: expected.file, signature: settled.signature }] : [];
  });
  if (fitting.length === 1) return fitting[0];
  if (named) {
    const settled = settleSignature(named[1], found);
    const problems = 'problems' in settled ? settled.problems.join('; ') : '';
    throw new PackError('wrong-signature', `${path} is not the graph ${named[0]}: ${problems}`);
  }
  const values = [...found.inputs, ...found.outputs].slice(0, 12).map(describeValue).join('; ');
  throw new PackError(
    'wrong-signature',
    `${path} is none of the graphs of ${entry.name} (${graphs.map(([, { file }]) => file).join(', ')}); it has ${values}`,
  );
}
