import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { scaleSquare } from '../../portraits/portrait-crop.ts';
import type { ClipPortrait } from './clip-portrait.ts';
import { faceBox, landmarkDistance } from './face-comparison.ts';
import { meanAbsoluteError } from './picture-error.ts';
import { SeededNoise } from './seeded-noise.ts';
import { meanOf } from './statistics.ts';
import { openWatchedSession } from './watched-session.ts';

/** What changes from one frame to the next of a picture that should rest: of our output, and of the camera's picture. */
export interface Jitter {
  /** Mean movement of the tracked mesh points over the distance of the outer eye corners. */
  readonly landmarks: { readonly ours: number | null; readonly camera: number | null };
  /** Mean absolute difference over the face box, 0..1. */
  readonly pixels: { readonly ours: number | null; readonly camera: number | null };
}

/** A webcam in a room, not a studio. */
const NOISE_DEVIATION = 2.5;
const SEED = 20;
const FRAME_MS = 40;
/** The filters settle first. */
const SETTLING_FRAMES = 10;
const MEASURED_FRAMES = 40;

/** Lets a clip's first frame drive its own portrait for two seconds, unmoved but for the camera's noise. */
export async function measureJitter(models: FaceModels, model: MotionModel, portrait: ClipPortrait): Promise<Jitter> {
  const { performer, drawn, failures } = await openWatchedSession(models, model, portrait.face);
  const noise = new SeededNoise(SEED, NOISE_DEVIATION);
  const [ours, camera] = [new Unrest(models, portrait), new Unrest(models, portrait)];
  try {
    for (let index = 0; index < SETTLING_FRAMES + MEASURED_FRAMES; index++) {
      const frame = noise.addTo(portrait.frame);
      await performer.perform(frame, index * FRAME_MS);
      if (failures.length > 0) throw failures[0];
      if (index === 0) performer.calibrate();
      const picture = drawn.take();
      if (index < SETTLING_FRAMES) continue;
      if (picture) await ours.see(picture);
      await camera.see(await scaleSquare(frame, portrait.square, portrait.face.still.width));
    }
  } finally {
    performer.close();
  }
  return {
    landmarks: { ours: meanOf(ours.movements), camera: meanOf(camera.movements) },
    pixels: { ours: meanOf(ours.changes), camera: meanOf(camera.changes) },
  };
}

/** Collects how much each picture differs from the one before. */
class Unrest {
  readonly movements: number[] = [];
  readonly changes: (number | null)[] = [];
  readonly #tracker: FaceTracker;
  readonly #portrait: ClipPortrait;
  #last: { picture: RgbaImage; face: Awaited<ReturnType<FaceTracker['track']>> } | null = null;

  constructor(models: FaceModels, portrait: ClipPortrait) {
    this.#tracker = new FaceTracker(models);
    this.#portrait = portrait;
  }

  async see(picture: RgbaImage): Promise<void> {
    const face = await this.#tracker.track(picture);
    const last = this.#last;
    if (last) {
      const box = faceBox(this.#portrait.face.landmarks, this.#portrait.seen);
      this.changes.push(meanAbsoluteError(last.picture, picture, box));
      if (face && last.face) this.movements.push(landmarkDistance(last.face, face));
    }
    this.#last = { picture: { ...picture, data: picture.data.slice() }, face };
  }
}
