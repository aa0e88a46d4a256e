import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { scaleSquare } from '../../portraits/portrait-crop.ts';
import type { Performer } from '../../studio/performance.ts';
import { type VideoFileFrame, VideoReader } from '../../video/video-reader.ts';
import { type ClipPortrait, developFrame } from './clip-portrait.ts';
import type { DrawnFrames } from './drawn-frames.ts';
import { openWatchedSession } from './watched-session.ts';

/** One frame of the true clip beside what the product made of it; both of the portrait's size. */
export interface ReplayedFrame {
  /** Of the clip, from 0. */
  readonly index: number;
  readonly truth: RgbaImage;
  /** Null where no face was found to drive with. Valid until the next frame. */
  readonly ours: RgbaImage | null;
}

export interface ReplayOptions {
  /** Every n-th frame is drawn and given; the session sees all. */
  readonly every: number;
  /** Frames read at most. */
  readonly maxFrames: number;
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

type FrameIterator = AsyncGenerator<VideoFileFrame, void, undefined>;

/**
 * A clip played to a live session whose portrait is the clip's own first face: the session's real tracker, filters
 * and model, with the frames' own times. The neutral is that first face, as if the user had calibrated there.
 */
export class ClipReplay {
  readonly portrait: ClipPortrait;
  readonly #reader: VideoReader;
  readonly #frames: FrameIterator;
  readonly #performer: Performer;
  readonly #drawn: DrawnFrames;
  readonly #failures: readonly unknown[];
  readonly #options: ReplayOptions;

  private constructor(
    portrait: ClipPortrait,
    [reader, frames]: readonly [VideoReader, FrameIterator],
    [performer, drawn, failures]: readonly [Performer, DrawnFrames, readonly unknown[]],
    options: ReplayOptions,
  ) {
    this.portrait = portrait;
    this.#reader = reader;
    this.#frames = frames;
    this.#performer = performer;
    this.#drawn = drawn;
    this.#failures = failures;
    this.#options = options;
  }

  /** Reads up to the first face and prepares it. Rejects with a `ClipError` or a `VideoFileError`. */
  static async open(models: FaceModels, model: MotionModel, path: string, options: ReplayOptions): Promise<ClipReplay> {
    const reader = await VideoReader.open(path);
    const frames = reader.frames();
    try {
      const { portrait, timeMs } = await findPortrait(models, frames, Math.min(options.maxFrames, SEARCH_FRAMES));
      const { performer, drawn, failures } = await openWatchedSession(models, model, portrait.face);
      await performer.perform(portrait.frame, timeMs);
      performer.calibrate();
      return new ClipReplay(portrait, [reader, frames], [performer, drawn, failures], options);
    } catch (error) {
      await frames.return();
      reader.close();
      throw error;
    }
  }

  /** The frames after the portrait's, once. Throws what a stage of the session throws. */
  async *frames(): AsyncGenerator<ReplayedFrame, void, undefined> {
    const { every, maxFrames } = this.#options;
    const { portrait } = this;
    let sincePortrait = 0;
    for await (const { index, image, timeMs } of this.#frames) {
      if (index >= maxFrames) return;
      this.#drawn.wanted = ++sincePortrait % every === 0;
      this.#drawn.take();
      await this.#performer.perform(image, timeMs);
      if (this.#failures.length > 0) throw this.#failures[0];
      if (!this.#drawn.wanted) continue;
      const truth = await scaleSquare(image, portrait.square, portrait.face.still.width);
      yield { index, truth, ours: this.#drawn.take() };
    }
  }

  /** Not to be called while a frame is being awaited. Idempotent. */
  async close(): Promise<void> {
    this.#performer.close();
    await this.#frames.return();
    this.#reader.close();
  }
}

async function findPortrait(
  models: FaceModels,
  frames: FrameIterator,
  mostFrames: number,
): Promise<{ portrait: ClipPortrait; timeMs: number }> {
  // Far quicker where there is no face than to look through every frame as through an uploaded picture.
  const scout = new FaceTracker(models);
  for (let read = 0; read < mostFrames; read++) {
    const next = await frames.next();
    if (next.done) break;
    const { image, timeMs } = next.value;
    scout.reset(); // else it would not look into every frame
    const portrait = (await scout.track(image)) && (await developFrame(models, image));
    if (portrait) return { portrait, timeMs };
  }
  throw new ClipError(`shows no upright face, large enough, in its first ${mostFrames} frames`);
}
