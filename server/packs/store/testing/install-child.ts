import { installPack } from '../install-pack.ts';
import { PackStore } from '../pack-store.ts';
import { tinyEntry } from './tiny-pack.ts';

/**
 * A process of its own that installs the tests' pack: `node install-child.ts <packs folder> <address>`.
 * It prints what became of it as one line, so that it can also be killed in the middle.
 */
const [root, baseUrl] = process.argv.slice(2);
const times = { answerTimeoutMs: 2000, stallTimeoutMs: 2000, maxTries: 2, firstPauseMs: 5, longestPauseMs: 20 };
let current = '';
const onFile = ({ name }: { name: string }) => {
  current = name;
};
const onBytes = (done: number) => process.stdout.write(`${current} ${done}\n`);
try {
  const { manifest } = await installPack(new PackStore(root), tinyEntry(baseUrl), {
    times,
    progress: { onFile, onBytes },
  });
  process.stdout.write(`installed ${manifest.name}\n`);
} catch (error) {
  const { fault = 'unknown', message } = error as { fault?: string; message: string };
  process.stdout.write(`refused ${fault}: ${message}\n`);
}
