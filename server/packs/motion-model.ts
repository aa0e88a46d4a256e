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
