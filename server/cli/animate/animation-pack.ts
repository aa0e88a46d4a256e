import { availableParallelism } from 'node:os';
import { type LoadedModel, loadPackModel } from '../../packs/load-pack-model.ts';
import { isPictureModel } from '../../packs/motion-model.ts';
import { PackError } from '../../packs/store/pack-error.ts';
import type { InstalledPack } from '../../packs/store/pack-store.ts';
import { isMotionModelName, loadMotionModel } from '../../studio/motion-models.ts';
import { CommandError, usageError } from '../command-error.ts';
import { openPack } from '../packs/open-pack.ts';
import type { AnimateOptions } from './arguments.ts';

/** What animates, and what the user should know of it, in sentences. */
export interface AnimationPack extends LoadedModel {
  readonly remarks: readonly string[];
}

/** What the command line says of the pack. */
export type PackChoice = Pick<AnimateOptions, 'pack' | 'livePortrait'>;

/**
 * Loads what `--pack` names: the built-in pack, an installed one, or a folder with a `pack.json`. Nobody else waits for
 * this machine, so every core computes. Rejects with a `CommandError`.
 */
export async function loadAnimationPack({ pack: nameOrFolder, livePortrait }: PackChoice): Promise<AnimationPack> {
  if (isMotionModelName(nameOrFolder)) {
    if (livePortrait) throw notForThisPack(nameOrFolder);
    const model = await loadMotionModel(nameOrFolder);
    return { model, refusedProviders: [], remarks: [], close: async () => {} };
  }
  try {
    const pack = await openPack(nameOrFolder);
    if (livePortrait && pack.manifest.kind !== 'liveportrait') throw notForThisPack(nameOrFolder);
    const onnx = { executionProviders: ['cpu'], threads: availableParallelism() } as const;
    const loaded = await loadPackModel(pack, onnx, { liveportrait: livePortrait ?? undefined });
    return { ...loaded, remarks: remarksOn(pack, loaded) };
  } catch (error) {
    if (error instanceof PackError) throw new CommandError(error.message);
    throw error;
  }
}

function notForThisPack(name: string): CommandError {
  return usageError(
    `${name} is not a pack of the kind liveportrait, which the flags for those are for (--help tells more)`,
  );
}

function remarksOn({ manifest }: InstalledPack, { model, refusedProviders }: LoadedModel): string[] {
  const remarks = [`${manifest.title}, on the ${model.executionProvider.toUpperCase()}.`];
  for (const { executionProvider, reason } of refusedProviders) {
    remarks.push(`Not on ${executionProvider}: ${reason}.`);
  }
  if (model.executionProvider === 'cpu' && isPictureModel(model)) {
    remarks.push('It is made for GPUs; how fast this processor is shows below.');
  }
  if (manifest.licence.nonCommercial) remarks.push(`${manifest.licence.name}: ${manifest.licence.notice}`);
  if (manifest.weights === 'random') remarks.push('Its weights are random: the pictures show nothing but its speed.');
  return remarks;
}
