import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { PortraitLayers } from '../../imaging/portrait-layers.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import type { Motion } from '../../motion/motion.ts';
import type { MotionModel, Portrait } from '../../packs/motion-model.ts';

/**
 * A model that lets the picture be seen before the AI label is put on it: a performer is measured with everything it
 * does, and yet pixel by pixel against the camera.
 */
export class DrawnFrames implements MotionModel {
  readonly name: string;
  readonly executionProvider: string;
  /** Without this a frame is not drawn: a picture follows from its own motion alone, so others do not miss it. */
  wanted = true;
  readonly #model: MotionModel;
  /** A copy: what is handed to the performer gets the label. */
  #drawn: RgbaImage | null = null;
  #isNew = false;

  constructor(model: MotionModel) {
    this.#model = model;
    this.name = model.name;
    this.executionProvider = model.executionProvider;
  }

  prepare(still: RgbaImage, landmarks: FaceLandmarks, layers?: PortraitLayers | null): Promise<Portrait> {
    return this.#model.prepare(still, landmarks, layers);
  }

  async animate(portrait: Portrait, motion: Motion, out: RgbaImage): Promise<void> {
    if (!this.wanted) return;
    await this.#model.animate(portrait, motion, out);
    this.#drawn ??= createRgbaImage(out.width, out.height);
    this.#drawn.data.set(out.data);
    this.#isNew = true;
  }

  /** What was drawn since the last call, null for nothing. Valid until the next one is drawn. */
  take(): RgbaImage | null {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew ? this.#drawn : null;
  }
}
