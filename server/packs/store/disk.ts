import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, PackError } from './pack-error.ts';

/** Left free on the disk: a full one harms more than this install. */
export const SPARE_BYTES = 64 * 2 ** 20;

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const NO_PERMISSION = new Set(['EACCES', 'EPERM', 'EROFS']);

/** `3.4 MB`, `1.20 GB`: decimal units, as file managers and download pages show them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/**
 * Refuses work that needs more room than there is.
 * @throws PackError `disk-full`, naming the folder and how much is missing
 */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  // Some network disks do not tell their size.
  if (blocks === 0) return;
  const freeBytes = bavail * bsize;
  const missing = neededBytes + SPARE_BYTES - freeBytes;
  if (missing <= 0) return;
  throw new PackError(
    'disk-full',
    `the disk of ${folder} has ${formatBytes(freeBytes)} free, and ${formatBytes(neededBytes + SPARE_BYTES)} are ` +
      `needed; free ${formatBytes(missing)}, or name a folder on another disk with --packs-dir`,
  );
}

/** What an error of writing in a folder means for the user; errors of other kinds are given back as they are. */
export function writeFault(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof PackError) return error;
  if (NO_SPACE.has(code)) {
    return new PackError(
      'disk-full',
      `the disk of ${dirname(path)} is full (${code} at ${path}); free some space, or name a folder on another disk ` +
        'with --packs-dir, and run the same command again: it goes on where it stopped',
      error,
    );
  }
  if (NO_PERMISSION.has(code)) {
    return new PackError(
      'no-permission',
      `${path} cannot be written (${code}); make its folder writable for this user, or name another with --packs-dir`,
      error,
    );
  }
  return error;
}

/** Runs file work; what goes wrong in writing is told in the user's terms. @throws PackError */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeFault(error, path);
  }
}
