import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run } from './command.mjs';
import { filesUnder, metadataHash, readJson, replaceFolder, writeJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { checkoutKey, projectPath, projectRoot } from './paths.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** Changes with what the built page is made of. @returns {string} */
function sourcesHash() {
  const roots = ['client', 'shared', 'vite.config.ts', 'package-lock.json'].map((name) => projectPath(name));
  return metadataHash(
    projectRoot,
    roots.flatMap(filesUnder).filter((file) => !file.includes('.test.')),
  );
}

/**
 * Builds the web app into `dist/` where its sources changed since.
 * @param {string} node24
 */
export async function ensureClient(node24) {
  const dist = projectPath('dist');
  const stampFile = projectPath('.cache', 'client.json');
  const isCurrent = () => existsSync(join(dist, 'index.html')) && readJson(stampFile)?.sources === sourcesHash();
  if (isCurrent()) return;

  await withLock(`client-${checkoutKey}`, async () => {
    if (isCurrent()) return;
    const sources = sourcesHash();
    const next = projectPath('.cache', `dist-${process.pid}`);
    try {
      await step('building the web app', () =>
        run(
          node24,
          [projectPath('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--outDir', next, '--emptyOutDir'],
          // Vitest's NODE_ENV and the like are not for a production build.
          { cwd: projectRoot, env: { ...process.env, NODE_ENV: 'production' } },
        ),
      );
      // A server that runs from `dist` never sees half a page.
      replaceFolder(next, dist);
      writeJson(stampFile, { sources });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new SetupError(`The web app could not be built:\n${error.tail.join('\n')}`, { cause: error });
    } finally {
      rmSync(next, { recursive: true, force: true });
    }
  });
}
