import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DrawnFace, drawFace } from '../../models/convert/human/drawn-face.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { EyeRefiner } from './eye-refiner.ts';
import { FaceModels } from './face-models.ts';
import { FaceTracker } from './face-tracker.ts';

const FACE: DrawnFace = { centerX: 200, centerY: 200, sizePx: 260 };
const LEFT_LIDS = [7, 163, 144, 145, 153, 154, 155, 246, 161, 160, 159, 158, 157, 173];

let models: FaceModels;
let image: RgbaImage;
let tracked: Float32Array;

beforeAll(async () => {
  models = await FaceModels.load();
  image = createRgbaImage(400, 400);
  image.data.fill(140);
  drawFace(image, FACE);
  tracked = (await new FaceTracker(models).track(image))!.points;
});
afterAll(() => models.close());

const x = (points: Float32Array, index: number) => points[3 * index];
const y = (points: Float32Array, index: number) => points[3 * index + 1];

describe('EyeRefiner', () => {
  test('gives the iris points in the order centre, nose, top, temple, bottom in both eyes', () => {
    expect(x(tracked, 469)).toBeGreaterThan(x(tracked, 468));
    expect(x(tracked, 471)).toBeLessThan(x(tracked, 468));
    expect(x(tracked, 474)).toBeLessThan(x(tracked, 473));
    expect(x(tracked, 476)).toBeGreaterThan(x(tracked, 473));
    for (const center of [468, 473]) {
      expect(y(tracked, center + 2)).toBeLessThan(y(tracked, center));
      expect(y(tracked, center + 4)).toBeGreaterThan(y(tracked, center));
    }
  });

  test('gives the same eyes again when it starts from its own result', async () => {
    const points = tracked.slice();
    await new EyeRefiner(models).refine(image, points, 0);
    for (const index of [...LEFT_LIDS, 468, 473]) {
      expect(Math.hypot(x(points, index) - x(tracked, index), y(points, index) - y(tracked, index))).toBeLessThan(3);
    }
  });

  test('leaves the lids of an eye alone that it does not find where they are, and puts the iris between them', async () => {
    const eyeWidth = x(tracked, 133) - x(tracked, 33);
    const points = tracked.slice();
    for (const index of LEFT_LIDS) points[3 * index + 1] -= eyeWidth;
    const before = points.slice();
    await new EyeRefiner(models).refine(image, points, 0);
    for (const index of LEFT_LIDS) expect(y(points, index)).toBe(y(before, index));
    expect(y(points, 468)).toBeLessThan(y(tracked, 33) - 0.5 * eyeWidth);
    expect(x(points, 469) - x(points, 468)).toBeCloseTo(0.2 * eyeWidth, 0);
    expect(x(points, 473)).toBeCloseTo(x(tracked, 473), 0);
  });

  test('keeps the depths of the mesh', async () => {
    const points = tracked.slice();
    await new EyeRefiner(models).refine(image, points, 0);
    for (const index of LEFT_LIDS) expect(points[3 * index + 2]).toBe(tracked[3 * index + 2]);
  });

  test('of a picture that changed, it gives what it gives of that picture alone', async () => {
    const used = new EyeRefiner(models);
    await used.refine(image, tracked.slice(), 0);
    const turned = { ...image, data: image.data.slice() };
    darken(turned, tracked, 468);
    const [again, alone] = [tracked.slice(), tracked.slice()];
    await used.refine(turned, again, 0);
    await new EyeRefiner(models).refine(turned, alone, 0);
    expect(again).toEqual(alone);
  });

  test('an attentive one gives of every picture what it gives of that picture alone', async () => {
    const attentive = new EyeRefiner(models, true);
    await attentive.refine(image, tracked.slice(), 0);
    const brighter = { ...image, data: image.data.map((value, i) => (i % 4 === 3 ? value : Math.min(255, value + 4))) };
    const [again, alone] = [tracked.slice(), tracked.slice()];
    await attentive.refine(brighter, again, 0);
    await new EyeRefiner(models).refine(brighter, alone, 0);
    expect(again).toEqual(alone);
  });

  test('follows both lids through a blink, and one through a wink, within the frame', async () => {
    const used = new FaceTracker(models);
    const gaps = async (openings: readonly [number, number], tracker: FaceTracker) => {
      const shown = { ...image, data: image.data.slice() };
      drawFace(shown, { ...FACE, eyeOpening: openings[0] });
      const other = { ...image, data: image.data.slice() };
      drawFace(other, { ...FACE, eyeOpening: openings[1] });
      for (let row = 0; row < image.height; row++) {
        const right = 4 * (row * image.width + FACE.centerX);
        shown.data.set(other.data.subarray(right, 4 * (row + 1) * image.width), right);
      }
      const { points } = (await tracker.track(shown))!;
      return [y(points, 145) - y(points, 159), y(points, 374) - y(points, 386)];
    };
    const open = await gaps([1, 1], used);
    const poses = [
      [1, 1],
      [0.5, 0.5],
      [0, 0],
      [0.6, 0.6],
      [1, 1],
      [0, 1],
      [1, 1],
      [1, 0],
      [1, 1],
    ] as const;
    for (const pose of poses) {
      const now = await gaps(pose, used);
      const alone = await gaps(pose, new FaceTracker(models, { attentive: true }));
      for (const eye of [0, 1]) expect(Math.abs(now[eye] - alone[eye])).toBeLessThan(0.2 * open[eye]);
    }
  });

  test('of the same picture it gives the same points, wherever the face has gone', async () => {
    const used = new EyeRefiner(models);
    const [first, second] = [tracked.slice(), tracked.slice()];
    await used.refine(image, first, 0);
    await used.refine(image, second, 0);
    expect(second).toEqual(first);
  });
});

/** Covers the surroundings of a point as a shadow or a finger would. */
function darken({ width, data }: RgbaImage, points: Float32Array, center: number): void {
  const [left, top] = [Math.round(x(points, center)) - 6, Math.round(y(points, center)) - 12];
  for (let row = top; row < top + 12; row++) {
    for (let column = left; column < left + 12; column++)
      data.fill(60, 4 * (row * width + column), 4 * (row * width + column) + 3);
  }
}
