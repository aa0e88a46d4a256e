import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { InlineGraphRunner } from '../../../inference/inline-graph-runner.ts';
import { graphFilesOf } from '../../pack-graphs.ts';
import type { FommManifest } from '../../store/pack-manifest.ts';
import { PackStore } from '../../store/pack-store.ts';
import { imageOf, planesOf, storedFloats } from '../../testing/stored-reference.ts';
import type { Keypoints } from '../keypoints.ts';

/** Side of the tiny pack's pictures. */
export const SIZE_PX = 64;

const frame = z.strictObject({ value: storedFloats, jacobian: storedFloats, picture: storedFloats });
const schema = z.strictObject({
  /** A portrait, a driver at first, the driver later: planes of red, green and blue bytes. */
  pictures: z.tuple([z.base64(), z.base64(), z.base64()]),
  /** Of the three pictures one after the other. */
  value: storedFloats,
  jacobian: storedFloats,
  /** Every so many rows and columns of `picture` are kept. */
  pictureStep: z.int(),
  /** Where the portrait's keypoints go, and what is drawn. */
  frames: z.strictObject({ relative: frame, relativeUnscaled: frame, absolute: frame }),
});

/** What models/convert/fomm/reference.py wrote with the networks of the tiny pack. */
export const REFERENCE = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'reference.json'), 'utf8')));

/** One of the reference's three pictures as a network takes it. */
export function referencePlanes(index: 0 | 1 | 2): Float32Array {
  return planesOf(REFERENCE.pictures[index]);
}

export function referenceImage(index: 0 | 1 | 2): RgbaImage {
  return imageOf(REFERENCE.pictures[index], SIZE_PX);
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
