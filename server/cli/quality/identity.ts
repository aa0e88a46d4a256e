import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { median } from '../../../shared/median.ts';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import { cosineOf, type FaceEmbedder, type FaceEmbedding } from '../../face/face-embedder.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { createFacePerformer } from '../../studio/performer-factory.ts';
import { type DrivingTrack, RecordedTracker } from '../animate/driving-track.ts';
import { loadPortraitPicture } from '../animate/portrait-picture.ts';
import { CommandError } from '../command-error.ts';
import { DrawnFrames } from './drawn-frames.ts';
import { meanOf } from './statistics.ts';

/** A portrait that is driven by others. */
export interface Sitter {
  readonly name: string;
  /** From the folder of clips, or one of the product's own. */
  readonly kind: 'clip' | 'gallery';
  readonly picture: Parameters<typeof createFacePerformer>[0]['portrait'];
}

/** A clip that drives others. */
export interface Driver {
  readonly name: string;
  readonly track: DrivingTrack;
}

/** Mean cosines of face embeddings; null where there is nothing to compare. */
export interface Identity {
  /** Clips' portraits against frames of them driven by the other clips, and the worst of these frames. */
  readonly clips: number | null;
  readonly worstClipFrame: number | null;
  /** The gallery's portraits against frames of them driven by the clips. */
  readonly gallery: number | null;
  readonly worstGalleryFrame: number | null;
  /** For comparison: a clip's portrait against the camera's own later frames of that person … */
  readonly samePerson: number | null;
  /** … and the portraits against each other: the median of all pairs, as clips may well show one person twice. */
  readonly differentPeople: number | null;
}

/** Pictures of each pair of portrait and driver that are compared. */
const FRAMES_PER_PAIR = 12;

/** Paths of the pictures in a folder. Rejects with a `CommandError` where there are none. */
export async function findPictures(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    throw new CommandError(`the folder ${folder} for --portraits cannot be read`);
  }
  const pictures = names.filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (pictures.length === 0) throw new CommandError(`there is no picture in ${folder}`);
  return pictures.map((name) => join(folder, name));
}

/** Portraits as a page would choose them. */
export async function gallerySitters(models: FaceModels, paths: readonly string[]): Promise<Sitter[]> {
  const sitters: Sitter[] = [];
  for (const path of paths) {
    sitters.push({ name: basename(path), kind: 'gallery', picture: await loadPortraitPicture(models, path, 'auto') });
  }
  return sitters;
}

/** Drives every sitter with every clip but its own. `samePerson`: cosines measured on the clips themselves. */
export async function measureIdentity(
  models: FaceModels,
  embedder: FaceEmbedder,
  model: MotionModel,
  sitters: readonly Sitter[],
  drivers: readonly Driver[],
  samePerson: readonly number[],
): Promise<Identity> {
  const portraits: FaceEmbedding[] = [];
  const cosines: Record<Sitter['kind'], number[]> = { clip: [], gallery: [] };
  for (const sitter of sitters) {
    const portrait = await embedder.embed(sitter.picture.still, sitter.picture.landmarks);
    portraits.push(portrait);
    for (const driver of drivers) {
      if (driver.name === sitter.name) continue;
      const tracker = new FaceTracker(models);
      await drive(models, model, sitter, driver, async (picture) => {
        const face = await tracker.track(picture);
        if (face) cosines[sitter.kind].push(cosineOf(portrait, await embedder.embed(picture, face)));
      });
    }
  }
  return {
    clips: meanOf(cosines.clip),
    worstClipFrame: leastOf(cosines.clip),
    gallery: meanOf(cosines.gallery),
    worstGalleryFrame: leastOf(cosines.gallery),
    samePerson: meanOf(samePerson),
    differentPeople: median(portraits.flatMap((a, i) => portraits.slice(0, i).map((b) => cosineOf(a, b)))),
  };
}

/** Plays a driver to a sitter and shows some pictures, evenly spread. The neutral is the driver's first face. */
async function drive(
  models: FaceModels,
  model: MotionModel,
  { picture }: Sitter,
  { track }: Driver,
  onPicture: (picture: RgbaImage) => Promise<void>,
): Promise<void> {
  const first = track.frames.findIndex(({ face }) => face !== null);
  const frames = track.frames.slice(first);
  const drawn = new DrawnFrames(model);
  const failures: unknown[] = [];
  const performer = await createFacePerformer({
    models,
    model: drawn,
    portrait: picture,
    settings: { ...DEFAULT_SETTINGS, mirror: false },
    openTracker: () => new RecordedTracker(frames),
    onStageError: (_stage, error) => failures.push(error),
  });
  performer.calibrate(frames[0].face as FaceLandmarks);
  const nothing = createRgbaImage(1, 1);
  const every = Math.max(1, Math.floor(frames.length / FRAMES_PER_PAIR));
  try {
    for (const [index, { timeMs }] of frames.entries()) {
      drawn.wanted = index % every === every - 1;
      await performer.perform(nothing, timeMs);
      if (failures.length > 0) throw failures[0];
      const shown = drawn.take();
      if (shown) await onPicture(shown);
    }
  } finally {
    performer.close();
  }
}

function leastOf(values: readonly number[]): number | null {
  return values.length > 0 ? Math.min(...values) : null;
}
