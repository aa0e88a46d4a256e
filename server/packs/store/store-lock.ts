import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { writing } from './disk.ts';
import { errorCode, PackError } from './pack-error.ts';

const HEARTBEAT_MS = 2_000;
/** What file systems without hard links (exFAT, some network disks) say to one. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/** A holder on another machine that has not touched its lock for so long is dead. */
const STALE_MS = 30_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: a process id alone is given to another one some day. */
  readonly startedAt: string | null;
  /** Tells one taking of the lock from the next. */
  readonly id: string;
}

/** The locks held by this process: an orderly exit leaves none behind. */
const held = new Set<string>();
process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

/**
 * Runs work that only one process may do at a time in a folder.
 * @throws PackError `busy` where another one is at it
 */
export async function withStoreLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder: Holder = { pid: process.pid, host: hostname(), startedAt: startOf(process.pid), id: randomUUID() };
  while (!(await writing(path, () => take(path, holder)))) {
    const other = await readHolder(path);
    if (!(await isStale(path, other))) throw busy(path, other);
    await moveAway(path, other);
  }
  held.add(path);
  const heartbeat = setInterval(() => void touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    held.delete(path);
    // Only our own: a machine that slept may have lost it to another.
    if ((await readHolder(path))?.id === holder.id) await rm(path, { force: true });
  }
}

async function take(path: string, holder: Holder): Promise<boolean> {
  // Written aside and linked into place: nobody ever reads half a lock.
  const aside = `${path}.${holder.id}`;
  const text = JSON.stringify(holder);
  try {
    await writeFile(aside, text, { flag: 'wx' });
    await link(aside, path).catch((error) => {
      if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
      return writeFile(path, text, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

async function isStale(path: string, holder: Holder | null): Promise<boolean> {
  // Of a process on this machine we know; it may well be stopped for an hour and go on then.
  if (holder?.host === hostname() && holder.startedAt !== null) return startOf(holder.pid) !== holder.startedAt;
  try {
    if (Date.now() - (await stat(path)).mtimeMs > STALE_MS) return true;
  } catch {
    return true; // it was given back in the meantime
  }
  return holder?.host === hostname() && !isAlive(holder.pid);
}

/** Of several that find a stale lock one moves it; should a fresh one have come in between, it is put back. */
async function moveAway(path: string, seen: Holder | null): Promise<void> {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    await rename(path, aside);
    const moved = await readHolder(aside);
    if (moved?.id !== seen?.id) await link(aside, path);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!['ENOENT', 'EEXIST'].includes(code) && !NO_LINKS.has(code)) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function busy(path: string, holder: Holder | null): PackError {
  const who = holder ? `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}` : 'another one';
  return new PackError(
    'busy',
    `${who} is changing the packs of this folder right now; wait until it is done and run the command again ` +
      `(its lock: ${path})`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Field 22 of proc(5)'s stat; the name before it may hold spaces and parentheses. null where there is no proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  // The folder may be gone under us; the work itself will say so.
  await utimes(path, now, now).catch(() => {});
}
