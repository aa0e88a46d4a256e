import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The folder of installed packs: EFFIGY_PACKS_DIR, else `effigy/packs` in the user's data folder. Not in the cache:
 * a pack may have taken an hour to download or convert.
 */
export function defaultPacksDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.EFFIGY_PACKS_DIR) return path.resolve(environment.EFFIGY_PACKS_DIR);
  const data = environment.XDG_DATA_HOME || path.join(homedir(), '.local', 'share');
  return path.join(data, 'effigy', 'packs');
}
