import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run } from './command.mjs';
import { contentHash, filesUnder, writeJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { cachePath, installedPackage, projectPath, projectRoot } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Has the face models converted once from the npm package that carries them.
 * @param {string} node24
 * @returns {Promise<string>} the folder they are in
 */
export async function ensureFaceModels(node24) {
  // Another version of the package or of the converter makes other models, in another folder.
  const converter = projectPath('models', 'convert', 'human');
  const version = installedPackage('@vladmandic/human').version;
  const sources = filesUnder(converter).filter((file) => !file.includes('.test.'));
  const key = `${version}-${contentHash(projectRoot, sources)}`;
  const folder = cachePath('face-models', key);
  const stamp = join(folder, 'complete.json');
  if (existsSync(stamp)) return folder;

  await withLock(`face-models-${key}`, async () => {
    if (existsSync(stamp)) return;
    try {
      await step('converting the face models (once)', (report) =>
        run(node24, [join(converter, 'convert.ts'), folder], {
          cwd: projectRoot,
          onLine: (line) => report({ detail: line }),
        }),
      );
      writeJson(stamp, { human: version, convertedAt: new Date().toISOString() });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new SetupError(`The face models could not be converted:\n${error.tail.join('\n')}`, { cause: error });
    }
  });
  return folder;
}
