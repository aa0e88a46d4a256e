import type { GraphRunner } from '../inference/graph-runner.ts';
import { InlineGraphRunner } from '../inference/inline-graph-runner.ts';
import type { OnnxModelOptions, RefusedProvider } from '../inference/onnx-model.ts';
import { FommModel } from './fomm/fomm-model.ts';
import { LivePortraitModel } from './liveportrait/live-portrait-model.ts';
import type { LivePortraitOptions } from './liveportrait/live-portrait-options.ts';
import type { AnimationModel } from './motion-model.ts';
import { graphFilesOf } from './pack-graphs.ts';
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

/** What users may set of a model, by the pack's kind; of other kinds it is ignored. */
export interface PackControls {
  readonly liveportrait?: LivePortraitOptions;
}

/**
 * Loads an installed pack to run in this thread.
 * @throws InferenceError where onnxruntime refuses a graph; PackError where the pack cannot do what `controls` want
 */
export async function loadPackModel(
  pack: InstalledPack,
  options: OnnxModelOptions,
  controls: PackControls = {},
): Promise<LoadedModel> {
  const runner = await InlineGraphRunner.load(graphFilesOf(pack), options);
  try {
    const model = createPackModel(pack.manifest, runner, controls);
    return { model, refusedProviders: runner.refusedProviders, close: () => runner.close() };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/**
 * The adapter of a pack's kind.
 * @param runner runs the pack's graphs; it is the caller's to close
 * @throws PackError where the pack cannot do what `controls` want
 */
export function createPackModel(
  manifest: SettledManifest,
  runner: GraphRunner,
  { liveportrait }: PackControls = {},
): AnimationModel {
  switch (manifest.kind) {
    case 'fomm':
      return new FommModel(manifest, runner);
    case 'liveportrait':
      return new LivePortraitModel(manifest, runner, liveportrait);
  }
}
