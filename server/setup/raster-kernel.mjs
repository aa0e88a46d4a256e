import { existsSync } from 'node:fs';
import { CommandError, run } from './command.mjs';
import { metadataHash, readJson, writeJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { checkoutKey, projectPath, projectRoot } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Has the inner loops of tracking, of the mesh pack and of encoding compiled to WebAssembly where their sources changed since.
 * @param {string} node24
 */
export async function ensureRasterKernel(node24) {
  const builder = projectPath('server', 'wasm', 'kernel-build.ts');
  const sources = [
    projectPath('server', 'packs', 'mesh', 'raster', 'kernel'),
    projectPath('server', 'face', 'crop-kernel'),
    projectPath('server', 'studio', 'codec', 'i420-kernel'),
    builder,
    projectPath('package-lock.json'),
  ];
  const stampFile = projectPath('.cache', 'raster-kernel.json');
  const isCurrent = () =>
    ['raster-kernel', 'crop-kernel', 'i420-kernel'].every((name) => existsSync(projectPath('.cache', name))) &&
    readJson(stampFile)?.sources === metadataHash(projectRoot, sources);
  if (isCurrent()) return;

  await withLock(`raster-kernel-${checkoutKey}`, async () => {
    if (isCurrent()) return;
    const hash = metadataHash(projectRoot, sources);
    try {
      await step('compiling the inner loops', () => run(node24, [builder], { cwd: projectRoot }));
      writeJson(stampFile, { sources: hash });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new SetupError(`The inner loops could not be compiled:\n${error.tail.join('\n')}`, { cause: error });
    }
  });
}
