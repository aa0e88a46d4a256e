import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { decodePicture } from './decode-picture.ts';
import { PictureError } from './picture-error.ts';
import { facePicture } from './testing/gallery-pictures.ts';
import { animatedPicture, animatedPng, fourCorners, pngBomb } from './testing/odd-pictures.ts';

/** Names of the colours in the corners, clockwise from the upper left. */
function cornersOf({ width, height, data }: RgbaImage): string[] {
  const at = (x: number, y: number) => {
    const [r, g, b] = data.subarray((y * width + x) * 4);
    return `${r > 128 ? 'R' : ''}${g > 128 ? 'G' : ''}${b > 128 ? 'B' : ''}`;
  };
  return [at(8, 8), at(width - 8, 8), at(width - 8, height - 8), at(8, height - 8)];
}

function pixelAt({ width, data }: RgbaImage, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

const UPRIGHT = ['R', 'G', 'B', 'RG'];

describe('pictures that people have', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('%s', async (format) => {
    const image = await decodePicture(await fourCorners(200, 100).toFormat(format, { quality: 95 }).toBuffer());
    expect(image).toMatchObject({ width: 200, height: 100 });
    expect(image.data).toHaveLength(200 * 100 * 4);
    expect(cornersOf(image)).toEqual(UPRIGHT);
  });

  // What a camera has to do to the upright scene to store it under each orientation (Exif 3.0, tag 0x0112).
  const stored: Record<number, (upright: Sharp) => Sharp> = {
    1: (s) => s,
    2: (s) => s.flop(),
    3: (s) => s.rotate(180),
    4: (s) => s.flip(),
    5: (s) => s.flop().rotate(270), // sharp mirrors before it turns
    6: (s) => s.rotate(270),
    7: (s) => s.flop().rotate(90),
    8: (s) => s.rotate(90),
  };
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is honoured', async (orientation) => {
    const pixels = await stored[orientation](sharp(await fourCorners(200, 100).png().toBuffer()))
      .png()
      .toBuffer();
    const bytes = await sharp(pixels).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const image = await decodePicture(bytes);
    expect(image).toMatchObject({ width: 200, height: 100 });
    expect(cornersOf(image)).toEqual(UPRIGHT);
  });

  test('CMYK becomes RGB', async () => {
    const bytes = await fourCorners(200, 100).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(4);
    const image = await decodePicture(bytes);
    const [red, , blue] = cornersOf(image); // a press has no pure green
    expect([red, blue]).toEqual(['R', 'B']);
    expect(pixelAt(image, 10, 10)[3]).toBe(255);
  });

  test('greyscale becomes RGB', async () => {
    const bytes = await fourCorners(200, 100).greyscale().toColourspace('b-w').png().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    const [r, g, b, a] = pixelAt(await decodePicture(bytes), 10, 10);
    expect([g, b, a]).toEqual([r, r, 255]);
  });

  test('16 bits become 8', async () => {
    const bytes = await fourCorners(200, 100).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const image = await decodePicture(bytes);
    expect(cornersOf(image)).toEqual(UPRIGHT);
    expect(image.data).toHaveLength(200 * 100 * 4);
  });

  test('a palette becomes RGB', async () => {
    expect(cornersOf(await decodePicture(await fourCorners(200, 100).png({ palette: true }).toBuffer()))).toEqual(
      UPRIGHT,
    );
  });

  test('transparency shows a neutral grey, and the result is opaque', async () => {
    const transparent = {
      create: { width: 100, height: 100, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    };
    for (const bytes of [await sharp(transparent).png().toBuffer(), await sharp(transparent).webp().toBuffer()]) {
      const [r, g, b, a] = pixelAt(await decodePicture(bytes), 50, 50);
      expect(a).toBe(255);
      expect([g, b]).toEqual([r, r]);
    }
  });

  test('large ones are scaled down to the working size', async () => {
    const bytes = await fourCorners(4000, 1000).jpeg().toBuffer();
    const image = await decodePicture(bytes, { workingSidePx: 500 });
    expect(image).toMatchObject({ width: 500, height: 125 });
  });
});

describe('pictures that are refused', () => {
  async function codeOf(bytes: Uint8Array, limits = {}): Promise<string> {
    try {
      await decodePicture(bytes, limits);
      return 'read';
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      expect(error.message).toMatch(/\.$/);
      return error.code;
    }
  }

  test('no bytes at all', async () => {
    expect(await codeOf(new Uint8Array(0))).toBe('not-an-image');
  });

  test.each(['jpeg', 'png', 'webp'] as const)('a truncated %s', async (format) => {
    const bytes = await sharp(facePicture()).toFormat(format).toBuffer();
    expect(await codeOf(bytes.subarray(0, bytes.length / 2))).toBe('not-an-image');
    expect(await codeOf(bytes.subarray(0, 16))).toBe('not-an-image');
  });

  test('what is no picture, whatever it is called', async () => {
    for (const text of ['{"a":1}', '#!/bin/sh\n', '<html>', 'PK\x03\x04', '\0\0\0\0']) {
      expect(await codeOf(Buffer.from(text))).toBe('not-an-image');
    }
  });

  test('kinds that are not read, by what they are', async () => {
    const ftyp = (brand: string) => Buffer.from(`\0\0\0\x20ftyp${brand}\0\0\0\0`, 'latin1');
    const tiff = await fourCorners(100, 100).tiff().toBuffer();
    const stillGif = await fourCorners(100, 100).gif().toBuffer();
    for (const bytes of [
      ftyp('heic'),
      ftyp('mif1'),
      ftyp('avif'),
      tiff,
      stillGif,
      Buffer.from('BM1234'),
      Buffer.from('<svg xmlns="…"/>'),
    ]) {
      expect(await codeOf(bytes)).toBe('unsupported-type');
    }
  });

  test('animated GIF, WebP and PNG', async () => {
    expect(await codeOf(await animatedPicture('gif'))).toBe('animated');
    expect(await codeOf(await animatedPicture('webp'))).toBe('animated');
    expect(await codeOf(animatedPng(await fourCorners(100, 100).png().toBuffer()))).toBe('animated');
  });

  test('20,000 × 20,000 pixels, before a single one is decoded', async () => {
    const bomb = pngBomb(20_000, 20_000);
    expect(bomb.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    expect(await codeOf(bomb)).toBe('too-many-pixels');
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('more bytes than allowed', async () => {
    expect(await codeOf(facePicture(), { maxBytes: 1000 })).toBe('too-large');
  });

  test('too few pixels', async () => {
    expect(await codeOf(await fourCorners(300, 40).png().toBuffer())).toBe('too-small');
  });

  test('whatever is done to the bytes of a picture, it is read or refused', async () => {
    const originals = [
      await sharp(facePicture()).resize(96).jpeg().toBuffer(),
      await sharp(facePicture()).resize(96).png().toBuffer(),
    ];
    const damage = fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...originals), damage, async (original, changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expect(await codeOf(bytes)).toBeTruthy();
      }),
      { numRuns: 150 },
    );
  });
});
