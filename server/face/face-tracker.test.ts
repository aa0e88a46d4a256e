import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DrawnFace, drawFace, drawnFeatures, placeInPicture } from '../../models/convert/human/drawn-face.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { type FaceLandmarks, LANDMARK_COUNT } from './face-landmarks.ts';
import { FaceModels } from './face-models.ts';
import { FaceTracker } from './face-tracker.ts';

const WIDTH = 640;
const HEIGHT = 480;
const FACE: DrawnFace = { centerX: 320, centerY: 240, sizePx: 260 };

let models: FaceModels;
let tracker: FaceTracker;

beforeAll(async () => {
  models = await FaceModels.load();
});
afterAll(() => models.close());
beforeEach(() => {
  tracker = new FaceTracker(models);
});

describe('FaceTracker', () => {
  test('finds a face in the first frame and gives 478 finite points', async () => {
    const face = await tracker.track(picture(FACE));
    expect(face!.points).toHaveLength(3 * LANDMARK_COUNT);
    expect(face!.points.every(Number.isFinite)).toBe(true);
    expect(face!.confidence).toBeGreaterThan(0.9);
    expectOn(face, FACE);
  });

  test('follows a face that moves, turns, comes nearer and goes away', async () => {
    for (let frame = 0; frame <= 30; frame++) {
      const phase = frame / 30;
      const face: DrawnFace = {
        centerX: 200 + 240 * phase,
        centerY: 240 + 60 * Math.sin(6 * phase),
        sizePx: 160 + 180 * Math.sin(Math.PI * phase),
        rollRad: 0.9 * Math.sin(2 * Math.PI * phase),
      };
      expectOn(await tracker.track(picture(face)), face);
    }
  });

  test('points grow and move with the picture', async () => {
    const small = await tracker.track(picture({ centerX: 160, centerY: 120, sizePx: 130 }, 320, 240));
    const large = await new FaceTracker(models).track(picture(FACE));
    const error = meanDistance(scaledPoints(small!, 2), large!.points);
    expect(error / FACE.sizePx).toBeLessThan(0.01);
  });

  test('sees the mouth open', async () => {
    const openings = [];
    for (const mouthOpening of [0, 0.5, 1, 0.5, 0]) {
      openings.push(lipGap(await tracker.track(picture({ ...FACE, mouthOpening }))));
    }
    expect(openings[1]).toBeGreaterThan(openings[0] + 0.02);
    expect(openings[2]).toBeGreaterThan(openings[1] + 0.01);
    expect(openings[4]).toBeLessThan(openings[0] + 0.015);
  });

  test('sees the eyes shut', async () => {
    const open = lidGap(await tracker.track(picture(FACE)));
    const shut = lidGap(await tracker.track(picture({ ...FACE, eyeOpening: 0 })));
    expect(shut).toBeLessThan(0.5 * open);
  });

  test('sees where both eyes look', async () => {
    const gazes = [];
    for (const gazeX of [-1, 0, 1]) {
      const { points } = (await tracker.track(picture({ ...FACE, gazeX })))!;
      gazes.push({ left: points[3 * 468] - points[3 * 133], right: points[3 * 473] - points[3 * 263] });
    }
    expect(gazes[1].left).toBeGreaterThan(gazes[0].left + 3);
    expect(gazes[2].left).toBeGreaterThan(gazes[1].left + 3);
    expect(gazes[1].right).toBeGreaterThan(gazes[0].right + 3);
    expect(gazes[2].right).toBeGreaterThan(gazes[1].right + 3);
  });

  test('gives exactly the same points while nothing moves', async () => {
    const frame = picture(FACE);
    for (let i = 0; i < 5; i++) await tracker.track(frame);
    const before = await tracker.track(frame);
    const after = await tracker.track(frame);
    expect(after!.points).toEqual(before!.points);
  });

  test('results are the caller’s: a later frame does not write into them', async () => {
    const first = await tracker.track(picture(FACE));
    const copy = first!.points.slice();
    await tracker.track(picture({ ...FACE, centerX: 350 }));
    expect(first!.points).toEqual(copy);
  });

  test('does not take the same frame twice at once', async () => {
    const first = tracker.track(picture(FACE));
    await expect(tracker.track(picture(FACE))).rejects.toThrow(/concurrent/);
    expect(await first).not.toBeNull();
    expect(await tracker.track(picture(FACE))).not.toBeNull();
  });

  test('trackers that share the models do not disturb each other', async () => {
    const other = new FaceTracker(models);
    const left: DrawnFace = { centerX: 200, centerY: 200, sizePx: 200 };
    const right: DrawnFace = { centerX: 450, centerY: 260, sizePx: 300, rollRad: 0.3 };
    for (let frame = 0; frame < 4; frame++) {
      const [a, b] = await Promise.all([tracker.track(picture(left)), other.track(picture(right))]);
      expectOn(a, left);
      expectOn(b, right);
    }
  });
});

describe('FaceTracker without a face', () => {
  test.each(Object.entries(faceless(WIDTH, HEIGHT)))('sees none in %s', async (_, frame) => {
    expect(await tracker.track(frame)).toBeNull();
  });

  test.each(Object.entries(faceless(WIDTH, HEIGHT)))('loses a face at once when %s comes', async (_, frame) => {
    await tracker.track(picture(FACE));
    expect(await tracker.track(frame)).toBeNull();
    expect(await tracker.track(frame)).toBeNull();
  });

  test.each([
    [1, 1],
    [1, 480],
    [641, 3],
    [17, 13],
    [2001, 1],
  ])('sees none in a picture of %d×%d', async (width, height) => {
    expect(await tracker.track(createRgbaImage(width, height))).toBeNull();
  });

  test('loses a face that leaves the picture, and never gives points far outside of it', async () => {
    let last: FaceLandmarks | null = null;
    for (let centerX = 320; centerX < 900; centerX += 20) {
      last = await tracker.track(picture({ ...FACE, centerX }));
      if (last) expect(mean(last.points, 0)).toBeLessThan(WIDTH);
    }
    expect(last).toBeNull();
  });
});

describe('FaceTracker after losing the face', () => {
  test('finds it again where it comes back', async () => {
    const elsewhere: DrawnFace = { centerX: 480, centerY: 200, sizePx: 200 };
    await tracker.track(picture(FACE));
    await tracker.track(picture(null));
    expectOn(await firstFound(elsewhere, 2), elsewhere);
  });

  test('finds a face that jumps within the same frame', async () => {
    const elsewhere: DrawnFace = { centerX: 520, centerY: 180, sizePx: 180 };
    await tracker.track(picture({ ...FACE, centerX: 150, sizePx: 200 }));
    expectOn(await tracker.track(picture(elsewhere)), elsewhere);
  });

  test('looks less often while a camera stays covered, and still finds a face within five frames', async () => {
    const waits = [];
    for (let covered = 40; covered < 45; covered++) {
      tracker.reset();
      for (let frame = 0; frame < covered; frame++) expect(await tracker.track(picture(null, 64, 48))).toBeNull();
      let wait = 0;
      while (!(await tracker.track(picture({ centerX: 32, centerY: 24, sizePx: 36 }, 64, 48)))) wait++;
      waits.push(wait);
    }
    expect(Math.max(...waits)).toBe(4);
    expect(Math.min(...waits)).toBe(0);
  });

  test('reset makes the next frame the first', async () => {
    await tracker.track(picture(null));
    tracker.reset();
    expectOn(await tracker.track(picture(FACE)), FACE);
  });

  async function firstFound(face: DrawnFace, withinFrames: number): Promise<FaceLandmarks | null> {
    for (let frame = 0; frame < withinFrames; frame++) {
      const found = await tracker.track(picture(face));
      if (found) return found;
    }
    return null;
  }
});

describe('FaceTracker with several faces', () => {
  const small: DrawnFace = { centerX: 160, centerY: 240, sizePx: 150 };
  const large: DrawnFace = { centerX: 450, centerY: 240, sizePx: 260 };

  test('takes the largest', async () => {
    expectOn(await tracker.track(picture([small, large])), large);
  });

  test('takes the most central of faces alike', async () => {
    const central = { ...small, centerX: 330 };
    expectOn(await tracker.track(picture([small, central, { ...small, centerX: 500 }])), central);
  });

  test('stays with the one it has when a larger one comes', async () => {
    await tracker.track(picture(small));
    for (let frame = 0; frame < 3; frame++) expectOn(await tracker.track(picture([small, large])), small);
    tracker.reset();
    expectOn(await tracker.track(picture([small, large])), large);
  });

  test('comes back to the one it had after a moment without', async () => {
    await tracker.track(picture(small));
    await tracker.track(picture(null));
    await tracker.track(picture([small, large]));
    expectOn(await tracker.track(picture([small, large])), small);
  });
});

describe('FaceTracker when the resolution changes', () => {
  test('goes on with the same face in a larger picture of the same shape', async () => {
    const small: DrawnFace = { centerX: 80, centerY: 120, sizePx: 75 };
    const other: DrawnFace = { centerX: 225, centerY: 120, sizePx: 130 };
    await tracker.track(picture(small, 320, 240));
    const both = picture([doubled(small), doubled(other)]);
    expectOn(await tracker.track(both), doubled(small));
  });

  test('looks anew in a picture of another shape', async () => {
    await tracker.track(picture(FACE));
    const portrait: DrawnFace = { centerX: 200, centerY: 400, sizePx: 300 };
    expectOn(await tracker.track(picture(portrait, 480, 640)), portrait);
  });

  function doubled(face: DrawnFace): DrawnFace {
    return { centerX: face.centerX * 2, centerY: face.centerY * 2, sizePx: face.sizePx * 2 };
  }
});

function picture(faces: DrawnFace | DrawnFace[] | null, width = WIDTH, height = HEIGHT): RgbaImage {
  const image = createRgbaImage(width, height);
  for (let i = 0; i < image.data.length; i += 4) image.data.fill(128, i, i + 3);
  for (const face of faces ? [faces].flat() : []) drawFace(image, face);
  return image;
}

/** Pictures that show no face. */
function faceless(width: number, height: number): Record<string, RgbaImage> {
  const paint = (colour: (x: number, y: number) => readonly [number, number, number]) => {
    const image = createRgbaImage(width, height);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) image.data.set(colour(x, y), 4 * (y * width + x));
    return image;
  };
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  return {
    black: createRgbaImage(width, height),
    white: paint(() => [255, 255, 255]),
    'the colour of skin': paint(() => [205, 160, 140]),
    noise: paint(() => [random(), random(), random()]),
    'a gradient': paint((x, y) => [(255 * x) / width, (255 * y) / height, 128]),
    stripes: paint((x) => (x % 16 < 8 ? [20, 20, 20] : [230, 230, 230])),
  };
}

/** The face's eyes, nose and mouth are where they were drawn. */
function expectOn(found: FaceLandmarks | null, drawn: DrawnFace): void {
  expect(found).not.toBeNull();
  const { points } = found!;
  const center = (a: number, b: number) => ({
    x: (points[3 * a] + points[3 * b]) / 2,
    y: (points[3 * a + 1] + points[3 * b + 1]) / 2,
  });
  const pairs = [
    [center(33, 133), drawnFeatures.leftEye],
    [center(263, 362), drawnFeatures.rightEye],
    [center(468, 468), drawnFeatures.leftEye],
    [center(473, 473), drawnFeatures.rightEye],
    [center(1, 1), drawnFeatures.noseTip],
    [center(61, 291), drawnFeatures.mouth],
  ] as const;
  for (const [actual, feature] of pairs) {
    const expected = placeInPicture(drawn, feature.x, feature.y);
    expect(Math.hypot(actual.x - expected.x, actual.y - expected.y) / drawn.sizePx).toBeLessThan(0.05);
  }
}

/** Opening of the lips over the distance of the eyes. */
function lipGap(face: FaceLandmarks | null): number {
  return distance(face!.points, 13, 14) / distance(face!.points, 33, 263);
}

/** Opening of the lids over the width of the eye, both eyes together. */
function lidGap(face: FaceLandmarks | null): number {
  const { points } = face!;
  const width = distance(points, 33, 133) + distance(points, 263, 362);
  return (distance(points, 159, 145) + distance(points, 386, 374)) / width;
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(points[3 * a] - points[3 * b], points[3 * a + 1] - points[3 * b + 1]);
}

function mean(points: Float32Array, axis: number): number {
  let sum = 0;
  for (let i = axis; i < points.length; i += 3) sum += points[i];
  return (3 * sum) / points.length;
}

function meanDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 3) sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1], a[i + 2] - b[i + 2]);
  return (3 * sum) / a.length;
}

function scaledPoints(face: FaceLandmarks, scale: number): Float32Array {
  return face.points.map((value) => value * scale);
}
