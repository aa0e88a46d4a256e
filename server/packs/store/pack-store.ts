import { constants } from 'node:fs';
import { copyFile, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireFreeSpace, writing } from './disk.ts';
import { checkGraphs } from './graph-check.ts';
import { errorCode, PackError } from './pack-error.ts';
import {
  formatManifest,
  isSettled,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type PackManifest,
  packNameSchema,
  parseManifest,
  type SettledFile,
  type SettledManifest,
} from './pack-manifest.ts';
import { digestFile, readSmallFile, statPlainFile } from './plain-file.ts';
import { StoreFolders, statOrNull, syncFolder } from './store-folders.ts';
import { withStoreLock } from './store-lock.ts';

/** A pack that is there and looks right. */
export interface InstalledPack {
  readonly name: string;
  readonly folder: string;
  readonly manifest: SettledManifest;
}

/** A pack of the list: either usable, or with the reason why not. */
export type PackListing =
  | { readonly name: string; readonly pack: InstalledPack; readonly problem: null }
  | { readonly name: string; readonly pack: null; readonly problem: PackError };

/** What a thorough look at a pack found. `problem` is null where all is right. */
export interface PackReport {
  readonly name: string;
  readonly isSound: boolean;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly problem: string | null }[];
  /** Of graphs, or of the pack as a whole. */
  readonly problems: readonly string[];
}

/** How a pack's folder is filled. */
export interface PutOptions {
  /** Go on with what an earlier, interrupted run left. */
  readonly keepParts?: boolean;
  /** Still under the lock, when the pack is in its place. */
  readonly onLanded?: () => Promise<void>;
  /** Told how many bytes of the finished files were read since the last call. */
  readonly onChecked?: (bytes: number) => void;
}

/** A pack that is there is seen within a second, however often it is just being replaced. */
const MAX_LOOKS = 20;
const LOOK_PAUSE_MS = 50;

/** The path of a graph's file. @throws PackError where the pack has no such graph */
export function graphPath({ folder, manifest }: InstalledPack, graph: string): string {
  const entry = Object.hasOwn(manifest.graphs, graph) ? manifest.graphs[graph] : undefined;
  if (!entry) throw new PackError('missing-file', `the pack ${manifest.name} has no graph ${graph}`);
  return join(folder, entry.file);
}

/** A folder of packs. Whatever changes it does so under a lock, and whole or not at all. */
export class PackStore {
  readonly #folders: StoreFolders;

  /** @param root absolute; made when the first pack comes */
  constructor(root: string) {
    this.#folders = new StoreFolders(root);
  }

  get root(): string {
    return this.#folders.root;
  }

  /** All packs by name, broken ones with the reason. */
  async list(): Promise<PackListing[]> {
    await this.#recover();
    const listings: PackListing[] = [];
    for (const name of await this.#folders.names()) {
      try {
        listings.push({ name, pack: await this.#steadily(() => this.#read(name)), problem: null });
      } catch (error) {
        if (!(error instanceof PackError)) throw error;
        listings.push({ name, pack: null, problem: error });
      }
    }
    return listings;
  }

  /**
   * Opens a pack for use: its manifest, the sizes of its files and the graphs' inputs and outputs must be right.
   * Hashes are read by {@link verify} alone: they take seconds.
   * @throws PackError with the reason and what to do
   */
  async open(name: string): Promise<InstalledPack> {
    return this.#steadily(async () => {
      const pack = await this.#read(name);
      await checkGraphs(pack.manifest, pack.folder);
      return pack;
    });
  }

  /** Reads every byte of a pack and compares it with the manifest. @throws PackError where there is no manifest */
  async verify(name: string, onChecked: (bytes: number) => void = () => {}): Promise<PackReport> {
    const { folder, manifest } = await this.#steadily(() => this.#readManifest(name));
    const files: PackReport['files'][number][] = [];
    for (const file of manifest.files) {
      const problem = await problemOf(() => this.#checkFile(join(folder, file.name), file, onChecked));
      files.push({ name: file.name, bytes: file.bytes, problem });
    }
    const problems: string[] = [];
    for (const [graph, entry] of Object.entries(manifest.graphs)) {
      // A file that is damaged anyway has nothing to say about its graph.
      if (files.some((file) => file.name === entry.file && file.problem !== null)) continue;
      const problem = await problemOf(() => checkGraphs({ ...manifest, graphs: { [graph]: entry } }, folder));
      if (problem !== null) problems.push(problem);
    }
    const isSound = problems.length === 0 && files.every(({ problem }) => problem === null);
    return { name, isSound, files, problems };
  }

  /**
   * Deletes a pack, also a broken one, and what an interrupted install of it left.
   * @throws PackError `unknown-pack`, `busy`, `no-permission`
   */
  async remove(name: string): Promise<void> {
    const isThere = (await this.#folders.names()).includes(name);
    const hasParts = packNameSchema.safeParse(name).success && (await statOrNull(this.#folders.staging(name))) !== null;
    if (!isThere && !hasParts) throw await this.#unknown(name);
    await this.#changing(async () => {
      if (isThere && (await statOrNull(this.#folders.pack(name))))
        await this.#folders.discard(this.#folders.pack(name));
      if (hasParts) await rm(this.#folders.staging(name), { recursive: true, force: true });
    });
  }

  /**
   * Installs a pack, replacing one of the same name only when the new one is proven right. `fill` puts the files into
   * the folder it is given and returns the manifest; sizes and hashes that this leaves open are recorded here.
   * @throws PackError and whatever `fill` throws; the installed pack is then as it was
   */
  async put(
    name: string,
    fill: (folder: string) => Promise<PackManifest>,
    { keepParts = false, onLanded, onChecked }: PutOptions = {},
  ): Promise<InstalledPack> {
    requireName(name);
    return this.#changing(async () => {
      const folder = await this.#folders.openStaging(name, { keep: keepParts });
      try {
        const manifest = await this.#settle(await fill(folder), name, folder, onChecked);
        await checkGraphs(manifest, folder);
        await this.#finish(folder, manifest);
        await this.#folders.land(name);
        await onLanded?.();
        return { name, folder: this.#folders.pack(name), manifest };
      } catch (error) {
        if (!(keepParts && (await isResumable(folder)))) await rm(folder, { recursive: true, force: true });
        throw error;
      }
    });
  }

  /** Copies a file that the user names into a folder that is being filled. Links are followed: the user named them. */
  async copyIn(source: string, folder: string, name: string): Promise<void> {
    const size = await sizeOfGiven(source);
    await requireFreeSpace(folder, size);
    const target = join(folder, name);
    await writing(target, () => copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
  }

  /** The file that remembers first downloads. */
  get firstDownloadsPath(): string {
    return this.#folders.firstDownloads;
  }

  async #changing<T>(work: () => Promise<T>): Promise<T> {
    const { root, lock } = this.#folders;
    await this.#folders.ensureRoot();
    return withStoreLock(lock, async () => {
      await writing(join(root, '.staging'), () => this.#folders.sweep());
      try {
        return await work();
      } finally {
        await this.#folders.tidy();
      }
    });
  }

  /** A process that died while it replaced a pack left the old one aside; it is put back before anybody looks. */
  async #recover(): Promise<void> {
    if (!(await this.#folders.needsRecovery())) return;
    try {
      await withStoreLock(this.#folders.lock, () => this.#folders.sweep());
    } catch {
      // Another process is just replacing it, or the folder is read-only: what is there is what there is.
    }
  }

  /** Between two renames a pack that is replaced is nowhere: whoever looks just then looks again. */
  async #steadily<T>(look: () => Promise<T>): Promise<T> {
    for (let looks = 1; ; looks++) {
      await this.#recover();
      try {
        return await look();
      } catch (error) {
        if (!(error instanceof PackError) || looks === MAX_LOOKS || !(await this.#folders.isChanging())) throw error;
        await sleep(LOOK_PAUSE_MS);
      }
    }
  }

  async #read(name: string): Promise<InstalledPack> {
    const { folder, manifest } = await this.#readManifest(name);
    for (const { name: file, bytes } of manifest.files) {
      const { size } = await statPlainFile(join(folder, file));
      if (size !== bytes) throw wrongSize(join(folder, file), size, bytes);
    }
    return { name, folder, manifest };
  }

  async #readManifest(name: string): Promise<{ folder: string; manifest: SettledManifest }> {
    requireName(name);
    const folder = this.#folders.pack(name);
    const stats = await statOrNull(folder);
    if (!stats) throw await this.#unknown(name);
    if (!stats.isDirectory()) {
      throw new PackError('unsafe-file', `${folder} is a link or a file; a pack is a folder of its own`);
    }
    const path = join(folder, MANIFEST_FILE);
    const manifest = parseManifest(await readSmallFile(path, MAX_MANIFEST_BYTES), path);
    if (manifest.name !== name) {
      throw new PackError('bad-manifest', `${path}: name is "${manifest.name}", but the folder is "${name}"`);
    }
    if (!isSettled(manifest)) {
      throw new PackError(
        'bad-manifest',
        `${path} leaves sizes or hashes open; \`packs -- import ${name} ${folder}\` records them`,
      );
    }
    return { folder, manifest };
  }

  async #checkFile(path: string, expected: SettledFile, onChecked?: (bytes: number) => void): Promise<void> {
    const { size } = await statPlainFile(path);
    if (size !== expected.bytes) throw wrongSize(path, size, expected.bytes);
    const { sha256 } = await digestFile(path, onChecked);
    if (sha256 !== expected.sha256) throw wrongHash(path, sha256, expected.sha256);
  }

  /** Fills in what the manifest leaves open, and compares what it does not. */
  async #settle(
    manifest: PackManifest,
    name: string,
    folder: string,
    onChecked?: (bytes: number) => void,
  ): Promise<SettledManifest> {
    if (manifest.name !== name) {
      throw new PackError('bad-manifest', `the manifest is of a pack named "${manifest.name}", not "${name}"`);
    }
    const files: SettledFile[] = [];
    for (const file of manifest.files) {
      const path = join(folder, file.name);
      const { bytes, sha256 } = await digestFile(path, onChecked);
      if (file.bytes !== null && file.bytes !== bytes) throw wrongSize(file.name, bytes, file.bytes);
      if (file.sha256 !== null && file.sha256 !== sha256) throw wrongHash(file.name, sha256, file.sha256);
      if (bytes === 0) throw new PackError('wrong-size', `${file.name} is empty`);
      files.push({ name: file.name, bytes, sha256 });
    }
    return { ...manifest, files };
  }

  /** Clears what is not of the pack out of the folder, writes the manifest, and makes sure that all is on the disk. */
  async #finish(folder: string, manifest: SettledManifest): Promise<void> {
    const names = new Set(manifest.files.map(({ name }) => name));
    for (const entry of await readdir(folder)) {
      if (!names.has(entry)) await rm(join(folder, entry), { recursive: true, force: true });
    }
    const path = join(folder, MANIFEST_FILE);
    await writing(path, async () => {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(formatManifest(manifest));
        await file.sync();
      } finally {
        await file.close();
      }
      for (const name of names) await syncFile(join(folder, name));
      await syncFolder(folder);
    });
  }

  async #unknown(name: string): Promise<PackError> {
    const names = await this.#folders.names();
    const there = names.length > 0 ? `there is: ${names.join(', ')}` : 'there is none yet';
    return new PackError(
      'unknown-pack',
      `no pack "${name}" is installed in ${this.root} (${there}); \`npm run packs -- list\` tells what can be installed`,
    );
  }
}

/** The size of a file that the user names. @throws PackError where it is none */
export async function sizeOfGiven(path: string): Promise<number> {
  let stats: Awaited<ReturnType<typeof stat>>;
  try {
    stats = await stat(path);
  } catch (error) {
    throw new PackError('missing-file', `${path} cannot be read (${errorCode(error)})`, error);
  }
  if (!stats.isFile()) throw new PackError('unsafe-file', `${path} is not a file`);
  return stats.size;
}

/** Puts finished parts under the names of their files. */
export async function finishParts(folder: string, parts: ReadonlyMap<string, string>): Promise<void> {
  for (const [part, name] of parts)
    await writing(join(folder, name), () => rename(join(folder, part), join(folder, name)));
}

function requireName(name: string): void {
  const { success, error } = packNameSchema.safeParse(name);
  if (!success) throw new PackError('unknown-pack', `"${name}" cannot be a pack: its name ${error.issues[0].message}`);
}

function wrongSize(path: string, bytes: number, expected: number): PackError {
  return new PackError(
    'wrong-size',
    `${path} has ${bytes} bytes instead of ${expected}: it is ${bytes < expected ? 'cut off' : 'another file'}; ` +
      'install or import the pack again',
  );
}

function wrongHash(path: string, sha256: string, expected: string): PackError {
  return new PackError(
    'wrong-hash',
    `${path} has SHA-256 ${sha256} instead of ${expected}: it was changed or damaged; install or import the pack again`,
  );
}

async function problemOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    return error.message;
  }
}

/** Whether a later run can go on with what is in the folder: nothing but parts of downloads and their notes. */
async function isResumable(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.length > 0 && names.every((name) => name.endsWith('.part') || name.endsWith('.part.json'));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
