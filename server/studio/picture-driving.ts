import { DEFAULT_SETTINGS, type SessionSettings } from '../../shared/settings.ts';
import { type FaceLandmarks, LANDMARK_COUNT } from '../face/face-landmarks.ts';
import type { SquareRegion } from '../face/face-region.ts';
import { mirrorPoints } from '../face/face-topology.ts';
import { RANGE_0_TO_1, RegionCropper } from '../face/region-cropper.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import type { Motion } from '../motion/motion.ts';
import { neutralMotion } from '../motion/motion-extractor.ts';
import type { DrivingFrame, MotionModel, PictureModel, Portrait } from '../packs/motion-model.ts';
import { extendEdges } from './extend-edges.ts';
import type { MotionSource, Tracker } from './face-performer.ts';
import { SteadySquare } from './steady-square.ts';

/** A frame to measure motion from that is known beforehand. */
export interface ReferencePicture {
  readonly image: RgbaImage;
  /** In pixels of `image`. */
  readonly face: FaceLandmarks;
}

/**
 * Drives a model that reads motion from the driver's picture, in a performer for models that are given motion: it is
 * the performer's tracker, motion source and model at once. The tracker keeps the frame, the motion source cuts the
 * driver's square out of it, and the model hands that on. A performer sees no more of the picture than with any other
 * model; who draws from it is told by `PictureModel`.
 */
export class PictureDriving<P extends Portrait> implements Tracker, MotionSource {
  /** What the performer animates with. */
  readonly model: MotionModel<P>;
  readonly #model: PictureModel<P>;
  readonly #tracker: Tracker;
  readonly #square = new SteadySquare();
  readonly #cropper: RegionCropper;
  readonly #picture: Float32Array;
  readonly #points = new Float32Array(LANDMARK_COUNT * 3);
  readonly #mirrored = new Float32Array(LANDMARK_COUNT * 3);
  readonly #motion: Motion = neutralMotion();
  #settings: SessionSettings = DEFAULT_SETTINGS;
  #frame: RgbaImage | null = null;
  #driving: DrivingFrame | null = null;
  /** What the next frame tells the model of its reference. */
  #reference: DrivingFrame['reference'] = 'keep';

  /** @param tracker finds the driver's face in frames */
  constructor(model: PictureModel<P>, tracker: Tracker) {
    this.#model = model;
    this.#tracker = tracker;
    this.#cropper = new RegionCropper(model.drivingSizePx);
    this.#picture = new Float32Array(3 * model.drivingSizePx ** 2);
    this.model = {
      name: model.name,
      executionProvider: model.executionProvider,
      prepare: (still, landmarks, layers) => model.prepare(still, landmarks, layers),
      animate: (portrait, _motion, out) => this.#animate(portrait, out),
    };
  }

  async track(frame: RgbaImage): Promise<FaceLandmarks | null> {
    this.#frame = frame;
    return this.#tracker.track(frame);
  }

  close(): void {
    this.#tracker.close?.();
  }

  configure(settings: SessionSettings): void {
    if (this.#driving && settings.mirror !== this.#settings.mirror) this.#reference = 'other';
    this.#settings = settings;
  }

  /**
   * The driver's face as it is now is neutral. What the model needs of it is in the picture, so the next frame is taken
   * for it; before the first frame there is none, and the model finds a reference by itself.
   */
  setReference(): void {
    if (this.#driving) this.#reference = 'this';
  }

  /** Cuts the driver's square out of the frame that was tracked last; it is still there. */
  extract(landmarks: FaceLandmarks, timeMs: number): Motion {
    if (!this.#frame) throw new Error('a face without a frame');
    this.#cut(this.#frame, landmarks, timeMs);
    return this.#motion;
  }

  /** Tells the model beforehand which frame motion is relative to. */
  async prime(portrait: P, { image, face }: ReferencePicture, timeMs: number): Promise<void> {
    this.#cut(image, face, timeMs);
    this.#reference = 'this';
    await this.#animate(portrait, createRgbaImage(portrait.width, portrait.height));
  }

  #cut(frame: RgbaImage, landmarks: FaceLandmarks, timeMs: number): void {
    const { drivingSizePx: sizePx } = this.#model;
    const { mirror, mode, smoothing } = this.#settings;
    const square = this.#square.follow(landmarks, frame.width, frame.height, timeMs);
    this.#cropper.crop(frame, square, RANGE_0_TO_1, this.#picture, 0, mirror);
    extendEdges(this.#picture, sizePx, square, frame.width, frame.height, mirror);
    this.#driving = {
      picture: this.#picture,
      sizePx,
      landmarks: { ...landmarks, points: this.#pointsIn(square, landmarks.points, mirror) },
      timeMs,
      mode,
      smoothing,
      reference: 'keep',
    };
  }

  /** Landmarks in pixels of the square's picture. */
  #pointsIn(square: SquareRegion, points: Float32Array, mirror: boolean): Float32Array {
    const scale = this.#model.drivingSizePx / square.sizePx;
    const out = this.#points;
    for (let i = 0; i < points.length; i += 3) {
      out[i] = (points[i] - square.centerX) * scale;
      out[i + 1] = (points[i + 1] - square.centerY + square.sizePx / 2) * scale;
      out[i + 2] = points[i + 2] * scale;
    }
    const turned = mirror ? mirrorPoints(out, this.#mirrored) : out;
    for (let i = 0; i < points.length; i += 3) turned[i] += this.#model.drivingSizePx / 2;
    return turned;
  }

  async #animate(portrait: P, out: RgbaImage): Promise<void> {
    if (!this.#driving) throw new Error('nothing was cut out of a frame');
    const reference = this.#reference;
    await this.#model.animate(portrait, { ...this.#driving, reference }, out);
    // Told; unless something newer came meanwhile. A frame that failed has told nothing.
    if (this.#reference === reference) this.#reference = 'keep';
  }
}
