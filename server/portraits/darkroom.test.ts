import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Darkroom } from './darkroom.ts';
import { DEFAULT_PICTURE_LIMITS } from './decode-picture.ts';
import type { DevelopOptions } from './develop-portrait.ts';
import { facePicture } from './testing/gallery-pictures.ts';
import { animatedPicture, fourCorners, pngBomb } from './testing/odd-pictures.ts';

const options: DevelopOptions = { ...DEFAULT_PICTURE_LIMITS, minFacePx: 60, crop: 'auto' };
const log = { warn: vi.fn(), error: vi.fn() };
let darkroom: Darkroom;

beforeAll(() => {
  darkroom = new Darkroom({ timeoutMs: 20_000, queueMax: 4, env: {} }, log);
});
afterAll(() => darkroom.close());

/** Two people side by side on one picture, the second one smaller. */
async function twoPeople(): Promise<Buffer> {
  const second = await sharp(facePicture(1)).resize(360, 360).toBuffer();
  return sharp({ create: { width: 1100, height: 520, channels: 3, background: '#777' } })
    .composite([
      { input: await sharp(facePicture(0)).resize(512, 512).toBuffer(), left: 4, top: 4 },
      { input: second, left: 640, top: 100 },
    ])
    .jpeg({ quality: 92 })
    .toBuffer();
}

describe('a picture with a face', () => {
  test('becomes a portrait of 512 pixels whose landmarks lie on it', async () => {
    const { faces, preview } = await darkroom.develop(facePicture(), options);
    expect(faces).toHaveLength(1);
    const [{ still, landmarks, box, contours, jpeg }] = faces;
    expect(still).toMatchObject({ width: 512, height: 512 });
    expect(landmarks.points).toHaveLength(478 * 3);
    for (let i = 0; i < landmarks.points.length; i += 3) {
      expect(landmarks.points[i]).toBeGreaterThan(0);
      expect(landmarks.points[i]).toBeLessThan(512);
    }
    expect(box.x + box.width / 2).toBeGreaterThan(0.2);
    expect(contours.flat().every(([x, y]) => x > 0 && x < 1 && y > 0 && y < 1)).toBe(true);
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 512 });
    expect((await sharp(preview).metadata()).format).toBe('jpeg');
  });

  test('with two faces gives both, the larger first', async () => {
    const { faces } = await darkroom.develop(await twoPeople(), options);
    expect(faces).toHaveLength(2);
    expect(faces[0].box.height).toBeGreaterThan(faces[1].box.height);
    expect(faces[0].box.x).toBeLessThan(0.5);
    expect(faces[1].box.x).toBeGreaterThan(0.5);
  });

  test('that lies on its side is turned upright', async () => {
    const lying = await sharp(facePicture()).rotate(90).jpeg({ quality: 92 }).toBuffer();
    const { faces } = await darkroom.develop(lying, options);
    const { points } = faces[0].landmarks;
    const [forehead, chin] = [10, 152].map((point) => ({ x: points[3 * point], y: points[3 * point + 1] }));
    expect(chin.y - forehead.y).toBeGreaterThan(3 * Math.abs(chin.x - forehead.x));
  });

  test('is left as it is framed where no crop is wanted', async () => {
    const { faces } = await darkroom.develop(facePicture(), { ...options, crop: 'none' });
    const original = await sharp(facePicture()).resize(512, 512).raw().toBuffer();
    const { data } = faces[0].still;
    const middle = (256 * 512 + 256) * 3;
    for (let channel = 0; channel < 3; channel++) {
      expect(Math.abs(data[(middle / 3) * 4 + channel] - original[middle + channel])).toBeLessThan(12);
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['no face', () => fourCorners(400, 400).jpeg().toBuffer(), 'no-face'],
    ['nothing', async () => Buffer.alloc(0), 'not-an-image'],
    ['a bomb', async () => pngBomb(20_000, 20_000), 'too-many-pixels'],
    ['an animation', () => animatedPicture('webp'), 'animated'],
  ] as const)('%s', async (_, make, code) => {
    await expect(darkroom.develop(await make(), options)).rejects.toMatchObject({ code });
  });

  test('a face smaller than is worth animating', async () => {
    const strict = { ...options, minFacePx: 512 };
    await expect(darkroom.develop(facePicture(), strict)).rejects.toMatchObject({ code: 'too-small' });
  });

  test('more pictures at a time than may wait; those that wait are developed', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => darkroom.develop(facePicture(), options)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const result of refused) expect(result).toMatchObject({ reason: { code: 'busy' } });
    expect(results.length - refused.length).toBeGreaterThanOrEqual(4);
  });
});

describe('a darkroom', () => {
  test('that dies refuses its picture and develops the next', async () => {
    await darkroom.develop(facePicture(), options);
    const doomed = expect(darkroom.develop(facePicture(), options)).rejects.toMatchObject({ code: 'not-an-image' });
    process.kill(darkroom.pid!, 'SIGKILL');
    await doomed;
    expect((await darkroom.develop(facePicture(), options)).faces).toHaveLength(1);
  });

  test('that hangs is ended and develops the next', async () => {
    const impatient = new Darkroom({ timeoutMs: 3000, queueMax: 4, env: {} }, log);
    try {
      await impatient.develop(facePicture(), options);
      process.kill(impatient.pid!, 'SIGSTOP');
      await expect(impatient.develop(facePicture(), options)).rejects.toMatchObject({ code: 'not-an-image' });
      expect((await impatient.develop(facePicture(), options)).faces).toHaveLength(1);
    } finally {
      await impatient.close();
    }
  }, 40_000);

  test('that is closed takes nothing more', async () => {
    const closed = new Darkroom({ timeoutMs: 3000, queueMax: 4, env: {} }, log);
    const refused = expect(closed.develop(facePicture(), options)).rejects.toMatchObject({ code: 'busy' });
    await closed.close();
    await refused;
    await expect(closed.develop(facePicture(), options)).rejects.toMatchObject({ code: 'busy' });
  });
});
