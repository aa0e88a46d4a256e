import sharp from 'sharp';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { PictureError } from './picture-error.ts';
import { pictureTypeOf } from './picture-type.ts';

// A decoder that keeps nothing and takes one core: pictures come rarely, and studios need the others.
sharp.cache(false);
sharp.concurrency(1);

/** What a picture may be. */
export interface PictureLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  /** Larger pictures are scaled down to this longer side. */
  readonly workingSidePx: number;
}

export const DEFAULT_PICTURE_LIMITS: PictureLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxPixels: 64_000_000,
  // A face that fills a fifth of it still has 512 pixels.
  workingSidePx: 2560,
};

/** Below this there is no face worth animating. */
const MIN_SIDE_PX = 64;
/** What shows through transparent pictures: the grey of a photographer's wall. */
const BACKGROUND = '#8c8c8c';

/**
 * Reads a JPEG, PNG or WebP from anywhere: upright (EXIF), in sRGB, 8 bits, opaque; never larger than
 * `workingSidePx`. Greyscale, CMYK and 16-bit pictures become RGB; transparency shows a neutral grey.
 * @throws PictureError whatever is wrong with it; before decoding where its header tells
 */
export async function decodePicture(bytes: Uint8Array, given: Partial<PictureLimits> = {}): Promise<RgbaImage> {
  const limits = { ...DEFAULT_PICTURE_LIMITS, ...given };
  if (bytes.length > limits.maxBytes) {
    const megabytes = Math.floor(limits.maxBytes / 1024 / 1024);
    throw new PictureError('too-large', `The file is larger than ${megabytes} MB. Choose a smaller one.`);
  }
  const type = pictureTypeOf(bytes);
  const source = { limitInputPixels: false, failOn: 'error', pages: 1 } as const; // the limit is checked below
  const { width, height } = await readable(() => sharp(bytes, source).metadata());
  throwIfBadSize(width, height, limits);

  const { data, info } = await readable(() =>
    sharp(bytes, { ...source, sequentialRead: true })
      .rotate()
      .resize(limits.workingSidePx, limits.workingSidePx, {
        fit: 'inside',
        withoutEnlargement: true,
        kernel: 'lanczos3',
      })
      .flatten({ background: BACKGROUND })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== 4) throw new PictureError('not-an-image', `This ${type} file has colours that cannot be read.`);
  return { width: info.width, height: info.height, data };
}

function throwIfBadSize(width: number, height: number, { maxPixels }: PictureLimits): void {
  if (width * height > maxPixels) {
    const [mega, maxMega] = [width * height, maxPixels].map((pixels) => Math.round(pixels / 1e6));
    throw new PictureError(
      'too-many-pixels',
      `The picture has ${width}×${height} pixels (${mega} million); at most ${maxMega} million are read. Make it smaller first.`,
    );
  }
  if (Math.min(width, height) < MIN_SIDE_PX) {
    throw new PictureError('too-small', `The picture has only ${width}×${height} pixels. Choose a larger one.`);
  }
}

/** Words the decoder's failures for people. */
async function readable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new PictureError('not-an-image', 'The picture is damaged or incomplete. Choose another, or save it anew.', {
      cause: error,
    });
  }
}
