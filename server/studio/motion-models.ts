import type { MotionModel } from '../packs/motion-model.ts';

/** The built-in packs by name, each loaded by whoever uses it; the first is the default. */
const MOTION_MODELS = {
  mesh: async (): Promise<MotionModel> => (await import('../packs/mesh/mesh-model.ts')).MeshModel.load(),
} as const satisfies Record<string, () => Promise<MotionModel>>;

export type MotionModelName = keyof typeof MOTION_MODELS;
export const MOTION_MODEL_NAMES = Object.keys(MOTION_MODELS) as MotionModelName[];
export const DEFAULT_MOTION_MODEL: MotionModelName = 'mesh';

export function isMotionModelName(name: string): name is MotionModelName {
  return Object.hasOwn(MOTION_MODELS, name);
}

/** Loads a model pack; throws where its networks cannot be loaded. */
export function loadMotionModel(name: MotionModelName): Promise<MotionModel> {
  return MOTION_MODELS[name]();
}
