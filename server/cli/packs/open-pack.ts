import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { PackError } from '../../packs/store/pack-error.ts';
import { type InstalledPack, PackStore } from '../../packs/store/pack-store.ts';
import { MOTION_MODEL_NAMES } from '../../studio/motion-models.ts';
import { usageError } from '../command-error.ts';
import { userPath } from '../user-path.ts';
import { settlePacksDir } from './packs-dir.ts';

/** An installed pack by its name, or the pack in a folder. @throws CommandError, PackError */
export async function openPack(nameOrFolder: string): Promise<InstalledPack> {
  if (isPath(nameOrFolder)) {
    const folder = userPath(nameOrFolder);
    if (!(await stat(folder).catch(() => null))?.isDirectory()) throw usageError(`--pack ${folder} is not a folder`);
    return new PackStore(dirname(folder)).open(basename(folder));
  }
  try {
    return await new PackStore(settlePacksDir(undefined)).open(nameOrFolder);
  } catch (error) {
    if (!(error instanceof PackError) || error.fault !== 'unknown-pack') throw error;
    const builtIn = MOTION_MODEL_NAMES.join(', ');
    throw usageError(`there is no pack named "${nameOrFolder}"; there is: ${builtIn}. Of others: ${error.message}`);
  }
}

function isPath(text: string): boolean {
  return /[/\\]|^\.+$/.test(text);
}
