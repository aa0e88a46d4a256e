import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DrawnFace, drawFace, drawnFeatures, placeInPicture } from '../../models/convert/human/drawn-face.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { findFaces, MAX_FACES } from './face-finder.ts';
import { type FaceLandmarks, LANDMARK_COUNT } from './face-landmarks.ts';
import { FaceModels } from './face-models.ts';

let models: FaceModels;

beforeAll(async () => {
  models = await FaceModels.load();
});
afterAll(() => models.close());

describe('findFaces', () => {
  test('finds the one face of a portrait, irises and all', async () => {
    const face: DrawnFace = { centerX: 260, centerY: 250, sizePx: 280 };
    const found = await findFaces(models, picture(512, 512, [face]));
    expect(found).toHaveLength(1);
    expect(found[0].points).toHaveLength(3 * LANDMARK_COUNT);
    expect(found[0].confidence).toBeGreaterThan(0.9);
    expectOn(found[0], face);
  });

  test('finds a face that fills the picture and runs out of it', async () => {
    const face: DrawnFace = { centerX: 150, centerY: 160, sizePx: 420 };
    const found = await findFaces(models, picture(300, 300, [face]));
    expect(found).toHaveLength(1);
    expectOn(found[0], face);
  });

  test('finds two faces side by side, the larger first', async () => {
    const small: DrawnFace = { centerX: 150, centerY: 200, sizePx: 160 };
    const large: DrawnFace = { centerX: 430, centerY: 220, sizePx: 260 };
    const found = await findFaces(models, picture(640, 400, [small, large]));
    expect(found).toHaveLength(2);
    expectOn(found[0], large);
    expectOn(found[1], small);
  });

  test('finds the small faces of a large group, each once', async () => {
    const group: DrawnFace[] = [];
    for (let i = 0; i < 8; i++) {
      group.push({ centerX: 200 + 210 * i + 13 * (i % 3), centerY: 500 + 90 * (i % 2), sizePx: 72 + 4 * i });
    }
    const found = await findFaces(models, picture(1900, 1200, group));
    expect(found).toHaveLength(group.length);
    for (const [i, face] of group.toReversed().entries()) expectOn(found[i], face);
  });

  test(`gives the ${MAX_FACES} largest of more faces`, async () => {
    const crowd: DrawnFace[] = [];
    for (let i = 0; i < 15; i++) {
      crowd.push({ centerX: 110 + 190 * (i % 5), centerY: 120 + 200 * Math.floor(i / 5), sizePx: 110 + 4 * i });
    }
    const found = await findFaces(models, picture(1000, 660, crowd));
    expect(found).toHaveLength(MAX_FACES);
    expectOn(found[0], crowd[14]);
  });

  test.each([-90, -45, 45, 90, 180])('finds a face turned by %d degrees', async (degrees) => {
    const face: DrawnFace = { centerX: 260, centerY: 250, sizePx: 220, rollRad: (degrees * Math.PI) / 180 };
    const found = await findFaces(models, picture(512, 512, [face]));
    expect(found).toHaveLength(1);
    expectOn(found[0], face);
  });

  test.each([
    [1, 1],
    [1, 400],
    [33, 7],
    [257, 255],
  ])('finds none in an empty picture of %d×%d', async (width, height) => {
    expect(await findFaces(models, picture(width, height, []))).toEqual([]);
    expect(await findFaces(models, createRgbaImage(width, height))).toEqual([]);
  });

  test('finds none in noise', async () => {
    const noise = createRgbaImage(300, 200);
    let state = 1;
    for (let i = 0; i < noise.data.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (i % 4 !== 3) noise.data[i] = state >>> 24;
    }
    expect(await findFaces(models, noise)).toEqual([]);
  });

  test('may run twice at once on the same models', async () => {
    const left: DrawnFace = { centerX: 120, centerY: 150, sizePx: 150 };
    const right: DrawnFace = { centerX: 220, centerY: 150, sizePx: 180 };
    const [a, b] = await Promise.all([left, right].map((face) => findFaces(models, picture(340, 300, [face]))));
    expectOn(a[0], left);
    expectOn(b[0], right);
  });
});

function picture(width: number, height: number, faces: readonly DrawnFace[]): RgbaImage {
  const image = createRgbaImage(width, height);
  for (let i = 0; i < image.data.length; i += 4) image.data.set([120, 130, 140], i);
  for (const face of faces) drawFace(image, face);
  return image;
}

/** The face's irises, nose and mouth are where they were drawn. */
function expectOn(found: FaceLandmarks, drawn: DrawnFace): void {
  const pairs = [
    [468, drawnFeatures.leftEye],
    [473, drawnFeatures.rightEye],
    [1, drawnFeatures.noseTip],
    [13, drawnFeatures.mouth],
  ] as const;
  for (const [point, feature] of pairs) {
    const expected = placeInPicture(drawn, feature.x, feature.y);
    const error = Math.hypot(found.points[3 * point] - expected.x, found.points[3 * point + 1] - expected.y);
    expect(error / drawn.sizePx).toBeLessThan(0.06);
  }
}
