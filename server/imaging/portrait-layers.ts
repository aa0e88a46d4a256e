import type { RgbaImage } from './rgba-image.ts';

/** A still portrait cut in two, so that the person can move without the wall. Both have the still's size. */
export interface PortraitLayers {
  /**
   * The person alone. Unlike in other pictures, alpha (0–255, not premultiplied) says how much of the pixel is person:
   * soft along hair. Where it is above 0 the colour is the person's own, without what shone through from behind.
   */
  readonly person: RgbaImage;
  /** What is behind, opaque: the place of the person is filled in. `person` over this is the still. */
  readonly background: RgbaImage;
}
