import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type FaceLandmarks, LANDMARK_COUNT } from '../../../face/face-landmarks.ts';
import type { FloatTensors } from '../../../inference/graph-runner.ts';
import { InlineGraphRunner } from '../../../inference/inline-graph-runner.ts';
import { graphFilesOf } from '../../pack-graphs.ts';
import type { LivePortraitManifest } from '../../store/pack-manifest.ts';
import { PackStore } from '../../store/pack-store.ts';
import { storedFloats } from '../../testing/stored-reference.ts';

/** Sides of the tiny pack's pictures, in and out. */
export const SIZE_PX = 32;
export const OUTPUT_SIZE_PX = 64;

const schema = z.strictObject({
  /** A portrait, a driver at first, the driver later: planes of red, green and blue bytes. */
  pictures: z.tuple([z.base64(), z.base64(), z.base64()]),
  /** What the `motion` graph gives for the three pictures, one after the other. */
  motion: z.record(z.string(), storedFloats),
  /** The three heads' rotations, for row vectors. */
  rotation: storedFloats,
  /** The portrait's keypoints. */
  source: storedFloats,
  ratios: z.strictObject({
    eyes: z.tuple([z.number(), z.number()]),
    lips: z.number(),
    wantedEyes: z.number(),
    wantedLips: z.number(),
  }),
  /** Where they go, by the controls. */
  moved: z.record(z.string(), storedFloats),
  /** Every so many rows and columns of `drawn` are kept. */
  pictureStep: z.int(),
  drawn: z.strictObject({ relative: storedFloats, absolute: storedFloats }),
});

/** What models/convert/liveportrait/reference.py wrote with the networks of the tiny pack. */
export const REFERENCE = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'reference.json'), 'utf8')));

/** What the `motion` graph gives for one of the three pictures. */
export function referenceMotion(index: 0 | 1 | 2): FloatTensors {
  return Object.fromEntries(
    Object.entries(REFERENCE.motion).map(([name, data]) => {
      const size = data.length / 3;
      return [name, { data: data.slice(index * size, (index + 1) * size), dims: [1, size] }];
    }),
  );
}

/** A face whose eyes and lips are open as far as the reference's portrait's. */
export function faceWithRatios([left, right]: readonly [number, number], lips: number): FaceLandmarks {
  const points = Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => 16 + 10 * Math.sin(i * i));
  const put = (index: number, x: number, y: number) => points.set([x, y, 0], 3 * index);
  const open = (corners: readonly [number, number], middles: readonly [number, number], y: number, ratio: number) => {
    put(corners[0], 4, y);
    put(corners[1], 14, y);
    put(middles[0], 9, y - 5 * ratio);
    put(middles[1], 9, y + 5 * ratio);
  };
  open([33, 133], [159, 145], 8, left);
  open([362, 263], [386, 374], 12, right);
  open([61, 291], [13, 14], 22, lips);
  return { points, confidence: 1 };
}

/** The tiny pack, ready to run on the CPU. The caller closes the runner. */
export async function openTinyPack(): Promise<{ manifest: LivePortraitManifest; runner: InlineGraphRunner }> {
  const pack = await new PackStore(import.meta.dirname).open('liveportrait-tiny');
  if (pack.manifest.kind !== 'liveportrait') throw new Error('the tiny pack is of another kind');
  return { manifest: pack.manifest, runner: await InlineGraphRunner.load(graphFilesOf(pack)) };
}
