import sharp from 'sharp';
import { findFaces } from '../../face/face-finder.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { PictureError } from '../../portraits/picture-error.ts';
import { scaleSquare } from '../../portraits/portrait-crop.ts';
import { type CropSquare, portraitSquare } from '../../portraits/portrait-square.ts';
import { croppedPortrait, type PortraitPicture } from '../animate/portrait-picture.ts';
import type { PixelBox } from './picture-error.ts';

/** A frame as the product makes a portrait of it, and where in the frame that portrait is. */
export interface ClipPortrait {
  readonly face: PortraitPicture;
  readonly square: CropSquare;
  /** The part of the portrait that the camera saw, pixels of it: beyond, the product goes on with the frame's edge. */
  readonly seen: PixelBox;
  /** The frame itself, a copy. */
  readonly frame: RgbaImage;
}

/** Prepares a frame as if it had been uploaded; null where it shows no face that could be. */
export async function developFrame(models: FaceModels, frame: RgbaImage): Promise<ClipPortrait | null> {
  const { width, height } = frame;
  const png = await sharp(frame.data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  try {
    const face = await croppedPortrait(models, png);
    const [largest] = await findFaces(models, frame);
    const square = portraitSquare(largest, width, height);
    const cut = await scaleSquare(frame, square, face.still.width);
    // A face that lies on its side has been turned upright; there is no square of the frame that shows it so.
    if (Buffer.compare(cut.data, face.still.data) !== 0) return null;
    const seen = seenBox(square, frame, cut.width);
    return { face, square, seen, frame: { width, height, data: frame.data.slice() } };
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}

function seenBox({ x, y, sizePx }: CropSquare, { width, height }: RgbaImage, portraitPx: number): PixelBox {
  const within = (edge: number) => Math.min(portraitPx, Math.max(0, (edge * portraitPx) / sizePx));
  return {
    left: Math.ceil(within(-x)),
    top: Math.ceil(within(-y)),
    right: Math.floor(within(width - x)),
    bottom: Math.floor(within(height - y)),
  };
}
