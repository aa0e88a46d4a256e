import type { SessionSettings } from '../../shared/settings.ts';
import type { FaceModels } from '../face/face-models.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { MotionExtractor } from '../motion/motion-extractor.ts';
import { ObservingTracker } from '../occlusion/observing-tracker.ts';
import { type AnimationModel, isPictureModel } from '../packs/motion-model.ts';
import { FacePerformer, type PerformerParts, type Tracker } from './face-performer.ts';
import type { Performer } from './performance.ts';
import { PictureDriving, type ReferencePicture } from './picture-driving.ts';
import type { PreparedPortrait } from './studio-protocol.ts';

/** Makes the performer of one session. */
export type PerformerFactory = (
  portrait: Pick<PreparedPortrait, 'still' | 'landmarks' | 'layers'>,
  settings: SessionSettings,
) => Promise<Performer>;

export interface PerformerOptions extends Pick<PerformerParts<never>, 'onStageError'> {
  /** Makes what finds the driver's face, instead of a tracker with the face models in this thread. */
  readonly openTracker?: () => Tracker;
  /** For models that read motion from pictures: what it is relative to, known before the first frame. */
  readonly reference?: ReferencePicture & { readonly timeMs: number };
}

/** Prepares the portrait for the model pack and makes a performer of it. Rejects when the pack refuses the portrait. */
export async function createFacePerformer({
  models,
  model,
  portrait,
  settings,
  onStageError,
  openTracker = () => new ObservingTracker(new FaceTracker(models)),
  reference,
}: {
  models: FaceModels;
  model: AnimationModel;
  portrait: Pick<PreparedPortrait, 'still' | 'landmarks' | 'layers'>;
  settings: SessionSettings;
} & PerformerOptions): Promise<Performer> {
  const prepared = await model.prepare(portrait.still, portrait.landmarks, portrait.layers);
  const common = { portrait: prepared, face: portrait.landmarks, settings, onStageError };
  const tracker = openTracker();
  try {
    if (isPictureModel(model)) {
      const driving = new PictureDriving(model, tracker);
      driving.configure(settings);
      if (reference) await driving.prime(prepared, reference, reference.timeMs);
      return new FacePerformer({ ...common, tracker: driving, motion: driving, model: driving.model });
    }
    const motion = new MotionExtractor();
    motion.fitTo(portrait.landmarks);
    return new FacePerformer({ ...common, tracker, motion, model });
  } catch (error) {
    tracker.close?.();
    prepared.close();
    throw error;
  }
}

export interface FactoryOptions {
  /** Makes the tracker of each performer, instead of one in this thread. */
  readonly openTracker?: () => Tracker;
}

/**
 * The factory a studio is given: all its sessions share the face models and the model pack.
 * @param model one for all, or makes one for each performer
 */
export function createPerformerFactory(
  models: FaceModels,
  model: AnimationModel | (() => AnimationModel),
  options: Pick<PerformerOptions, 'onStageError'> & FactoryOptions = {},
): PerformerFactory {
  const { onStageError, openTracker } = options;
  const modelOf = typeof model === 'function' ? model : () => model;
  return (portrait, settings) =>
    createFacePerformer({ models, model: modelOf(), portrait, settings, onStageError, openTracker });
}
