import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { type LoadedModel, loadPackModel } from '../../packs/load-pack-model.ts';
import { isPictureModel } from '../../packs/motion-model.ts';
import { PackError } from '../../packs/store/pack-error.ts';
import { type InstalledPack, PackStore } from '../../packs/store/pack-store.ts';
import { isMotionModelName, loadMotionModel, MOTION_MODEL_NAMES } from '../../studio/motion-models.ts';
import { CommandError, usageError } from '../command-error.ts';
import { settlePacksDir } from '../packs/packs-dir.ts';
import { userPath } from '../user-path.ts';
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

function notForThisPack(name: string): CommandError {
  return usageError(
    `${name} is not a pack of the kind liveportrait, which the flags for those are for (--help tells more)`,
  );
}

function isPath(text: string): boolean {
  return /[/\\]|^\.+$/.test(text);
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
