import { FaceModels } from '../../face/face-models.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { DEFAULT_MOTION_MODEL, loadMotionModel } from '../../studio/motion-models.ts';
import { VideoFileError } from '../../video/video-file-error.ts';
import { CommandError } from '../command-error.ts';
import type { QualityOptions } from './arguments.ts';
import { type ClipFile, findClips } from './clip-files.ts';
import { ClipMeter, type ClipReenactment, type ErrorBesideCopy, type Reenactment } from './clip-meter.ts';
import { ClipError, reenactClip } from './reenactment.ts';
import { meanOf } from './statistics.ts';

/** What was measured. */
export interface QualityResult {
  readonly pack: string;
  readonly every: number;
  /** By the clips' names. */
  readonly clips: Readonly<Record<string, ClipReenactment>>;
  /** Means over the clips, each counting the same. */
  readonly mean: Reenactment;
  /** Clips that could not be measured, and why. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** Measures all clips. Rejects with a `CommandError`, also where not one clip could be measured. */
export async function runQuality(options: QualityOptions, say: (line: string) => void): Promise<QualityResult> {
  const files = await findClips(options.clipsDir, options.clipNames);
  const models = await FaceModels.load();
  try {
    const model = await loadMotionModel(DEFAULT_MOTION_MODEL);
    const clips: Record<string, ClipReenactment> = {};
    const skipped: Record<string, string> = {};
    for (const file of files) {
      try {
        clips[file.name] = await measureClip(models, model, file, options);
        say(`${file.name}: ${clips[file.name].frames} frames measured`);
      } catch (error) {
        if (!(error instanceof ClipError || error instanceof VideoFileError)) throw error;
        skipped[file.name] = error.message;
        say(`${file.name} ${error.message}; it is left out`);
      }
    }
    const measured = Object.values(clips);
    if (measured.length === 0) throw new CommandError('not one clip could be measured');
    return { pack: model.name, every: options.every, clips, mean: meanOver(measured), skipped };
  } finally {
    await models.close();
  }
}

async function measureClip(
  models: FaceModels,
  model: MotionModel,
  { path }: ClipFile,
  options: QualityOptions,
): Promise<ClipReenactment> {
  let meter: ClipMeter | null = null;
  await reenactClip(models, model, path, options, {
    async onPortrait({ face }) {
      meter = new ClipMeter(models, face.still);
    },
    async onFrame({ index, truth, ours }) {
      await meter?.measure(index, truth, ours);
    },
  });
  const result = (meter as ClipMeter | null)?.result();
  if (!result?.frames) throw new ClipError('has no frame to measure after the one that is the portrait');
  return result;
}

function meanOver(clips: readonly ClipReenactment[]): Reenactment {
  const mean = (value: (clip: ClipReenactment) => number | null) => meanOf(clips.map(value));
  const beside = (value: (clip: ClipReenactment) => ErrorBesideCopy): ErrorBesideCopy => ({
    ours: mean((clip) => value(clip).ours),
    copy: mean((clip) => value(clip).copy),
  });
  return {
    face: beside((clip) => clip.face),
    mouth: beside((clip) => clip.mouth),
    whole: beside((clip) => clip.whole),
    landmarks: beside((clip) => clip.landmarks),
    mouthCorrelation: mean((clip) => clip.mouthCorrelation),
    lidCorrelation: mean((clip) => clip.lidCorrelation),
    pose: {
      yawDeg: mean((clip) => clip.pose.yawDeg),
      pitchDeg: mean((clip) => clip.pose.pitchDeg),
      rollDeg: mean((clip) => clip.pose.rollDeg),
      totalDeg: mean((clip) => clip.pose.totalDeg),
    },
  };
}
