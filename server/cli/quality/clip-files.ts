import { readdir } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { CommandError } from '../command-error.ts';

/** A video of the folder. */
export interface ClipFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
}

const ENDINGS = new Set([
  '.mp4',
  '.webm',
  '.mov',
  '.mkv',
  '.avi',
  '.m4v',
  '.mpg',
  '.mpeg',
  '.ts',
  '.ogv',
  '.3gp',
  '.gif',
]);

/** The folder's videos by name; only those named, where names are given. Rejects with a `CommandError`. */
export async function findClips(folder: string, names: readonly string[]): Promise<ClipFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'does not exist', ENOTDIR: 'is not a folder' }[error.code ?? ''] ?? 'cannot be read';
    throw new CommandError(`${folder} ${why}`);
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && ENDINGS.has(extname(entry.name).toLowerCase()))
    .map((entry) => entry.name)
    .sort();
  if (files.length === 0) throw new CommandError(`there is no video in ${folder}`);
  for (const name of names) {
    if (!files.some((file) => isNamed(file, name))) {
      throw new CommandError(`there is no clip "${name}" in ${folder}; there is: ${files.join(', ')}`);
    }
  }
  const wanted = names.length > 0 ? files.filter((file) => names.some((name) => isNamed(file, name))) : files;
  return wanted.map((file) => ({ name: parse(file).name, path: join(folder, file) }));
}

function isNamed(file: string, name: string): boolean {
  return file === name || parse(file).name === name;
}
