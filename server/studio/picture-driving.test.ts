import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type SessionSettings } from '../../shared/settings.ts';
import { type FaceLandmarks, LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { EYES } from '../face/face-topology.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../motion/canonical-face.ts';
import type { DrivingFrame, PictureModel, Portrait } from '../packs/motion-model.ts';
import { FacePerformer } from './face-performer.ts';
import { PictureDriving } from './picture-driving.ts';

const SIZE = 96;
const DRIVING_SIZE = 64;
const FRAME_MS = 40;
const SETTINGS: SessionSettings = { ...DEFAULT_SETTINGS, mirror: false, smoothing: 0 };

function face(x = 320, y = 240): FaceLandmarks {
  const points = Float32Array.from(CANONICAL_FACE, (value, i) => value * 60 + (i % 3 === 0 ? x : i % 3 === 1 ? y : 0));
  return { points, confidence: 1 };
}

/** A picture with a white spot on the face's first eye, which is on the left of an unmirrored picture. */
function frameOf({ points }: FaceLandmarks): RgbaImage {
  const image = createRgbaImage(640, 480);
  const at = 3 * EYES[0].irisCenter;
  for (let dy = -3; dy <= 3; dy++) {
    for (let dx = -3; dx <= 3; dx++) {
      const pixel = (Math.round(points[at + 1]) + dy) * 640 + Math.round(points[at]) + dx;
      image.data.fill(255, 4 * pixel, 4 * pixel + 3);
    }
  }
  return image;
}

/** A performer with a model that remembers what it was given, and draws a shade of grey. */
class Stage {
  readonly given: (DrivingFrame & { readonly spot: readonly [number, number] })[] = [];
  readonly driving: PictureDriving<Portrait>;
  readonly performer: FacePerformer<Portrait>;
  readonly portrait: Portrait;
  sees: FaceLandmarks | null = face();
  fails = false;
  #timeMs = 0;

  constructor(settings = SETTINGS) {
    this.portrait = { width: SIZE, height: SIZE, still: createRgbaImage(SIZE, SIZE), close: () => {} };
    const model: PictureModel = {
      name: 'watched',
      executionProvider: 'cpu',
      needs: 'picture',
      drivingSizePx: DRIVING_SIZE,
      prepare: async () => this.portrait,
      animate: async (_portrait, frame, out) => {
        const points = frame.landmarks.points.slice();
        this.given.push({ ...frame, landmarks: { ...frame.landmarks, points }, spot: brightest(frame.picture) });
        if (this.fails) throw new Error('the network failed');
        out.data.fill(99);
      },
    };
    this.driving = new PictureDriving(model, { track: async () => this.sees });
    this.performer = new FacePerformer({
      tracker: this.driving,
      motion: this.driving,
      model: this.driving.model,
      portrait: this.portrait,
      face: null,
      settings,
    });
  }

  async perform(frames = 1) {
    for (let i = 0; i < frames; i++) {
      this.#timeMs += FRAME_MS;
      await this.performer.perform(this.sees ? frameOf(this.sees) : createRgbaImage(640, 480), this.#timeMs);
    }
    return this.given[this.given.length - 1];
  }
}

/** Where the middle of all that is bright is, pixels. */
function brightest(planes: Float32Array): readonly [number, number] {
  let [x, y, sum] = [0, 0, 0];
  for (let i = 0; i < DRIVING_SIZE * DRIVING_SIZE; i++) {
    x += planes[i] * ((i % DRIVING_SIZE) + 0.5);
    y += planes[i] * (Math.floor(i / DRIVING_SIZE) + 0.5);
    sum += planes[i];
  }
  return [x / sum, y / sum];
}

describe('PictureDriving', () => {
  test.each([false, true])(
    'gives the driver’s square with landmarks where the picture shows them (mirror: %s)',
    async (mirror) => {
      const { spot, landmarks, sizePx, picture } = await new Stage({ ...SETTINGS, mirror }).perform();
      expect([sizePx, picture.length, landmarks.points.length]).toEqual([64, 3 * 64 * 64, LANDMARK_COUNT * 3]);
      // In a mirror the driver's left eye is the picture's left one, and so has the other name.
      const at = 3 * EYES[mirror ? 1 : 0].irisCenter;
      expect(Math.abs(spot[0] - landmarks.points[at])).toBeLessThan(0.6);
      expect(Math.abs(spot[1] - landmarks.points[at + 1])).toBeLessThan(0.6);
      expect(spot[0] > DRIVING_SIZE / 2).toBe(mirror);
    },
  );

  test('tells which frame is neutral once the driver says so', async () => {
    const stage = new Stage();
    // Before the first frame there is no picture to take.
    stage.performer.calibrate(face());
    expect((await stage.perform()).reference).toBe('keep');
    expect(stage.performer.calibrate()).not.toBeNull();
    expect((await stage.perform()).reference).toBe('this');
    expect((await stage.perform()).reference).toBe('keep');
  });

  test('tells it again where the frame that should have been neutral failed', async () => {
    const stage = new Stage();
    await stage.perform();
    stage.performer.calibrate();
    stage.fails = true;
    expect((await stage.perform()).reference).toBe('this');
    stage.fails = false;
    expect((await stage.perform()).reference).toBe('this');
    expect((await stage.perform()).reference).toBe('keep');
  });

  test('says when the mirror is turned, and passes the other settings on', async () => {
    const stage = new Stage();
    expect((await stage.perform()).mode).toBe('relative');
    stage.performer.configure({ ...SETTINGS, mirror: true, mode: 'absolute', smoothing: 0.7 });
    expect(await stage.perform()).toMatchObject({ reference: 'other', mode: 'absolute', smoothing: 0.7 });
    expect((await stage.perform()).reference).toBe('keep');
  });

  test('gives nothing while there is no face', async () => {
    const stage = new Stage();
    await stage.perform();
    stage.sees = null;
    await stage.perform(5);
    expect(stage.given).toHaveLength(1);
  });

  test('keeps its square while the head moves a little', async () => {
    const stage = new Stage();
    const before = await stage.perform();
    stage.sees = face(332, 248);
    const after = await stage.perform();
    // The square is 2.3 times as high as the face, which is 2.65 units of 60 pixels.
    const scale = DRIVING_SIZE / (2.3 * 2.65 * 60);
    expect(after.spot[0] - before.spot[0]).toBeCloseTo(12 * scale, 0);
    expect(after.spot[1] - before.spot[1]).toBeCloseTo(8 * scale, 0);
  });

  test('takes a reference that is known beforehand', async () => {
    const stage = new Stage();
    await stage.driving.prime(stage.portrait, { image: frameOf(face(300)), face: face(300) }, 0);
    expect(stage.given[0]).toMatchObject({ reference: 'this', timeMs: 0 });
    expect((await stage.perform()).reference).toBe('keep');
  });
});
