import { importMade } from '../../packs/store/import-pack.ts';
import type { PackStore } from '../../packs/store/pack-store.ts';
import type { SynthRequest } from './arguments.ts';
import { describeInstalled } from './describe-pack.ts';
import { runPython } from './python-converter.ts';

/**
 * `packs -- synth`: a pack of the true architecture with random weights, made by
 * `models/convert/<kind>/synth.py --out <folder> [--tiny] [--seed N]`.
 * @throws PackError
 */
export async function synthesisePack(
  store: PackStore,
  { kind, name, isTiny, makerFlags }: SynthRequest,
): Promise<void> {
  const pack = await importMade(store, name, (folder) =>
    runPython(kind, 'synth.py', ['--out', folder, ...(isTiny ? ['--tiny'] : []), ...makerFlags]),
  );
  process.stdout.write(describeInstalled(pack));
}
