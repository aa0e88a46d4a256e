import { EYES, RIGID_POINTS } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import { alignSimilarity, identitySimilarity } from '../../../motion/procrustes.ts';
import { EyeCrop } from './eye-crop.ts';
import { drawLashGuide } from './lash-guide.ts';
import type { LidNet } from './lid-net.ts';
import type { LidLight } from './lid-planes.ts';
import { CROP_HEIGHT, CROP_WIDTH, fillEye, readOutputPlanes, writeInputPlanes } from './lid-planes.ts';

const AREA = CROP_WIDTH * CROP_HEIGHT;
/** Closings that are painted when a portrait is prepared; frames are between two of them, or the portrait and the first. */
export const CLOSINGS = [0.25, 0.5, 0.75, 1] as const;
/** Values per pixel: lid red, green, blue (0..255), opacity, light on the eyeball red, green, blue (1 = unchanged). */
const CHANNELS = 7;
/** Pictures whose channels differ less than this (0..1) are grey, and their lids have no colour. */
const GREY = 0.012;

/** One eye's lids as they close, painted once by the lid net: the same eye always closes in the same way. */
export class LidKeyframes {
  readonly crop: EyeCrop;
  readonly #frames: readonly Float32Array[];

  constructor(crop: EyeCrop, frames: readonly Float32Array[]) {
    this.crop = crop;
    this.#frames = frames;
  }

  /** Adds `weight` times what keyframe `index` shows at (column, row) of the crop to `out`, {@link CHANNELS} values. */
  add(index: number, column: number, row: number, weight: number, out: Float64Array): void {
    const frame = this.#frames[index];
    const u = Math.max(0, Math.min(CROP_WIDTH - 1.001, column - 0.5));
    const v = Math.max(0, Math.min(CROP_HEIGHT - 1.001, row - 0.5));
    const x = u | 0;
    const y = v | 0;
    const w11 = (u - x) * (v - y) * weight;
    const w10 = (u - x) * weight - w11;
    const w01 = (v - y) * weight - w11;
    const w00 = weight - w11 - w10 - w01;
    const o = CHANNELS * (y * CROP_WIDTH + x);
    const below = o + CHANNELS * CROP_WIDTH;
    for (let k = 0; k < CHANNELS; k++) {
      out[k] +=
        frame[o + k] * w00 + frame[o + CHANNELS + k] * w10 + frame[below + k] * w01 + frame[below + CHANNELS + k] * w11;
    }
  }
}

/** Paints the lids of both eyes. @throws InferenceError if the network fails */
export async function paintLids(
  net: LidNet,
  still: RgbaImage,
  points: Float32Array,
): Promise<[LidKeyframes, LidKeyframes]> {
  const pose = alignSimilarity(CANONICAL_FACE, points, RIGID_POINTS, identitySimilarity());
  const eyes = ([0, 1] as const).map((index) => {
    const crop = new EyeCrop(points, EYES[index], pose, index);
    const picture = crop.cut(still);
    return { crop, picture, filled: fillEye(picture, crop.open) };
  });
  const answers = await net.run(2 * CLOSINGS.length, (index, planes) => {
    const { crop, picture, filled } = eyes[Math.floor(index / CLOSINGS.length)];
    const closing = CLOSINGS[index % CLOSINGS.length];
    const lids = crop.closed(closing);
    const lashes = drawLashGuide(lids.upper, crop.open.left, crop.open.right, closing);
    writeInputPlanes({ picture, filled, eye: crop.open, lids, lashes }, planes);
  });
  const paint = (index: 0 | 1): LidKeyframes => {
    const { crop, picture, filled } = eyes[index];
    const grey = isGrey(picture);
    const frames = CLOSINGS.map((_, k) =>
      interleaved(filled, readOutputPlanes(answers[index * CLOSINGS.length + k], grey)),
    );
    return new LidKeyframes(crop, frames);
  };
  return [paint(0), paint(1)];
}

function interleaved(filled: Float32Array, { gain, alpha }: LidLight): Float32Array {
  const frame = new Float32Array(CHANNELS * AREA);
  for (let o = 0; o < AREA; o++) {
    for (let k = 0; k < 3; k++) {
      const light = gain[k * AREA + o];
      frame[CHANNELS * o + k] = 255 * Math.min(1, filled[k * AREA + o] * light);
      frame[CHANNELS * o + 4 + k] = 1 + alpha[o] * (light - 1);
    }
    frame[CHANNELS * o + 3] = alpha[o];
  }
  return frame;
}

function isGrey(picture: Float32Array): boolean {
  for (let o = 0; o < AREA; o++) {
    const [red, green, blue] = [picture[o], picture[AREA + o], picture[2 * AREA + o]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > GREY) return false;
  }
  return true;
}
