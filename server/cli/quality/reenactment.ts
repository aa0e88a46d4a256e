import { DEFAULT_SETTINGS, type SessionSettings } from '../../../shared/settings.ts';
import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { scaleSquare } from '../../portraits/portrait-crop.ts';
import type { Performer } from '../../studio/performance.ts';
import { createFacePerformer } from '../../studio/performer-factory.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { type ClipPortrait, developFrame } from './clip-portrait.ts';
import { DrawnFrames } from './drawn-frames.ts';

/** One frame of the true clip beside what the product made of it; both of the portrait's size. */
export interface ReenactedFrame {
  /** Of the clip, from 0. */
  readonly index: number;
  readonly truth: RgbaImage;
  /** Null where no face was found to drive with. Valid until the next frame. */
  readonly ours: RgbaImage | null;
}

export interface ReenactmentOptions {
  readonly every: number;
  readonly maxFrames: number;
  /** What the session would be set to; the comparison wants no mirror. */
  readonly settings?: Partial<SessionSettings>;
}

/** The portrait that a clip's first face became, then frame by frame what came of it. */
export interface ReenactmentListener {
  onPortrait(portrait: ClipPortrait, index: number): Promise<void>;
  onFrame(frame: ReenactedFrame): Promise<void>;
}

/** A clip has nothing to measure; the message says why in words that follow its name. */
export class ClipError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClipError';
  }
}

/** Searching longer than this for a face would be of no use. */
const SEARCH_FRAMES = 100;

/**
 * Plays a clip to a live session whose portrait is the clip's own first face: the session's real tracker, filters and
 * model, with the frames' own times. The neutral is that first face, as if the user had calibrated there.
 * Rejects with a `ClipError` or a `VideoFileError`.
 */
export async function reenactClip(
  models: FaceModels,
  model: MotionModel,
  path: string,
  { every, maxFrames, settings = {} }: ReenactmentOptions,
  listener: ReenactmentListener,
): Promise<void> {
  const reader = await VideoReader.open(path);
  const drawn = new DrawnFrames(model);
  const failures: unknown[] = [];
  let portrait: ClipPortrait | null = null;
  let portraitIndex = 0;
  let performer: Performer | null = null;
  try {
    const scout = new FaceTracker(models);
    for await (const { index, image, timeMs } of reader.frames()) {
      if (index >= maxFrames) break;
      if (!portrait || !performer) {
        if (index >= SEARCH_FRAMES) break;
        if (!(await scout.track(image))) continue;
        portrait = await developFrame(models, image);
        if (!portrait) continue;
        portraitIndex = index;
        performer = await createFacePerformer({
          models,
          model: drawn,
          portrait: portrait.face,
          settings: { ...DEFAULT_SETTINGS, mirror: false, ...settings },
          onStageError: (_stage, error) => failures.push(error),
        });
        await performer.perform(image, timeMs);
        performer.calibrate();
        await listener.onPortrait(portrait, index);
        continue;
      }
      drawn.wanted = (index - portraitIndex) % every === 0;
      drawn.take();
      await performer.perform(image, timeMs);
      if (failures.length > 0) throw failures[0];
      if (!drawn.wanted) continue;
      const truth = await scaleSquare(image, portrait.square, portrait.face.still.width);
      await listener.onFrame({ index, truth, ours: drawn.take() });
    }
  } finally {
    performer?.close();
    reader.close();
  }
  if (!portrait) throw new ClipError(`shows no upright face, large enough, in its first ${SEARCH_FRAMES} frames`);
}
