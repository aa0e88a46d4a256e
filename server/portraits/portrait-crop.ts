import sharp from 'sharp';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { type CropSquare, landmarksInCrop, portraitSquare } from './portrait-square.ts';

/** Side of a prepared portrait, pixels: what packs animate and what is sent. */
export const PORTRAIT_SIZE_PX = 512;

/**
 * Cuts a square portrait of `sizePx` around a face (Lanczos); beyond the picture its edge goes on.
 * @returns the portrait, the landmarks in its pixels, and the square of the picture that it shows
 */
export async function cropPortrait(
  image: RgbaImage,
  landmarks: FaceLandmarks,
  sizePx: number = PORTRAIT_SIZE_PX,
): Promise<{ image: RgbaImage; landmarks: FaceLandmarks; square: CropSquare }> {
  const square = portraitSquare(landmarks, image.width, image.height);
  return {
    image: await scaleSquare(image, square, sizePx),
    landmarks: landmarksInCrop(landmarks, square, sizePx),
    square,
  };
}

/** The pixels of a square of a picture, at another size. */
export async function scaleSquare(image: RgbaImage, square: CropSquare, sizePx: number): Promise<RgbaImage> {
  const inside = {
    left: Math.max(0, square.x),
    top: Math.max(0, square.y),
    right: Math.min(image.width, square.x + square.sizePx),
    bottom: Math.min(image.height, square.y + square.sizePx),
  };
  const [width, height] = [inside.right - inside.left, inside.bottom - inside.top];
  const raw = (picture: RgbaImage) =>
    sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 4 } });
  // Two passes: within one, sharp would resize before it extends.
  const extended = await raw(image)
    .extract({ left: inside.left, top: inside.top, width, height })
    .extend({
      left: inside.left - square.x,
      top: inside.top - square.y,
      right: square.x + square.sizePx - inside.right,
      bottom: square.y + square.sizePx - inside.bottom,
      extendWith: 'copy',
    })
    .raw()
    .toBuffer();
  const data = await raw({ width: square.sizePx, height: square.sizePx, data: extended })
    .resize(sizePx, sizePx, { kernel: 'lanczos3', fit: 'fill' })
    .raw()
    .toBuffer();
  return { width: sizePx, height: sizePx, data };
}
