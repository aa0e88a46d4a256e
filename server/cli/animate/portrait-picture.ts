import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { findFaces } from '../../face/face-finder.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { PortraitLayers } from '../../imaging/portrait-layers.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { cutPortrait } from '../../matting/cut-portrait.ts';
import { DEFAULT_PICTURE_LIMITS, decodePicture } from '../../portraits/decode-picture.ts';
import { developPicture } from '../../portraits/develop-portrait.ts';
import { PictureError } from '../../portraits/picture-error.ts';
import { CommandError } from '../command-error.ts';

/** Longest side of a picture that is animated as it is framed. */
const UNCROPPED_SIDE_PX = 1024;
/** Smaller faces give nothing to look at. */
const MIN_FACE_PX = 48;

/** A picture ready to be animated. */
export interface PortraitPicture {
  readonly still: RgbaImage;
  /** In pixels of the still. */
  readonly landmarks: FaceLandmarks;
  /** Null where the person could not be told from the background. */
  readonly layers: PortraitLayers | null;
  /** What the user should know about it, in sentences. */
  readonly remarks: readonly string[];
}

/** Reads the picture and finds its largest face. Rejects with a `CommandError`. */
export async function loadPortraitPicture(
  models: FaceModels,
  path: string,
  crop: 'auto' | 'none',
): Promise<PortraitPicture> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} ${error.code === 'ENOENT' ? 'does not exist' : 'cannot be read'}`);
  });
  try {
    return crop === 'auto' ? await croppedPortrait(models, bytes) : await wholePicture(models, bytes);
  } catch (error) {
    if (error instanceof PictureError) throw new CommandError(`${basename(path)}: ${error.message}`);
    throw error;
  }
}

/** The same of a picture in memory, cropped around its largest face. Rejects with a `PictureError`. */
export async function croppedPortrait(models: FaceModels, bytes: Uint8Array): Promise<PortraitPicture> {
  const options = { ...DEFAULT_PICTURE_LIMITS, minFacePx: MIN_FACE_PX, crop: 'auto' } as const;
  const { faces } = await developPicture(models, bytes, options);
  const [{ still, landmarks, others }] = faces;
  const { layers, refusal } = cutPortrait(still, landmarks, others);
  return { still, landmarks, layers, remarks: [...remarksOnFaces(faces.length), ...remarksOnCut(refusal)] };
}

async function wholePicture(models: FaceModels, bytes: Uint8Array): Promise<PortraitPicture> {
  const still = await decodePicture(bytes, { workingSidePx: UNCROPPED_SIDE_PX });
  const faces = await findFaces(models, still);
  if (faces.length === 0) throw new PictureError('no-face', 'No face was found in this picture.');
  const [landmarks, ...others] = faces;
  const { layers, refusal } = cutPortrait(still, landmarks, others);
  const remarks = [...remarksOnFaces(faces.length), ...remarksOnCut(refusal)];
  if (Math.max(still.width, still.height) === UNCROPPED_SIDE_PX) {
    remarks.push(`The picture is animated at ${still.width}×${still.height} pixels.`);
  }
  return { still, landmarks, layers, remarks };
}

function remarksOnCut(refusal: string | null): string[] {
  return refusal === null ? [] : [`The background moves with the person: ${refusal}.`];
}

function remarksOnFaces(count: number): string[] {
  return count > 1 ? [`The picture shows ${count} faces; the largest is animated.`] : [];
}
