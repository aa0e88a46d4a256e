import type { SessionSettings } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { Motion } from '../motion/motion.ts';

/** A still portrait as a pack keeps it: whatever it computes once so that frames are cheap. */
export interface Portrait {
  readonly width: number;
  readonly height: number;
  /** The still picture itself, which the output fades to when there is nothing to animate. Not to be written to. */
  readonly still: RgbaImage;
  /** Frees native memory; idempotent. */
  close(): void;
}

/** One kind of model pack: a still portrait and a motion make a frame. */
export interface MotionModel<P extends Portrait = Portrait> {
  /** The pack's name: `mesh`, `fomm`, … */
  readonly name: string;
  /** Where its networks run: `cpu`, `cuda`, `webgpu`, `tensorrt`. */
  readonly executionProvider: string;
  /**
   * Once per portrait. The picture is already cropped; landmarks are in its pixels. `layers` is null or absent where
   * the person could not be told from the background; a pack may do without.
   */
  prepare(still: RgbaImage, landmarks: FaceLandmarks, layers?: PortraitLayers | null): Promise<P>;
  /** Draws the portrait under `motion` into `out`, which has the portrait's size and is owned by the caller. */
  animate(portrait: P, motion: Motion, out: RgbaImage): Promise<void>;
}

/**
 * A driving frame for models that read motion from the picture itself: the driver's head and shoulders in a square
 * that moves as little as it can. Belongs to whoever made it and is valid until the next frame.
 */
export interface DrivingFrame {
  /** `3 × sizePx × sizePx` floats of 0 … 1: all red, all green, all blue. Mirrored where the user wants a mirror. */
  readonly picture: Float32Array;
  readonly sizePx: number;
  /** In pixels of `picture`, and mirrored as it is. */
  readonly landmarks: FaceLandmarks;
  /** On a clock of its own that only goes forwards. */
  readonly timeMs: number;
  /** `relative`: motion since the reference frame; `absolute`: the driver's own pose. */
  readonly mode: SessionSettings['mode'];
  /** 0 = raw, 1 = calmest. */
  readonly smoothing: number;
  /**
   * `this`: the driver says that this frame is neutral; `keep`: nothing new. A model that was never told finds a
   * reference by itself. `other`: another driver, or another side of the mirror: what was is forgotten.
   */
  readonly reference: 'this' | 'keep' | 'other';
}

/**
 * One kind of model pack whose networks look at the driver's picture. It may only be given to a network that tells
 * motion: what is drawn is made of the portrait alone.
 */
export interface PictureModel<P extends Portrait = Portrait> {
  readonly name: string;
  readonly executionProvider: string;
  /** Tells it from a `MotionModel`, which has no such field. */
  readonly needs: 'picture';
  /** Side of the driving pictures it takes. */
  readonly drivingSizePx: number;
  /** Whether portraits need not be square; absent: they must. */
  readonly takesAnyShape?: boolean;
  /** As `MotionModel.prepare`. A portrait serves one driver: what the model remembers of the driver is in it. */
  prepare(still: RgbaImage, landmarks: FaceLandmarks, layers?: PortraitLayers | null): Promise<P>;
  /** Draws the portrait as the driver moves into `out`, which has the portrait's size and is owned by the caller. */
  animate(portrait: P, frame: DrivingFrame, out: RgbaImage): Promise<void>;
}

/** Any kind of model pack. */
export type AnimationModel = MotionModel | PictureModel;

export function isPictureModel(model: AnimationModel): model is PictureModel {
  return 'needs' in model && model.needs === 'picture';
}
