import sharp from 'sharp';
import { findFaces } from '../../face/face-finder.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../portraits/decode-picture.ts';
import { type DevelopedFace, developPicture } from '../../portraits/develop-portrait.ts';
import { PictureError } from '../../portraits/picture-error.ts';
import { type CropSquare, portraitSquare, scaleSquare } from '../../portraits/portrait-crop.ts';

/** Smaller faces give nothing to measure. */
const MIN_FACE_PX = 64;

/** A frame as the product makes a portrait of it, and where in the frame that portrait is. */
export interface ClipPortrait {
  readonly face: DevelopedFace;
  readonly square: CropSquare;
}

/** Prepares a frame as if it had been uploaded; null where it shows no face that could be. */
export async function developFrame(models: FaceModels, frame: RgbaImage): Promise<ClipPortrait | null> {
  const { width, height } = frame;
  const png = await sharp(frame.data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  try {
    const options = { ...DEFAULT_PICTURE_LIMITS, workingSidePx: Math.max(width, height) };
    const { faces } = await developPicture(models, png, { ...options, minFacePx: MIN_FACE_PX, crop: 'auto' });
    const [largest] = await findFaces(models, frame);
    const square = portraitSquare(largest, width, height);
    const cut = await scaleSquare(frame, square, faces[0].still.width);
    // A face that lies on its side has been turned upright; there is no square of the frame that shows it so.
    return Buffer.compare(cut.data, faces[0].still.data) === 0 ? { face: faces[0], square } : null;
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
