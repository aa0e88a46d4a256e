import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceEmbedder } from '../../face/face-embedder.ts';
import { FaceModels } from '../../face/face-models.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { DEFAULT_MOTION_MODEL, loadMotionModel } from '../../studio/motion-models.ts';
import { VideoFileError } from '../../video/video-file-error.ts';
import { trackDriving } from '../animate/driving-track.ts';
import { CommandError } from '../command-error.ts';
import type { QualityOptions } from './arguments.ts';
import { type ClipFile, findClips } from './clip-files.ts';
import { type ClipMeasurement, type ClipQuality, measureClip } from './clip-measurement.ts';
import type { ErrorBesideCopy, Reenactment } from './clip-meter.ts';
import { ClipError } from './clip-replay.ts';
import { type Driver, findPictures, gallerySitters, type Identity, measureIdentity, type Sitter } from './identity.ts';
import { meanOf } from './statistics.ts';
import type { Jitter } from './still-driver.ts';

/** What was measured. */
export interface QualityResult {
  readonly pack: string;
  readonly every: number;
  /** By the clips' names. */
  readonly clips: Readonly<Record<string, ClipQuality>>;
  /** Means over the clips, each counting the same. */
  readonly mean: Reenactment & { readonly jitter: Jitter };
  /** Null where it was not asked for. */
  readonly identity: Identity | null;
  /** Clips that could not be measured, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  /** The folder of the contact sheets, null where none were wanted. */
  readonly sheets: string | null;
}

/** Measures all clips. Rejects with a `CommandError`, also where not one clip could be measured. */
export async function runQuality(options: QualityOptions, say: (line: string) => void): Promise<QualityResult> {
  const files = await findClips(options.clipsDir, options.clipNames);
  const portraits = options.identity ? await findPictures(options.portraitsDir) : [];
  if (options.sheets) await makeFolder(options.outDir);
  const models = await FaceModels.load();
  const embedder = options.identity ? await FaceEmbedder.load() : null;
  try {
    const model = await loadMotionModel(DEFAULT_MOTION_MODEL);
    const measured = new Map<ClipFile, ClipMeasurement>();
    const skipped: Record<string, string> = {};
    for (const file of files) {
      const sheetPath = options.sheets ? join(options.outDir, `${file.name}.png`) : null;
      say(`${file.name} …`);
      try {
        measured.set(file, await measureClip(models, embedder, model, file.path, { ...options, sheetPath }));
      } catch (error) {
        if (!(error instanceof ClipError || error instanceof VideoFileError)) throw error;
        skipped[file.name] = error.message;
        say(`${file.name} ${error.message}; it is left out`);
      }
    }
    if (measured.size === 0) throw new CommandError('not one clip could be measured');
    const clips = Object.fromEntries([...measured].map(([file, { quality }]) => [file.name, quality]));
    return {
      pack: model.name,
      every: options.every,
      clips,
      mean: meanOver(Object.values(clips)),
      identity: embedder && (await identityOf(models, embedder, model, measured, portraits, options, say)),
      skipped,
      sheets: options.sheets ? options.outDir : null,
    };
  } finally {
    await embedder?.close();
    await models.close();
  }
}

async function identityOf(
  models: FaceModels,
  embedder: FaceEmbedder,
  model: MotionModel,
  measured: ReadonlyMap<ClipFile, ClipMeasurement>,
  portraits: readonly string[],
  { maxFrames }: QualityOptions,
  say: (line: string) => void,
): Promise<Identity> {
  say('Identity …');
  const drivers: Driver[] = [];
  for (const { name, path } of measured.keys()) {
    const track = await trackDriving(models, path);
    drivers.push({ name, track: { ...track, frames: track.frames.slice(0, maxFrames) } });
  }
  const sitters: Sitter[] = [];
  for (const [{ name }, { portrait }] of measured) sitters.push({ name, kind: 'clip', picture: portrait.face });
  sitters.push(...(await gallerySitters(models, portraits)));
  const samePerson = [...measured.values()].flatMap((clip) => clip.samePerson);
  return measureIdentity(models, embedder, model, sitters, drivers, samePerson);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch {
    throw new CommandError(`the folder ${folder} for --out cannot be made`);
  }
}

function meanOver(clips: readonly ClipQuality[]): QualityResult['mean'] {
  const mean = (value: (clip: ClipQuality) => number | null | undefined) =>
    meanOf(clips.map((clip) => value(clip) ?? null));
  const beside = (value: (clip: ClipQuality) => ErrorBesideCopy): ErrorBesideCopy => ({
    ours: mean((clip) => value(clip).ours),
    copy: mean((clip) => value(clip).copy),
  });
  const unrest = (of: keyof Jitter): Jitter[keyof Jitter] => ({
    ours: mean((clip) => clip.jitter?.[of].ours),
    camera: mean((clip) => clip.jitter?.[of].camera),
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
    jitter: { landmarks: unrest('landmarks'), pixels: unrest('pixels') },
  };
}
