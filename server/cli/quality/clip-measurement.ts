import { cosineOf, type FaceEmbedder } from '../../face/face-embedder.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { ClipMeter, type ClipReenactment } from './clip-meter.ts';
import type { ClipPortrait } from './clip-portrait.ts';
import { ClipError, ClipReplay, type ReplayOptions } from './clip-replay.ts';
import { ContactSheet } from './contact-sheet.ts';
import { type Jitter, measureJitter } from './still-driver.ts';

/** What is measured on each clip. */
export interface ClipMeasurementOptions extends ReplayOptions {
  readonly jitter: boolean;
  /** Where to write the contact sheet; null for none. */
  readonly sheetPath: string | null;
}

/** Everything measured on one clip by itself. */
export interface ClipQuality extends ClipReenactment {
  readonly jitter: Jitter | null;
}

export interface ClipMeasurement {
  readonly quality: ClipQuality;
  readonly portrait: ClipPortrait;
  /** Cosines of the portrait's embedding to those of the camera's own later frames; empty without an embedder. */
  readonly samePerson: readonly number[];
}

/** Embeddings of frames nearer than this tell nothing more. */
const EMBED_EVERY_FRAMES = 30;

/** Re-enacts a clip and measures it. Rejects with a `ClipError` or a `VideoFileError`. */
export async function measureClip(
  models: FaceModels,
  embedder: FaceEmbedder | null,
  model: MotionModel,
  path: string,
  options: ClipMeasurementOptions,
): Promise<ClipMeasurement> {
  const replay = await ClipReplay.open(models, model, path, options);
  const { portrait } = replay;
  const meter = new ClipMeter(models, portrait);
  const sheet = new ContactSheet();
  const samePerson: number[] = [];
  try {
    const own = embedder && (await embedder.embed(portrait.face.still, portrait.face.landmarks));
    let nextEmbedded = 0;
    for await (const { index, truth, ours } of replay.frames()) {
      const measured = await meter.measure(truth, ours);
      if (!measured || !ours) continue;
      if (options.sheetPath && measured.faceError !== null) await sheet.offer(index, measured.faceError, truth, ours);
      if (!embedder || !own || index < nextEmbedded) continue;
      nextEmbedded = index + EMBED_EVERY_FRAMES;
      samePerson.push(cosineOf(own, await embedder.embed(truth, measured.trueFace)));
    }
  } finally {
    await replay.close();
  }
  const result = meter.result();
  if (result.frames === 0) throw new ClipError('has no frame to measure after the one that is the portrait');
  if (options.sheetPath) await sheet.write(options.sheetPath);
  const jitter = options.jitter ? await measureJitter(models, model, portrait) : null;
  return { quality: { ...result, jitter }, portrait, samePerson };
}
