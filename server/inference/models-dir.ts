import { homedir } from 'node:os';
import path from 'node:path';

/** The folder of converted and downloaded models: EFFIGY_MODELS_DIR, else `effigy/models` in the user's cache. */
export function defaultModelsDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.EFFIGY_MODELS_DIR) return path.resolve(environment.EFFIGY_MODELS_DIR);
  const cache = environment.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(cache, 'effigy', 'models');
}
