import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { FaceModels } from '../face/face-models.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { ObservingTracker } from '../occlusion/observing-tracker.ts';
import { decodePicture } from '../portraits/decode-picture.ts';
import { facePicture } from '../portraits/testing/gallery-pictures.ts';
import { TrackingThreads } from './tracking-threads.ts';

let models: FaceModels;
let threads: TrackingThreads;
beforeAll(async () => {
  models = await FaceModels.load();
  threads = await TrackingThreads.start(2, () => {});
});
afterAll(async () => {
  await Promise.all([models.close(), threads.close()]);
});

describe('TrackingThreads', () => {
  test('find what a tracker in this thread finds, each its own face', async () => {
    const [face, nothing] = [await decodePicture(facePicture(), { workingSidePx: 512 }), createRgbaImage(320, 240)];
    const here = new ObservingTracker(new FaceTracker(models));
    const trackers = [1, 2, 3].map(() => threads.openTracker());
    for (let frame = 0; frame < 3; frame++) {
      const expected = (await here.track(face)) as FaceLandmarks;
      const [first, second, third] = await Promise.all(
        [face, nothing, face].map((picture, i) => trackers[i].track(picture)),
      );
      expect(second).toBeNull();
      for (const found of [first, third]) expect(found).toEqual(expected);
    }
    for (const tracker of trackers) tracker.close?.();
  });

  test('are told of a frame too many, and end', async () => {
    const ending = await TrackingThreads.start(1, () => {});
    const tracker = ending.openTracker();
    const picture = createRgbaImage(64, 64);
    const first = tracker.track(picture);
    await expect(tracker.track(picture)).rejects.toThrow('still at the last frame');
    expect(await first).toBeNull();
    await ending.close();
    await expect(tracker.track(picture)).rejects.toThrow('a tracking thread ended');
  });
});
