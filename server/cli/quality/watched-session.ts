import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import type { Performer } from '../../studio/performance.ts';
import { createFacePerformer } from '../../studio/performer-factory.ts';
import type { PortraitPicture } from '../animate/portrait-picture.ts';
import { DrawnFrames } from './drawn-frames.ts';

/** A session as a user has it, not mirrored, whose pictures are seen before the label and whose errors are kept. */
export interface WatchedSession {
  readonly performer: Performer;
  readonly drawn: DrawnFrames;
  /** Errors of its stages, in order; the session itself goes on. */
  readonly failures: readonly unknown[];
}

export async function openWatchedSession(
  models: FaceModels,
  model: MotionModel,
  portrait: PortraitPicture,
): Promise<WatchedSession> {
  const drawn = new DrawnFrames(model);
  const failures: unknown[] = [];
  const performer = await createFacePerformer({
    models,
    model: drawn,
    portrait,
    settings: { ...DEFAULT_SETTINGS, mirror: false },
    onStageError: (_stage, error) => failures.push(error),
  });
  return { performer, drawn, failures };
}
