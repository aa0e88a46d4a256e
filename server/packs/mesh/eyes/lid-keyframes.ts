import { EYES, RIGID_POINTS } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import { alignSimilarity, identitySimilarity } from '../../../motion/procrustes.ts';
import { EyeCrop } from './eye-crop.ts';
import { drawLashGuide } from './lash-guide.ts';
import { lidGrain } from './lid-grain.ts';
import type { LidNet } from './lid-net.ts';
import type { LidLight } from './lid-planes.ts';
import { CROP_HEIGHT, CROP_WIDTH, fillEye, isBeyondWindow, readOutputPlanes, writeInputPlanes } from './lid-planes.ts';

const AREA = CROP_WIDTH * CROP_HEIGHT;
/** Closings that are painted when a portrait is prepared; frames are between two of them, or the portrait and the first. */
export const CLOSINGS = [0.25, 0.5, 0.75, 1] as const;
/**
 * Values per pixel: how much of the picture the lid hides, 0..1; its colour, 0..255 (red, green, blue); what an eyeball
 * seen there is multiplied by, 1 = unchanged (red, green, blue).
 */
export const LID_CHANNELS = 7;
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

  /**
   * Adds `weight` times what keyframe `index` shows at `count` places of the crop to `out`, `LID_CHANNELS` values each.
   * `places`: column and row, in turn.
   */
  add(index: number, places: Float64Array, count: number, weight: number, out: Float64Array): void {
    const frame = this.#frames[index];
    for (let i = 0, o = 0; i < 2 * count; i += 2, o += LID_CHANNELS) {
      const column = places[i];
      const row = places[i + 1];
      if (isBeyondWindow(column, row)) {
        out[o + 4] += weight;
        out[o + 5] += weight;
        out[o + 6] += weight;
        continue;
      }
      const u = column - 0.5;
      const v = row - 0.5;
      const x = u | 0;
      const y = v | 0;
      const w11 = (u - x) * (v - y) * weight;
      const w10 = (u - x) * weight - w11;
      const w01 = (v - y) * weight - w11;
      const w00 = weight - w11 - w10 - w01;
      const a = LID_CHANNELS * (y * CROP_WIDTH + x);
      const b = a + LID_CHANNELS;
      const c = a + LID_CHANNELS * CROP_WIDTH;
      const d = c + LID_CHANNELS;
      out[o] += frame[a] * w00 + frame[b] * w10 + frame[c] * w01 + frame[d] * w11;
      out[o + 1] += frame[a + 1] * w00 + frame[b + 1] * w10 + frame[c + 1] * w01 + frame[d + 1] * w11;
      out[o + 2] += frame[a + 2] * w00 + frame[b + 2] * w10 + frame[c + 2] * w01 + frame[d + 2] * w11;
      out[o + 3] += frame[a + 3] * w00 + frame[b + 3] * w10 + frame[c + 3] * w01 + frame[d + 3] * w11;
      out[o + 4] += frame[a + 4] * w00 + frame[b + 4] * w10 + frame[c + 4] * w01 + frame[d + 4] * w11;
      out[o + 5] += frame[a + 5] * w00 + frame[b + 5] * w10 + frame[c + 5] * w01 + frame[d + 5] * w11;
      out[o + 6] += frame[a + 6] * w00 + frame[b + 6] * w10 + frame[c + 6] * w01 + frame[d + 6] * w11;
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
    const grain = lidGrain(picture, crop.open);
    const frames = CLOSINGS.map((_, k) =>
      interleaved(filled, grain, readOutputPlanes(answers[index * CLOSINGS.length + k], crop.open, grey)),
    );
    return new LidKeyframes(crop, frames);
  };
  return [paint(0), paint(1)];
}

function interleaved(filled: Float32Array, grain: Float32Array, { gain, alpha }: LidLight): Float32Array {
  const frame = new Float32Array(LID_CHANNELS * AREA);
  for (let o = 0; o < AREA; o++) {
    for (let k = 0; k < 3; k++) {
      const light = gain[k * AREA + o];
      const skin = filled[k * AREA + o] * light + grain[k * AREA + o] * Math.min(1, light);
      frame[LID_CHANNELS * o + 1 + k] = 255 * Math.max(0, Math.min(1, skin));
      frame[LID_CHANNELS * o + 4 + k] = 1 + alpha[o] * (light - 1);
    }
    frame[LID_CHANNELS * o] = alpha[o];
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
