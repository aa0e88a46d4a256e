import { basename } from 'node:path';
import { type CatalogueEntry, catalogue } from '../../packs/store/catalogue.ts';
import {
  importFiles,
  importFolder,
  importMade,
  matchFiles,
  readManifestOf,
  resolveGiven,
} from '../../packs/store/import-pack.ts';
import { PackError } from '../../packs/store/pack-error.ts';
import type { PackKind } from '../../packs/store/pack-manifest.ts';
import { type InstalledPack, type PackStore, sizeOfGiven } from '../../packs/store/pack-store.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { ImportRequest } from './arguments.ts';
import { describeInstalled } from './describe-pack.ts';
import { requireConsent } from './licence-consent.ts';
import { runPython } from './python-converter.ts';

/** What PyTorch's files are called. */
const CHECKPOINT = /\.(pth|pt|ckpt|tar|safetensors)$/i;

/** `packs -- import`: files that the user already has. @throws PackError, CommandError */
export async function importGiven(store: PackStore, request: ImportRequest): Promise<void> {
  const given = await resolveGiven(request.paths);
  const pack =
    'packFolder' in given
      ? await takeFolder(store, request, given.packFolder)
      : await takeFiles(store, request, given.files);
  process.stdout.write(describeInstalled(pack));
}

async function takeFolder(
  store: PackStore,
  { name, kind, yes }: ImportRequest,
  folder: string,
): Promise<InstalledPack> {
  const manifest = await readManifestOf(folder);
  const expected = kind ?? entryNamed(name)?.kind ?? manifest.kind;
  if (manifest.kind !== expected) {
    throw new CommandError(`${folder} is a pack of kind ${manifest.kind}, not ${expected}; give it another name`);
  }
  await requireConsent(manifest.title, manifest.licence, yes);
  return importFolder(store, folder, { name });
}

async function takeFiles(store: PackStore, request: ImportRequest, files: readonly string[]): Promise<InstalledPack> {
  const { name, kind, yes } = request;
  const entry = kind ? catalogue.find((candidate) => candidate.kind === kind) : entryNamed(name);
  if (!entry)
    throw usageError(`"${name}" does not say which kind of pack it is; add --kind fomm or --kind liveportrait`);
  if (files.some((file) => CHECKPOINT.test(file))) {
    await requireConsent(entry.title, entry.licence, yes);
    return convert(store, request, entry, files);
  }
  if (Object.keys(entry.graphs).length === 0) {
    throw new PackError(
      'missing-file',
      `ONNX files of ${entry.name} are only known with the pack.json that the converter wrote beside them: name their ` +
        'folder, or the checkpoint (vox-cpk.pth.tar)',
    );
  }
  if (request.converterFlags.length > 0) throw usageError(`${request.converterFlags[0]} is for checkpoints only`);
  const { matches, ignored } = await matchFiles(entry, files);
  for (const { reason } of ignored) process.stderr.write(`left out: ${reason}\n`);
  await requireConsent(entry.title, entry.licence, yes);
  return importFiles(store, entry, matches, { name });
}

async function convert(
  store: PackStore,
  { name, converterFlags }: ImportRequest,
  entry: CatalogueEntry,
  files: readonly string[],
): Promise<InstalledPack> {
  for (const file of files) await sizeOfGiven(file);
  process.stderr.write(`converting ${files.map((file) => basename(file)).join(', ')}…\n`);
  const flags = [...defaultFlags(entry.kind, files, converterFlags), ...converterFlags];
  return importMade(store, name, (folder) =>
    runPython(entry.kind, 'convert.py', [...files, ...flags, '--out', folder]),
  );
}

/** The official checkpoints tell their configuration by their names alone. */
function defaultFlags(kind: PackKind, files: readonly string[], given: readonly string[]): string[] {
  if (kind !== 'fomm' || given.some((flag) => flag.startsWith('--config'))) return [];
  if (files.length > 1) throw usageError('a pack of kind fomm is made of one checkpoint');
  return [`--config=${/adv/i.test(basename(files[0])) ? 'vox-adv-256' : 'vox-256'}`];
}

function entryNamed(name: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.name === name);
}
