import sharp, { type Sharp } from 'sharp';
import { findFaces } from '../face/face-finder.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { FaceModels } from '../face/face-models.ts';
import { EYES, faceContours, SILHOUETTE } from '../face/face-topology.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { decodePicture, type PictureLimits } from './decode-picture.ts';
import { PictureError } from './picture-error.ts';
import { cropPortrait, PORTRAIT_SIZE_PX, scaleSquare } from './portrait-crop.ts';
import { landmarksInCrop } from './portrait-square.ts';

/** How a picture becomes portraits. */
export interface DevelopOptions extends PictureLimits {
  /** Smaller faces are refused, pixels of the picture as it is read. */
  readonly minFacePx: number;
  /** `auto`: around each face. `none`: the whole picture, which is framed already, with its largest face. */
  readonly crop: 'auto' | 'none';
}

/** One face of a picture, ready to be animated. */
export interface DevelopedFace {
  /** Where it is in the picture, in 0..1 of it. */
  readonly box: { x: number; y: number; width: number; height: number };
  readonly still: RgbaImage;
  /** In pixels of the still. */
  readonly landmarks: FaceLandmarks;
  /** Further faces that the still shows, likewise. */
  readonly others: readonly FaceLandmarks[];
  readonly contours: [number, number][][];
  /** The still as a JPEG, for pages. */
  readonly jpeg: Uint8Array;
}

/** What the darkroom makes of a picture. */
export interface DevelopedPicture {
  /** The upright picture, scaled down, as a JPEG. */
  readonly preview: Uint8Array;
  /** Largest first; at least one. */
  readonly faces: readonly DevelopedFace[];
}

const PREVIEW_SIDE_PX = 1024;
/** Each costs a megabyte and half a second: a larger group may be cropped by its owner. */
const MAX_FACES = 8;

/**
 * Reads a picture and prepares every face in it.
 * @throws PictureError
 */
export async function developPicture(
  models: FaceModels,
  bytes: Uint8Array,
  options: DevelopOptions,
): Promise<DevelopedPicture> {
  const { image, faces } = await uprightFaces(models, await decodePicture(bytes, options));
  if (faces.length === 0) {
    throw new PictureError(
      'no-face',
      'No face was found in this picture. Choose one where the face is large, in the light and seen from the front.',
    );
  }
  const large = faces.filter((face) => faceSidePx(face) >= options.minFacePx).slice(0, MAX_FACES);
  if (large.length === 0) {
    throw new PictureError(
      'too-small',
      'The face in this picture is too small. Cut the picture out around it, or choose another.',
    );
  }
  const developed = options.crop === 'none' ? [await developWhole(models, image, large[0])] : [];
  if (options.crop === 'auto') for (const face of large) developed.push(await developFace(models, image, face));
  return { preview: await encodeJpeg(image, PREVIEW_SIDE_PX), faces: developed };
}

/** Faces of the picture, turned by quarter turns until the largest of them stands upright. */
async function uprightFaces(
  models: FaceModels,
  picture: RgbaImage,
): Promise<{ image: RgbaImage; faces: FaceLandmarks[] }> {
  const faces = await findFaces(models, picture);
  const quarterTurns = faces.length > 0 ? quarterTurnsOf(faces[0]) : 0;
  if (quarterTurns === 0) return { image: picture, faces };
  const { data, info } = await raw(picture)
    .rotate(360 - 90 * quarterTurns)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = { width: info.width, height: info.height, data };
  return { image, faces: await findFaces(models, image) };
}

/** By how many quarter turns, clockwise, a face is turned away from upright: 0…3. */
export function quarterTurnsOf({ points }: FaceLandmarks): number {
  const [left, right] = EYES.map(({ irisCenter }) => irisCenter * 3);
  const rollRad = Math.atan2(points[right + 1] - points[left + 1], points[right] - points[left]);
  return (Math.round(rollRad / (Math.PI / 2)) + 4) % 4;
}

async function developFace(models: FaceModels, image: RgbaImage, face: FaceLandmarks): Promise<DevelopedFace> {
  const cropped = await cropPortrait(image, face);
  return finish(models, image, face, cropped.image, cropped.landmarks);
}

async function developWhole(models: FaceModels, image: RgbaImage, face: FaceLandmarks): Promise<DevelopedFace> {
  const sizePx = Math.max(image.width, image.height);
  const square = { x: Math.floor((image.width - sizePx) / 2), y: Math.floor((image.height - sizePx) / 2), sizePx };
  const still = await scaleSquare(image, square, PORTRAIT_SIZE_PX);
  return finish(models, image, face, still, landmarksInCrop(face, square, PORTRAIT_SIZE_PX));
}

async function finish(
  models: FaceModels,
  image: RgbaImage,
  face: FaceLandmarks,
  still: RgbaImage,
  mapped: FaceLandmarks,
): Promise<DevelopedFace> {
  const found = await findFaces(models, still);
  const itself = nearest(found, mapped);
  const landmarks = itself ?? mapped;
  return {
    box: boxOf(face, image),
    still,
    landmarks,
    others: found.filter((other) => other !== itself),
    contours: faceContours(landmarks, still.width, still.height),
    jpeg: await encodeJpeg(still, PORTRAIT_SIZE_PX),
  };
}

/** Tracked on the crop itself a face is found more precisely; but it must be the same face. */
function nearest(found: readonly FaceLandmarks[], expected: FaceLandmarks): FaceLandmarks | null {
  const center = centerOf(expected);
  const ranked = found
    .map((face) => ({ face, distance: Math.hypot(centerOf(face).x - center.x, centerOf(face).y - center.y) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance < 0.15 * faceSidePx(expected) ? ranked[0].face : null;
}

function outline({ points }: FaceLandmarks): { left: number; right: number; top: number; bottom: number } {
  const xs = SILHOUETTE.map((point) => points[3 * point]);
  const ys = SILHOUETTE.map((point) => points[3 * point + 1]);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function centerOf(face: FaceLandmarks): { x: number; y: number } {
  const { left, right, top, bottom } = outline(face);
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

function faceSidePx(face: FaceLandmarks): number {
  const { left, right, top, bottom } = outline(face);
  return Math.max(right - left, bottom - top);
}

function boxOf(face: FaceLandmarks, { width, height }: RgbaImage): DevelopedFace['box'] {
  const { left, right, top, bottom } = outline(face);
  return { x: left / width, y: top / height, width: (right - left) / width, height: (bottom - top) / height };
}

function raw(image: RgbaImage): Sharp {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 4 } });
}

async function encodeJpeg(image: RgbaImage, maxSidePx: number): Promise<Uint8Array> {
  return raw(image)
    .removeAlpha()
    .resize(maxSidePx, maxSidePx, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 88, mozjpeg: false })
    .toBuffer();
}
