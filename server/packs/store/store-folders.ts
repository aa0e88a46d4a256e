import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writing } from './disk.ts';
import { errorCode, PackError } from './pack-error.ts';

/** Parts of downloads wait so long for somebody to go on with them. */
const PARTS_KEPT_MS = 14 * 24 * 3600 * 1000;
/** Nobody takes so long to rename a file. */
const ASIDE_KEPT_MS = 60_000;

/**
 * The folders of a store: packs by their names, and beside them what is on its way in or out. Renaming within one
 * disk is what makes a pack appear and vanish whole.
 *
 * - `.staging/<name>`: a pack being put together; parts of downloads stay for the next run
 * - `.retired/<name>`: the pack that a new one is just replacing; put back should the process die in between
 * - `.trash/…`: being deleted
 */
export class StoreFolders {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  pack(name: string): string {
    return join(this.root, name);
  }

  staging(name: string): string {
    return join(this.root, '.staging', name);
  }

  get lock(): string {
    return join(this.root, '.lock');
  }

  /** What every address gave when it was first downloaded. */
  get firstDownloads(): string {
    return join(this.root, '.first-downloads.json');
  }

  /** @throws PackError `no-permission`, `disk-full` or `unsafe-file` */
  async ensureRoot(): Promise<void> {
    try {
      await writing(join(this.root, 'x'), () => makeFolders(this.root));
    } catch (error) {
      if (error instanceof PackError) throw error;
      const reason = `${this.root} cannot be made a folder (${errorCode(error) ?? error})`;
      throw new PackError('unsafe-file', `${reason}; name another one with --packs-dir`, error);
    }
    if ((await stat(this.root)).isDirectory()) return;
    throw new PackError('unsafe-file', `${this.root} is not a folder; name one with --packs-dir`);
  }

  /** An empty folder for a pack to be put together; `keep` leaves what an earlier run brought. */
  async openStaging(name: string, { keep }: { keep: boolean }): Promise<string> {
    const folder = this.staging(name);
    await writing(folder, async () => {
      const stats = await statOrNull(folder);
      if (stats && (!keep || !stats.isDirectory())) await rm(folder, { recursive: true });
      await mkdir(folder, { recursive: true });
    });
    return folder;
  }

  /** Puts a finished folder in the place of the pack. The old one goes only when the new one is there. */
  async land(name: string): Promise<void> {
    const [pack, retired] = [this.pack(name), this.#retired(name)];
    await writing(pack, async () => {
      await mkdir(join(this.root, '.retired'), { recursive: true });
      const replaces = (await statOrNull(pack)) !== null;
      if (replaces) await rename(pack, retired);
      try {
        await rename(this.staging(name), pack);
      } catch (error) {
        if (replaces) await rename(retired, pack);
        throw error;
      }
      await syncFolder(this.root);
      if (replaces) await this.discard(retired);
    });
  }

  /** Takes a folder away at once, then deletes it. */
  async discard(folder: string): Promise<void> {
    const trash = join(this.root, '.trash');
    await writing(folder, async () => {
      await mkdir(trash, { recursive: true });
      await rename(folder, join(trash, randomUUID()));
      await rm(trash, { recursive: true });
    });
  }

  /** Whether some process is at it now, or died at it. */
  async isChanging(): Promise<boolean> {
    return (await statOrNull(this.lock)) !== null;
  }

  /** Whether a process died while it replaced a pack. */
  async needsRecovery(): Promise<boolean> {
    return (await statOrNull(join(this.root, '.retired'))) !== null;
  }

  /** Puts back what a dying process left retired, and clears away its leftovers. Only under the lock. */
  async sweep(): Promise<void> {
    for (const name of await namesIn(join(this.root, '.retired'))) {
      if (await statOrNull(this.pack(name))) await this.discard(this.#retired(name));
      else await writing(this.pack(name), () => rename(this.#retired(name), this.pack(name)));
    }
    for (const name of await namesIn(join(this.root, '.staging'))) {
      if (!(await hasParts(this.staging(name)))) await rm(this.staging(name), { recursive: true, force: true });
    }
    await rm(join(this.root, '.trash'), { recursive: true, force: true });
    for (const name of await namesIn(this.root)) {
      if (/^\.(lock|first-downloads\.json)\./.test(name)) await removeIfOld(join(this.root, name));
    }
    await this.tidy();
  }

  /** Takes away folders that hold nothing any more. */
  tidy(): Promise<void> {
    return removeIfEmpty(join(this.root, '.retired'), join(this.root, '.staging'));
  }

  /** Names of everything that looks like a pack: folders without a leading dot, sorted. */
  async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.root, { withFileTypes: true });
      return entries
        .filter((entry) => !entry.name.startsWith('.') && !entry.isFile())
        .map(({ name }) => name)
        .sort();
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') return [];
      if (code === 'ENOTDIR') throw new PackError('unsafe-file', `${this.root} is not a folder`, error);
      throw new PackError('no-permission', `${this.root} cannot be read (${code}); check its permissions`, error);
    }
  }

  #retired(name: string): string {
    return join(this.root, '.retired', name);
  }
}

/** As `mkdir -p`. Node's own never ends where a system's folder takes no folders (`/proc`). */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path);
  }
}

/** What is at a path, itself and not what it links to; null where nothing is. @throws PackError `no-permission` */
export async function statOrNull(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new PackError(
      'no-permission',
      `${path} cannot be read (${code}); check the permissions of its folder`,
      error,
    );
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** Whether a staging folder holds parts that are worth going on with. */
async function hasParts(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  for (const name of names) {
    if (!name.endsWith('.part')) continue;
    const stats = await statOrNull(join(folder, name));
    if (stats?.isFile() && stats.size > 0 && Date.now() - stats.mtimeMs < PARTS_KEPT_MS) return true;
  }
  return false;
}

/** Files that are written aside and renamed at once: an old one is of a process that was killed in between. */
async function removeIfOld(path: string): Promise<void> {
  const stats = await statOrNull(path);
  if (stats && Date.now() - stats.mtimeMs > ASIDE_KEPT_MS) await rm(path, { force: true });
}

async function removeIfEmpty(...folders: string[]): Promise<void> {
  for (const folder of folders)
    if ((await namesIn(folder)).length === 0) await rm(folder, { recursive: true, force: true });
}

/** Renames survive a power cut only when the folder itself was written. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
