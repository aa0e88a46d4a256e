import type { GraphRunner } from '../inference/graph-runner.ts';
import { InlineGraphRunner } from '../inference/inline-graph-runner.ts';
import type { OnnxModelOptions, RefusedProvider } from '../inference/onnx-model.ts';
import { FommModel } from './fomm/fomm-model.ts';
import type { AnimationModel } from './motion-model.ts';
import { graphFilesOf } from './pack-graphs.ts';
import { PackError } from './store/pack-error.ts';
import type { SettledManifest } from './store/pack-manifest.ts';
import type { InstalledPack } from './store/pack-store.ts';

/** A pack's model, with the graphs that it runs. */
export interface LoadedModel {
  readonly model: AnimationModel;
  /** Providers that were wanted and did not work. */
  readonly refusedProviders: readonly RefusedProvider[];
  /** Frees the graphs; the model cannot be used after. */
  close(): Promise<void>;
}

/**
 * Loads an installed pack to run in this thread.
 * @throws InferenceError where onnxruntime refuses a graph; PackError where this version has no adapter for the kind
 */
export async function loadPackModel(pack: InstalledPack, options: OnnxModelOptions): Promise<LoadedModel> {
  const runner = await InlineGraphRunner.load(graphFilesOf(pack), options);
  try {
    const model = createPackModel(pack.manifest, runner);
    return { model, refusedProviders: runner.refusedProviders, close: () => runner.close() };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/**
 * The adapter of a pack's kind.
 * @param runner runs the pack's graphs; it is the caller's to close
 * @throws PackError where this version has none
 */
export function createPackModel(manifest: SettledManifest, runner: GraphRunner): AnimationModel {
  if (manifest.kind === 'fomm') return new FommModel(manifest, runner);
  throw new PackError('bad-manifest', `this version of Effigy cannot animate with packs of the kind ${manifest.kind}`);
}
