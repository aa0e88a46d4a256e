import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FaceModels } from '../face/face-models.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { VideoReader } from '../video/video-reader.ts';
import { readHeadPose, trueTurn } from './head-pose.ts';
import { identitySimilarity } from './procrustes.ts';
import { type HeadAngles, toAngles } from './rotation.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const DEGREE = Math.PI / 180;
const models = await FaceModels.load();
afterAll(() => models.close());

interface RenderedFrame {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

/** What the rig did in the driving clip, frame by frame, and how the head is read. */
async function readClip(): Promise<{ rendered: RenderedFrame; read: HeadAngles }[]> {
  const { frames } = JSON.parse(readFileSync(path.join(ROOT, 'models/gallery/driving-clip.json'), 'utf8'));
  const reader = await VideoReader.open(path.join(ROOT, 'client/public/gallery/driving-clip.mp4'));
  const tracker = new FaceTracker(models);
  const pose = identitySimilarity();
  const out: { rendered: RenderedFrame; read: HeadAngles }[] = [];
  for await (const { index, image } of reader.frames()) {
    const face = await tracker.track(image);
    if (face) out.push({ rendered: frames[index], read: toAngles(readHeadPose(face.points, pose).rotation) });
  }
  reader.close();
  return out;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('readHeadPose', () => {
  test('reads turns of a rendered head as far as they were, looking down among them', async () => {
    const frames = await readClip();
    const rest = frames.filter(({ rendered }) => Math.hypot(rendered.yawDeg, rendered.pitchDeg) < 1);
    const restPitch = mean(rest.map(({ read }) => read.pitchRad));
    const restYaw = mean(rest.map(({ read }) => read.yawRad));
    const ratio = (of: (frame: (typeof frames)[number]) => [number, number], from: (r: RenderedFrame) => boolean) =>
      mean(frames.filter(({ rendered }) => from(rendered)).map((frame) => of(frame)[0] / of(frame)[1]));
    const pitch = ({ rendered, read }: (typeof frames)[number]): [number, number] => [
      (read.pitchRad - restPitch) / DEGREE,
      -rendered.pitchDeg,
    ];
    const yaw = ({ rendered, read }: (typeof frames)[number]): [number, number] => [
      (read.yawRad - restYaw) / DEGREE,
      -rendered.yawDeg,
    ];
    expect(Math.abs(ratio(pitch, ({ pitchDeg }) => pitchDeg < -8) - 1)).toBeLessThan(0.15);
    expect(Math.abs(ratio(pitch, ({ pitchDeg }) => pitchDeg > 8) - 1)).toBeLessThan(0.15);
    expect(Math.abs(ratio(yaw, ({ yawDeg }) => Math.abs(yawDeg) > 12) - 1)).toBeLessThan(0.1);
  });
});

describe('trueTurn', () => {
  test('leaves a face that looks into the camera as it is, and never turns the order of two pitches', () => {
    expect(trueTurn({ yawRad: 0, pitchRad: 0, rollRad: 0 })).toEqual({ yawRad: 0, pitchRad: 0, rollRad: 0 });
    let before = Number.NEGATIVE_INFINITY;
    for (let pitchRad = -0.8; pitchRad <= 0.8; pitchRad += 0.005) {
      const { pitchRad: now } = trueTurn({ yawRad: 0, pitchRad, rollRad: 0 });
      expect(now).toBeGreaterThan(before);
      before = now;
    }
  });
});
