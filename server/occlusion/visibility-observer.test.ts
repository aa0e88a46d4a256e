import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { FaceModels } from '../face/face-models.ts';
import { EYES } from '../face/face-topology.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { ALL_SEEN, FACE_REGIONS, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { VideoReader } from '../video/video-reader.ts';
import { irisVisibility } from './iris-visibility.ts';
import { drawOccluder, type Occluder } from './testing/drawn-occluder.ts';
import { VisibilityObserver } from './visibility-observer.ts';

const clipFile = fileURLToPath(new URL('../../client/public/gallery/driving-clip.mp4', import.meta.url));
/** Every so many frames of the clip are looked at. */
const STRIDE = 2;
/** Frames that the observer has to learn a face in, and frames that a hand comes, stays and goes in. */
const LEARNING = 25;
const COVERED = 30;
const ARRIVAL = 6;

interface Frame {
  readonly image: RgbaImage;
  readonly face: FaceLandmarks;
}

let models: FaceModels;
let clip: Frame[];

beforeAll(async () => {
  models = await FaceModels.load();
  clip = [];
  const tracker = new FaceTracker(models);
  const reader = await VideoReader.open(clipFile);
  let index = 0;
  try {
    for await (const { image } of reader.frames()) {
      if (index++ % STRIDE !== 0) continue;
      const face = await tracker.track(image);
      if (face) clip.push({ image: { ...image, data: image.data.slice() }, face });
    }
  } finally {
    reader.close();
  }
}, 120_000);
afterAll(async () => {
  clip = [];
  await models.close();
});

/** What an observer says of the frames, one after the other. */
function observe(frames: readonly Frame[], change: (image: RgbaImage, index: number) => RgbaImage = (image) => image) {
  const observer = new VisibilityObserver();
  return frames.map(({ image, face }, index) => observer.observe(change(image, index), face));
}

/**
 * The clip's first frames, then again with `occluder` coming, staying and going (its place and size in face widths
 * from the middle of the face), tracked as it is seen, then again without.
 */
async function cover(
  occluder: Omit<Occluder, 'x' | 'y' | 'sizePx' | 'colour'> & Partial<Occluder>,
  from: [number, number],
) {
  const observer = new VisibilityObserver();
  const tracker = new FaceTracker(models);
  const seen: { visibility: FaceVisibility; phase: 'before' | 'arriving' | 'there' | 'gone' }[] = [];
  for (let index = 0; index < LEARNING + COVERED + 15; index++) {
    const { image, face } = clip[index];
    const time = index - LEARNING;
    const there = time >= ARRIVAL && time < COVERED - ARRIVAL;
    const phase = time < 0 ? 'before' : there ? 'there' : time < COVERED ? 'arriving' : 'gone';
    const drawn = { ...image, data: image.data.slice() };
    if (time >= 0 && time < COVERED) {
      const progress = Math.min(1, time / ARRIVAL, (COVERED - time) / ARRIVAL);
      draw(drawn, face, occluder, from, progress);
    }
    const tracked = await tracker.track(drawn);
    if (tracked) seen.push({ visibility: observer.observe(drawn, tracked), phase });
  }
  return (phase: (typeof seen)[number]['phase'], region: FaceRegion) => {
    const of = seen.filter((each) => each.phase === phase);
    return of.filter(({ visibility }) => visibility.regions[region] < 0.5).length / of.length;
  };
}

function draw(
  image: RgbaImage,
  { points }: FaceLandmarks,
  occluder: Omit<Occluder, 'x' | 'y' | 'sizePx' | 'colour'> & Partial<Occluder>,
  from: [number, number],
  progress: number,
): void {
  const width = Math.hypot(points[3 * 234] - points[3 * 454], points[3 * 234 + 1] - points[3 * 454 + 1]);
  const [x, y] = [(points[3 * 234] + points[3 * 454]) / 2, (points[3 * 10 + 1] + points[3 * 152 + 1]) / 2];
  const cheek = 4 * (Math.floor(points[3 * 50 + 1]) * image.width + Math.floor(points[3 * 50]));
  const [toX, toY] = [occluder.x ?? 0, occluder.y ?? 0];
  drawOccluder(image, {
    colour: [image.data[cheek], image.data[cheek + 1], image.data[cheek + 2]],
    ...occluder,
    x: x + width * (from[0] + (toX - from[0]) * progress),
    y: y + width * (from[1] + (toY - from[1]) * progress),
    sizePx: width * (occluder.sizePx ?? 0.6),
  });
}

describe('a face that turns, talks, blinks and laughs', () => {
  test('is seen all the while', () => {
    const said = observe(clip);
    for (const region of FACE_REGIONS) {
      const covered = said.filter(({ regions }) => regions[region] < 0.5).length;
      expect(covered / said.length, region).toBeLessThanOrEqual(0.01);
    }
  });

  test('is seen when the light goes down to a half or is dyed', () => {
    const dimmed = observe(clip.slice(0, 60), (image, index) => {
      if (index < 30) return image;
      return { ...image, data: image.data.map((value, i) => (i % 4 === 3 ? 255 : value * [0.5, 0.45, 0.4][i % 4])) };
    });
    dimmed.forEach(({ regions }, i) => {
      expect(regions, `frame ${i}`).toEqual(ALL_SEEN.regions);
    });
  });

  test('is judged the same each time', () => {
    expect(observe(clip.slice(0, 40))).toEqual(observe(clip.slice(0, 40)));
  });

  test('shows its irises while its eyes are open', () => {
    const said = observe(clip.slice(0, 15));
    for (const { irises } of said) for (const seen of irises) expect(seen).toBeGreaterThan(0.8);
  });
});

describe('something in front of the face', () => {
  test('a hand over the mouth, coloured like the face, is noticed; eyes and forehead are seen on', async () => {
    const share = await cover({ kind: 'hand', angleRad: 1.4, x: -0.25, y: 0.42, sizePx: 0.65 }, [-1.8, 0.3]);
    for (const region of ['mouth', 'jaw', 'cheekLeft', 'cheekRight'] as const) {
      expect(share('before', region), region).toBe(0);
      expect(share('there', region), region).toBeGreaterThan(0.8);
      expect(share('gone', region), region).toBeLessThan(0.4);
    }
    for (const region of ['eyeLeft', 'eyeRight', 'forehead'] as const) {
      expect(share('there', region), region).toBeLessThan(0.2);
    }
  });

  test('a hand over one eye leaves the mouth', async () => {
    const share = await cover({ kind: 'hand', angleRad: -0.9, x: 0.35, y: -0.12, sizePx: 0.55 }, [1.8, -0.3]);
    expect(share('there', 'eyeRight')).toBeGreaterThan(0.8);
    expect(share('there', 'mouth')).toBeLessThan(0.2);
  });

  test('a cup over the mouth is noticed', async () => {
    const share = await cover(
      { kind: 'cup', angleRad: 0, x: 0, y: 0.42, sizePx: 0.5, colour: [40, 60, 110] },
      [0.2, 1.8],
    );
    expect(share('there', 'mouth')).toBeGreaterThan(0.8);
    expect(share('there', 'forehead')).toBe(0);
  });

  test('looks that stay are taken for the face in the end', () => {
    const observer = new VisibilityObserver();
    const { image, face } = clip[0];
    const masked = { ...image, data: image.data.slice() };
    draw(masked, face, { kind: 'cup', angleRad: 0, x: 0, y: 0.5, sizePx: 0.6, colour: [90, 140, 200] }, [0, 0.5], 1);
    for (let i = 0; i < 30; i++) observer.observe(image, face);
    for (let i = 0; i < 5; i++) observer.observe(masked, face);
    expect(observer.observe(masked, face).regions.mouth).toBe(0);
    for (let i = 0; i < 450; i++) observer.observe(masked, face);
    expect(observer.observe(masked, face).regions.mouth).toBe(1);
  });
});

describe('irisVisibility', () => {
  /** The first frame with a bright round reflection over the eye on the left, of some iris radii. */
  function withGlare(radii: number): { image: RgbaImage; points: Float32Array } {
    const { image, face } = clip[0];
    const glaring = { ...image, data: image.data.slice() };
    const at = (point: number) => [face.points[3 * point], face.points[3 * point + 1]];
    const [[x, y], [ringX, ringY]] = [at(EYES[0].irisCenter), at(EYES[0].irisRing[0])];
    const reach = radii * Math.hypot(ringX - x, ringY - y);
    for (let row = Math.floor(y - reach); row <= y + reach; row++) {
      for (let column = Math.floor(x - reach); column <= x + reach; column++) {
        if (Math.hypot(column - x, row - y) <= reach)
          glaring.data.fill(250, 4 * (row * image.width + column), 4 * (row * image.width + column) + 3);
      }
    }
    return { image: glaring, points: face.points };
  }

  test('does not mind the highlight of an eye, and does a reflection over the iris', () => {
    const highlight = withGlare(0.3);
    expect(irisVisibility(highlight.image, highlight.points, EYES[0])).toBeGreaterThan(0.5);
    for (const radii of [1, 2.5]) {
      const glare = withGlare(radii);
      expect(irisVisibility(glare.image, glare.points, EYES[0])).toBeLessThan(0.2);
      expect(irisVisibility(glare.image, glare.points, EYES[1])).toBeGreaterThan(0.5);
    }
  });

  test('is nothing outside of the picture', () => {
    const { image, face } = clip[0];
    const away = face.points.map((value) => value - 5000);
    expect(irisVisibility(image, away, EYES[0])).toBe(0);
    expect(() => new VisibilityObserver().observe(image, { points: away, confidence: 1 })).not.toThrow();
  });
});
