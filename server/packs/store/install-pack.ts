import { join } from 'node:path';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';
import { requireFreeSpace } from './disk.ts';
import { type DownloadTimes, discardPart, download } from './download.ts';
import { settleSignature } from './expected-graph.ts';
import { FirstDownloads } from './first-downloads.ts';
import { checkOutline } from './graph-check.ts';
import { readOnnxOutline } from './onnx-outline.ts';
import { PackError } from './pack-error.ts';
import { checkManifest, type PackManifest } from './pack-manifest.ts';
import { finishParts, type InstalledPack, type PackStore } from './pack-store.ts';
import type { FileDigest } from './plain-file.ts';
import { statOrNull } from './store-folders.ts';

/** What an install tells while it goes on. */
export interface InstallProgress {
  /** One file, of all; bytes of this file. */
  onFile?(file: CatalogueFile, index: number, count: number): void;
  onBytes?(doneBytes: number, totalBytes: number | null): void;
  onRetry?(reason: string, pauseMs: number): void;
  /** All files are there and are now checked. */
  onCheck?(): void;
}

export interface InstallOptions {
  readonly progress?: InstallProgress;
  readonly times?: DownloadTimes;
  readonly signal?: AbortSignal;
  /** Take files that are not the published ones, or not those of the first install. Graphs are compared all the same. */
  readonly acceptChanged?: boolean;
  /** Where an address of the catalogue is to be had instead, e.g. on a mirror. */
  readonly mirror?: (url: string) => string;
}

/**
 * Downloads a pack of the catalogue, going on with what an interrupted run brought.
 * @throws PackError; an installed pack of that name is then as it was
 */
export async function installPack(
  store: PackStore,
  entry: CatalogueEntry,
  options: InstallOptions = {},
): Promise<InstalledPack> {
  if (entry.files.length === 0) {
    throw new PackError('unknown-pack', `${entry.name} cannot be downloaded.\n${entry.byHand.join('\n')}`);
  }
  const digests = new Map<string, FileDigest>();
  return store.put(
    entry.name,
    async (folder) => {
      await requireFreeSpace(folder, await bytesToCome(entry, folder));
      const records = await FirstDownloads.open(store.firstDownloadsPath);
      for (const [index, file] of entry.files.entries()) {
        options.progress?.onFile?.(file, index, entry.files.length);
        digests.set(file.url, await fetchPart(file, partPath(folder, file), records, options));
      }
      options.progress?.onCheck?.();
      await finishParts(folder, new Map(entry.files.map(({ name }) => [partName(name), name])));
      return manifestOf(entry, folder, digests);
    },
    {
      keepParts: true,
      async onLanded() {
        const records = await FirstDownloads.open(store.firstDownloadsPath);
        await records.record(digests, options.acceptChanged ?? false);
      },
    },
  );
}

/** One file, compared with the published one, or where there is no published hash with that of the first install. */
async function fetchPart(
  file: CatalogueFile,
  path: string,
  records: FirstDownloads,
  { progress, times, signal, acceptChanged = false, mirror = (url) => url }: InstallOptions,
): Promise<FileDigest> {
  const digest = await download({
    url: mirror(file.url),
    path,
    bytes: acceptChanged ? null : file.bytes,
    sha256: acceptChanged ? null : file.sha256,
    times,
    signal,
    onProgress: progress?.onBytes,
    onRetry: progress?.onRetry,
  }).catch(adviseOnChange);
  const first = records.get(file.url);
  if (acceptChanged || file.sha256 !== null || !first || first.sha256 === digest.sha256) return digest;
  await discardPart(path);
  throw new PackError(
    'changed-upstream',
    `${file.name} is no longer the file of the first install (${first.at.slice(0, 10)}): it has ${digest.bytes} bytes ` +
      `and SHA-256 ${digest.sha256}, then it had ${first.bytes} and ${first.sha256}. ${IF_NEWER}`,
  );
}

const IF_NEWER =
  'If its publisher tells of a new version, install it with --accept-changed (its graph is compared all the same); ' +
  'else do not use it';

/** A file that is not the published one may be a newer one: only the user can know. */
function adviseOnChange(error: unknown): never {
  if (!(error instanceof PackError) || !['wrong-hash', 'wrong-size'].includes(error.fault)) throw error;
  throw new PackError(error.fault, `${error.message}. ${IF_NEWER}`, error);
}

/** The manifest, with the names and open sizes that the files themselves declare. */
async function manifestOf(
  entry: CatalogueEntry,
  folder: string,
  digests: ReadonlyMap<string, FileDigest>,
): Promise<PackManifest> {
  const files = entry.files.map(({ name, url }) => ({ name, ...(digests.get(url) ?? { bytes: null, sha256: null }) }));
  const graphs: PackManifest['graphs'] = {};
  for (const [graph, expected] of Object.entries(entry.graphs)) {
    const outline = await readOnnxOutline(join(folder, expected.file));
    checkOutline(
      outline,
      expected.file,
      files.map(({ name }) => name),
    );
    const settled = settleSignature(expected, outline.signature);
    if ('problems' in settled) {
      throw new PackError(
        'wrong-signature',
        `${expected.file} is not the graph ${graph}: ${settled.problems.join('; ')}`,
      );
    }
    graphs[graph] = { file: expected.file, ...settled.signature };
  }
  return manifestFrom(entry, files, graphs);
}

/** A manifest of the catalogue's facts and of files and graphs as they are. */
export function manifestFrom(
  { name, kind, version, title, licence, source, options }: CatalogueEntry,
  files: PackManifest['files'],
  graphs: PackManifest['graphs'],
): PackManifest {
  const manifest = {
    formatVersion: 1,
    name,
    kind,
    version,
    title,
    licence,
    source,
    weights: 'trained',
    files,
    graphs,
    options,
  };
  return checkManifest(manifest, `the manifest of ${name}`);
}

/** What is still to be written: parts of an earlier run are there already. */
async function bytesToCome(entry: CatalogueEntry, folder: string): Promise<number> {
  let bytes = 0;
  for (const file of entry.files) {
    const part = await statOrNull(partPath(folder, file));
    bytes += Math.max(0, file.approximateBytes - (part?.size ?? 0));
  }
  return bytes;
}

function partName(name: string): string {
  return `${name}.part`;
}

function partPath(folder: string, { name }: CatalogueFile): string {
  return join(folder, partName(name));
}
