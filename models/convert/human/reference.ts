import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { createRgbaImage } from '../../../server/imaging/rgba-image.ts';
import { type DrawnFace, drawFace } from './drawn-face.ts';
import { type FaceModelName, faceModelNames } from './face-model-specs.ts';

const GREY = 128;

/**
 * What the face models give for a made-up input when TensorFlow.js itself runs them: the independent measure of the
 * conversion. Written by `make-reference.ts`, checked by `convert.test.ts`.
 */
export const referenceSchema = z.object({
  madeWith: z.string(),
  models: z.record(
    z.enum(faceModelNames),
    z.object({
      /** Batch size of the run. */
      batch: z.number().int(),
      outputs: z.record(
        z.string(),
        z.object({
          length: z.number().int(),
          /** Largest minus smallest value of the whole output: what differences are measured against. */
          range: z.number(),
          /** Every n-th value is stored. */
          every: z.number().int(),
          values: z.array(z.number()),
        }),
      ),
    }),
  ),
});
export type Reference = z.infer<typeof referenceSchema>;

export const referenceFile = new URL('./reference.json', import.meta.url);

export async function readReference(): Promise<Reference> {
  return referenceSchema.parse(JSON.parse(await readFile(referenceFile, 'utf8')));
}

/** One picture of the made-up input: a drawn face, or a part of one, faded towards grey. */
interface SyntheticPicture {
  readonly face: DrawnFace;
  /** 1 as drawn, 0 plain grey. */
  readonly contrast: number;
}

interface SyntheticInput {
  readonly sidePx: number;
  /** What black and white become. */
  readonly low: number;
  readonly high: number;
  readonly pictures: readonly SyntheticPicture[];
}

/** The second mesh picture is so faint that the model is unsure: a presence of 1 or 0 would hide a difference. */
const syntheticInputs: Readonly<Record<FaceModelName, SyntheticInput>> = {
  blazeface: {
    sidePx: 256,
    low: -1,
    high: 1,
    pictures: [{ face: { centerX: 100, centerY: 120, sizePx: 130, rollRad: 0.2 }, contrast: 1 }],
  },
  facemesh: {
    sidePx: 192,
    low: 0,
    high: 1,
    pictures: [
      { face: { centerX: 98, centerY: 92, sizePx: 170, rollRad: -0.1, mouthOpening: 0.5 }, contrast: 1 },
      { face: { centerX: 90, centerY: 99, sizePx: 150, gazeX: 0.5 }, contrast: 0.022 },
    ],
  },
  iris: {
    sidePx: 64,
    low: 0,
    high: 1,
    pictures: [
      { face: { centerX: 60, centerY: 45, sizePx: 214, gazeX: 0.5 }, contrast: 1 },
      { face: { centerX: 57, centerY: 46, sizePx: 200, eyeOpening: 0.4, gazeX: -0.4 }, contrast: 0.7 },
    ],
  },
  faceres: {
    sidePx: 224,
    low: 0,
    high: 255,
    pictures: [{ face: { centerX: 110, centerY: 118, sizePx: 190, rollRad: 0.05, mouthOpening: 0.2 }, contrast: 1 }],
  },
};

/** The made-up input of a model: `batch × side × side × 3` values under fine noise, the same on every machine. */
export function syntheticInput(name: FaceModelName): { values: Float32Array; batch: number; sidePx: number } {
  const { sidePx, low, high, pictures } = syntheticInputs[name];
  const values = new Float32Array(pictures.length * sidePx * sidePx * 3);
  const random = linearCongruential(12345);
  let next = 0;
  for (const { face, contrast } of pictures) {
    const image = createRgbaImage(sidePx, sidePx);
    image.data.fill(GREY);
    drawFace(image, face);
    for (let i = 0; i < image.data.length; i++) {
      if (i % 4 === 3) continue;
      const faded = GREY + (image.data[i] - GREY) * contrast + (random() - 0.5);
      values[next++] = low + ((high - low) * faded) / 255;
    }
  }
  return { values, batch: pictures.length, sidePx };
}

/** N×H×W×3 → N×3×H×W. */
export function nchwFromNhwc(nhwc: Float32Array, batch: number, side: number): Float32Array {
  const nchw = new Float32Array(nhwc.length);
  const plane = side * side;
  for (let picture = 0; picture < batch; picture++)
    for (let position = 0; position < plane; position++)
      for (let channel = 0; channel < 3; channel++)
        nchw[(picture * 3 + channel) * plane + position] = nhwc[(picture * plane + position) * 3 + channel];
  return nchw;
}

/** Numbers in 0..1, the same on every machine (Numerical Recipes' constants). */
function linearCongruential(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
