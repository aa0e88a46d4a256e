import { loadConfig, thisMachine } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { usageError } from '../command-error.ts';

/**
 * The folder of packs that the server would use, too: `--packs-dir`, EFFIGY_PACKS_DIR, `effigy.config.json`, else the
 * user's data folder.
 * @throws CommandError where the settings cannot be read
 */
export function settlePacksDir(flag: string | undefined): string {
  try {
    const args = flag === undefined ? [] : ['--packs-dir', flag];
    const cwd = process.env.INIT_CWD ?? process.cwd();
    return loadConfig({ args, env: process.env, cwd, machine: thisMachine() }).config.packsDir;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw usageError(error.problems.join(' '));
  }
}
