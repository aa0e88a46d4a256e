import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorCode, PackError } from './pack-error.ts';

const CHUNK_BYTES = 1 << 20;

export interface OpenOptions {
  /** For files that the user named, which may well be links. */
  readonly followLinks?: boolean;
}

/**
 * Opens a file of a pack for reading. Links, folders, pipes and devices are refused: a pack holds its files itself.
 * @throws PackError `missing-file`, `unsafe-file` or `no-permission`
 */
export async function openPlainFile(path: string, { followLinks = false }: OpenOptions = {}): Promise<FileHandle> {
  const name = basename(path);
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    file = await open(path, followLinks ? flags : flags | constants.O_NOFOLLOW);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') throw new PackError('missing-file', `${path} is missing`, error);
    if (code === 'ELOOP') {
      throw new PackError('unsafe-file', `${path} is a link; put the file itself in its place`, error);
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new PackError('no-permission', `${path} cannot be read by this user; check its permissions`, error);
    }
    throw new PackError('unsafe-file', `${path} cannot be opened (${code ?? error})`, error);
  }
  const stats = await file.stat();
  if (stats.isFile()) return file;
  await file.close();
  throw new PackError('unsafe-file', `${path}: ${name} is not a plain file`);
}

/** Facts about a plain file, without opening it. @throws PackError `missing-file` or `unsafe-file` */
export async function statPlainFile(path: string): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    throw new PackError('missing-file', `${path} is missing (${errorCode(error)})`, error);
  }
  if (!stats.isFile()) throw new PackError('unsafe-file', `${path} is not a plain file`);
  return stats;
}

/** The text of a small file. @throws PackError, also (`too-large`) where it has more than `maxBytes` */
export async function readSmallFile(path: string, maxBytes: number, options: OpenOptions = {}): Promise<string> {
  const file = await openPlainFile(path, options);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw new PackError('too-large', `${path} has ${size} bytes; a real one has at most ${maxBytes}`);
    }
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A file's size and SHA-256. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a whole file once, in pieces. `onBytes` is told how much was read since the last call. */
export async function digestFile(path: string, onBytes: (bytes: number) => void = () => {}): Promise<FileDigest> {
  const file = await openPlainFile(path);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
      onBytes(bytesRead);
    }
  } finally {
    await file.close();
  }
}
