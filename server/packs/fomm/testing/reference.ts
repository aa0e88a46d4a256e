import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createRgbaImage, type RgbaImage } from '../../../imaging/rgba-image.ts';
import { InlineGraphRunner } from '../../../inference/inline-graph-runner.ts';
import { graphFilesOf } from '../../pack-graphs.ts';
import type { FommManifest } from '../../store/pack-manifest.ts';
import { PackStore } from '../../store/pack-store.ts';
import type { Keypoints } from '../keypoints.ts';

/** Side of the tiny pack's pictures. */
export const SIZE_PX = 64;

const floats = z.base64().transform((text) => {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
});
const frame = z.strictObject({ value: floats, jacobian: floats, picture: floats });
const schema = z.strictObject({
  /** A portrait, a driver at first, the driver later: planes of red, green and blue bytes. */
  pictures: z.tuple([z.base64(), z.base64(), z.base64()]),
  /** Of the three pictures one after the other. */
  value: floats,
  jacobian: floats,
  /** Every so many rows and columns of `picture` are kept. */
  pictureStep: z.int(),
  /** Where the portrait's keypoints go, and what is drawn. */
  frames: z.strictObject({ relative: frame, relativeUnscaled: frame, absolute: frame }),
});

/** What models/convert/fomm/reference.py wrote with the networks of the tiny pack. */
export const REFERENCE = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'reference.json'), 'utf8')));

/** One of the reference's three pictures as a network takes it. */
export function referencePlanes(index: 0 | 1 | 2): Float32Array {
  return Float32Array.from(Buffer.from(REFERENCE.pictures[index], 'base64'), (byte) => byte / 255);
}

export function referenceImage(index: 0 | 1 | 2): RgbaImage {
  const bytes = Buffer.from(REFERENCE.pictures[index], 'base64');
  const image = createRgbaImage(SIZE_PX, SIZE_PX);
  const plane = SIZE_PX * SIZE_PX;
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = bytes[channel * plane + i];
  }
  return image;
}

/** What the keypoint network saw in one of the three pictures. */
export function referenceKeypoints(index: 0 | 1 | 2): Keypoints {
  const { value, jacobian } = REFERENCE;
  const [values, jacobians] = [value.length / 3, jacobian.length / 3];
  return {
    value: value.slice(index * values, (index + 1) * values),
    jacobian: jacobian.slice(index * jacobians, (index + 1) * jacobians),
  };
}

/** The tiny pack, ready to run on the CPU. The caller closes the runner. */
export async function openTinyPack(): Promise<{ manifest: FommManifest; runner: InlineGraphRunner }> {
  const pack = await new PackStore(import.meta.dirname).open('fomm-tiny');
  if (pack.manifest.kind !== 'fomm') throw new Error('the tiny pack is of another kind');
  return { manifest: pack.manifest, runner: await InlineGraphRunner.load(graphFilesOf(pack)) };
}

/** The largest difference of two lists of numbers. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers and ${b.length}`);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
