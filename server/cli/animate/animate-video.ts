import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type SessionSettings, sessionSettingsSchema } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { FaceModels } from '../../face/face-models.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { MotionExtractor } from '../../motion/motion-extractor.ts';
import { poseDistance } from '../../motion/pose-likeness.ts';
import { type AnimationModel, isPictureModel } from '../../packs/motion-model.ts';
import type { Performer } from '../../studio/performance.ts';
import { createFacePerformer } from '../../studio/performer-factory.ts';
import { type AudioTrack, openAudioTrack } from '../../video/audio-track.ts';
import { VideoFileError } from '../../video/video-file-error.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { VideoWriter } from '../../video/video-writer.ts';
import { CommandError } from '../command-error.ts';
import { showProgress } from '../progress.ts';
import { isSameFile } from '../user-path.ts';
import { loadAnimationPack } from './animation-pack.ts';
import type { AnimateOptions } from './arguments.ts';
import { type DrivingTrack, RecordedTracker, trackDriving } from './driving-track.ts';
import { loadPortraitPicture, type PortraitPicture } from './portrait-picture.ts';
import { findReferenceFrame, type ReferenceFrame } from './reference-frame.ts';
import { SideBySide } from './side-by-side.ts';
import { smoothTrack } from './smooth-track.ts';
import { TrackedPictures } from './tracked-pictures.ts';

const COMMENT = 'AI-generated (Effigy)';

/** What came of it. */
export interface AnimateResult {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Frames in which no face was found: there the output holds, then fades to the still picture. */
  readonly framesWithoutFace: number;
  readonly referenceFrame: number;
  readonly durationMs: number;
  /** Sentences the user should know. */
  readonly remarks: readonly string[];
}

/**
 * Animates a picture with a video, in two passes: all faces first, so that the neutral one among them can be chosen
 * and the motion be smoothed without delay, then the pictures. Rejects with a `CommandError`.
 */
export async function animateVideo(options: AnimateOptions): Promise<AnimateResult> {
  await assertWritableTarget(options);
  // A driving file that is no video is told before the models are loaded.
  await readingDriving(options, async () => (await VideoReader.open(options.drivingPath)).close());
  const pack = await loadAnimationPack(options);
  let models: FaceModels | null = null;
  try {
    for (const remark of pack.remarks) process.stderr.write(`${remark}\n`);
    models = await FaceModels.load();
    return await animateWith(pack.model, models, options);
  } finally {
    await models?.close();
    await pack.close();
  }
}

async function animateWith(model: AnimationModel, models: FaceModels, options: AnimateOptions): Promise<AnimateResult> {
  const picture = await loadPortraitPicture(models, options.portraitPath, options.crop);
  assertShape(model, picture);
  const track = await readingDriving(options, () => trackDriving(models, options.drivingPath));
  smoothTrack(track.frames);
  const reference = findReferenceFrame(track.frames, options.referenceFrame, neutralityMeasure(model, picture));
  const failures: unknown[] = [];
  const performer = await createFacePerformer({
    models,
    model,
    portrait: picture,
    settings: settingsOf(options, model),
    openTracker: () => new RecordedTracker(track.frames),
    reference: isPictureModel(model) ? await referencePicture(options, track, reference) : undefined,
    onStageError: (_stage, error) => failures.push(error),
  });
  if (!isPictureModel(model)) performer.calibrate(reference.face);
  const remarks = [...picture.remarks, ...track.remarks];
  const audio = await openAudio(options.drivingPath, remarks);
  let size: { width: number; height: number };
  try {
    const pictures = isPictureModel(model)
      ? await readingDriving(options, () => TrackedPictures.open(options.drivingPath))
      : null;
    try {
      size = await writeAnimation(options, picture, track, performer, pictures, audio, failures);
    } finally {
      await pictures?.close();
    }
  } finally {
    performer.close();
    await audio?.close();
  }
  const last = track.frames[track.frames.length - 1];
  return {
    ...size,
    frames: track.frames.length,
    framesWithoutFace: track.frames.filter(({ face }) => !face).length,
    referenceFrame: reference.index,
    durationMs: last.timeMs + (last.durationTicks * 1000 * track.timeBase.num) / track.timeBase.den,
    remarks,
  };
}

/** Networks that look at pictures look at square ones. */
function assertShape(model: AnimationModel, { still: { width, height } }: PortraitPicture): void {
  if (!isPictureModel(model) || model.takesAnyShape || width === height) return;
  throw new CommandError(
    `the pack ${model.name} animates square pictures, not ${width}×${height} pixels; leave --crop none away`,
  );
}

async function referencePicture(options: AnimateOptions, { frames }: DrivingTrack, { index, face }: ReferenceFrame) {
  const image = await readingDriving(options, () => TrackedPictures.at(options.drivingPath, index));
  // The first frame follows it at once, whichever it is.
  return { image, face, timeMs: frames[0].timeMs - 1 };
}

async function writeAnimation(
  options: AnimateOptions,
  { still }: PortraitPicture,
  { frames, timeBase, frameRate }: DrivingTrack,
  performer: Performer,
  pictures: TrackedPictures | null,
  audio: AudioTrack | null,
  failures: readonly unknown[],
): Promise<{ width: number; height: number }> {
  const beside = options.sideBySide ? await DrivingPictures.open(options, still) : null;
  const { width, height } = beside?.layout.image ?? still;
  let writer: VideoWriter | null = null;
  const progress = showProgress('Animating', frames.length);
  try {
    writer = await writingTo(options, () =>
      VideoWriter.open(options.outPath, { width, height, timeBase, frameRate, audio, comment: COMMENT }),
    );
    const nothing = createRgbaImage(1, 1);
    for (const [index, { ticks, durationTicks, timeMs }] of frames.entries()) {
      // The faces are recorded: few models need the driving picture, too.
      const { image } = await performer.perform(pictures ? await pictures.next() : nothing, timeMs);
      if (failures.length > 0) throw failures[0];
      await writer.write(beside ? await beside.draw(image) : image, ticks, durationTicks);
      progress.update(index + 1);
    }
    await writer.finish();
    return { width: writer.width, height: writer.height };
  } catch (error) {
    await writer?.abort();
    throw error instanceof CommandError ? error : new CommandError(`${basename(options.outPath)}: ${messageOf(error)}`);
  } finally {
    progress.end();
    await beside?.close();
  }
}

/** The driving video a second time, for the left half of a side-by-side video. */
class DrivingPictures {
  readonly layout: SideBySide;
  readonly #reader: VideoReader;
  readonly #frames: AsyncGenerator<{ readonly image: RgbaImage }, void, undefined>;
  #last: RgbaImage;

  private constructor(reader: VideoReader, still: RgbaImage) {
    this.#reader = reader;
    this.#frames = reader.frames();
    this.#last = createRgbaImage(reader.width, reader.height);
    this.layout = new SideBySide(reader.width, still.width, still.height);
  }

  static async open(options: AnimateOptions, still: RgbaImage): Promise<DrivingPictures> {
    const reader = await readingDriving(options, () =>
      VideoReader.open(options.drivingPath, { heightPx: still.height }),
    );
    return new DrivingPictures(reader, still);
  }

  /** The next driving frame with `animated` at its right. */
  async draw(animated: RgbaImage): Promise<RgbaImage> {
    const next = await this.#frames.next();
    if (!next.done) this.#last = next.value.image;
    return this.layout.draw(this.#last, animated);
  }

  async close(): Promise<void> {
    await this.#frames.return();
    this.#reader.close();
  }
}

function settingsOf({ mode, mirror, smoothing }: AnimateOptions, model: AnimationModel): SessionSettings {
  // The track is smooth already, and without the delay that a live filter has; what a model sees in pictures is not.
  return sessionSettingsSchema.parse({ mode, mirror, smoothing: isPictureModel(model) ? smoothing : 0 });
}

/** Motion between pictures is best measured where both show one pose, other motion from a neutral face. */
function neutralityMeasure(model: AnimationModel, { landmarks }: PortraitPicture): (face: FaceLandmarks) => number {
  if (isPictureModel(model)) return (face) => poseDistance(landmarks, face);
  const extractor = new MotionExtractor();
  return (face) => extractor.neutrality(face);
}

/** Sound that cannot be read is no reason to give the pictures up. */
async function openAudio(path: string, remarks: string[]): Promise<AudioTrack | null> {
  try {
    return await openAudioTrack(path);
  } catch {
    remarks.push('The sound of the driving video cannot be decoded and is left out.');
    return null;
  }
}

async function assertWritableTarget({ outPath, portraitPath, drivingPath }: AnimateOptions): Promise<void> {
  const folder = dirname(outPath);
  const folderEntry = await stat(folder).catch(() => null);
  if (!folderEntry?.isDirectory()) throw new CommandError(`the folder ${folder} for --out does not exist`);
  await access(folder, constants.W_OK).catch(() => {
    throw new CommandError(`nothing can be written into the folder ${folder}`);
  });
  if ((await stat(outPath).catch(() => null))?.isDirectory()) throw new CommandError(`--out is a folder: ${outPath}`);
  for (const [flag, path] of [
    ['--portrait', portraitPath],
    ['--driving', drivingPath],
  ]) {
    if (await isSameFile(outPath, path)) throw new CommandError(`--out would overwrite ${flag}: ${path}`);
  }
}

function readingDriving<T>({ drivingPath }: AnimateOptions, read: () => Promise<T>): Promise<T> {
  return namingFile(drivingPath, read);
}

function writingTo<T>({ outPath }: AnimateOptions, write: () => Promise<T>): Promise<T> {
  return namingFile(outPath, write);
}

/** Puts the file's name before what is wrong with it. */
async function namingFile<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof VideoFileError) throw new CommandError(`${path} ${error.message}`);
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
