import { afterAll, describe, expect, it } from 'vitest';
import { movingPicture, psnrDb } from '../testing/moving-picture.ts';
import { createConvertibleImage, FrameConverter } from './frame-converter.ts';
import type { I420Picture } from './i420-picture.ts';

function i420(width: number, height: number): I420Picture {
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  return {
    width,
    height,
    planes: [Buffer.alloc(width * height + 256), Buffer.alloc(chroma + 256), Buffer.alloc(chroma + 256)],
    strides: [width, (width + 1) >> 1, (width + 1) >> 1],
    fullRange: false,
  };
}

describe('frame converter', () => {
  const converter = new FrameConverter();
  afterAll(() => converter.close());

  it.each([
    [512, 512],
    [640, 480],
    [322, 242],
    [50, 18],
    [2, 2],
  ])('brings %i×%i there and back with little loss', (width, height) => {
    const picture = movingPicture(width, height, 3);
    const planes = i420(width, height);
    converter.toI420(picture, planes);
    expect(psnrDb(converter.toRgba(planes, null), picture)).toBeGreaterThan(width > 2 ? 34 : 15);
  });

  it('follows BT.601: black, white and red are where video calls have them', () => {
    const planes = i420(64, 64);
    const image = createConvertibleImage(64, 64);
    const yuvOf = (red: number, green: number, blue: number): number[] => {
      for (let i = 0; i < image.data.length; i += 4) image.data.set([red, green, blue, 255], i);
      converter.toI420(image, planes);
      return planes.planes.map((plane) => plane[0]!);
    };
    expect(yuvOf(0, 0, 0)).toEqual([16, 128, 128]);
    expect(yuvOf(255, 255, 255)).toEqual([235, 128, 128]);
    const [y, u, v] = yuvOf(255, 0, 0);
    expect([Math.abs(y! - 81), Math.abs(u! - 90), Math.abs(v! - 240)].every((error) => error <= 2)).toBe(true);
  });

  it('makes I420 of every even size as the formula says, and writes nothing else', () => {
    for (const [width, height] of [
      [2, 2],
      [18, 34],
      [62, 6],
      [64, 48],
    ]) {
      const image = movingPicture(width, height, 5);
      const out = i420(width + 6, height);
      const planes = { ...out, width, height };
      for (const plane of out.planes) plane.fill(7);
      converter.toI420(image, planes);
      const shares = [
        [65.481, 128.553, 24.966, 16],
        [-37.797, -74.203, 112, 128],
        [112, -93.786, -18.214, 128],
      ];
      const wrong = planes.planes.flatMap((plane, p) => {
        const side = p === 0 ? 1 : 2;
        const [red, green, blue, offset] = shares[p];
        return [...plane.keys()].filter((i) => {
          const [x, y] = [(i % out.strides[p]) * side, Math.floor(i / out.strides[p]) * side];
          if (x >= width || y >= height) return plane[i] !== 7;
          let sum = 0;
          for (let n = 0; n < side * side; n++) {
            const o = 4 * ((y + Math.floor(n / side)) * width + x + (n % side));
            sum += red * image.data[o] + green * image.data[o + 1] + blue * image.data[o + 2];
          }
          return Math.abs(plane[i] - offset - sum / 255 / side ** 2) > 0.53;
        });
      });
      expect(wrong).toEqual([]);
    }
    expect(() => converter.toI420(createConvertibleImage(63, 4), i420(63, 4))).toThrow(
      expect.objectContaining({ reason: 'picture' }),
    );
  });

  it('writes every pixel of any width, opaque, and nothing beyond the last', () => {
    for (let width = 2; width <= 200; width += 1) {
      const white = i420(width, 4);
      white.planes[0].fill(235);
      white.planes[1].fill(128);
      white.planes[2].fill(128);
      const image = createConvertibleImage(width, 4);
      const memory = new Uint8Array(image.data.buffer).fill(7);
      expect(converter.toRgba(white, image)).toBe(image);
      expect(image.data.every((byte) => byte >= 250)).toBe(true);
      expect(memory.subarray(image.data.length).every((byte) => byte === 7)).toBe(true);
    }
  });

  it('gives a new picture where the given one has another size', () => {
    const old = createConvertibleImage(64, 64);
    const result = converter.toRgba(i420(128, 96), old);
    expect([result.width, result.height, result.data.length]).toEqual([128, 96, 128 * 96 * 4]);
  });

  it('refuses pictures whose memory does not fit their size, before native code sees them', () => {
    const good = i420(64, 64);
    const refuse = (change: Partial<I420Picture>) =>
      expect(() => converter.toRgba({ ...good, ...change }, null)).toThrow(
        expect.objectContaining({ reason: 'picture' }),
      );
    refuse({ height: 4096 });
    refuse({ height: 128 });
    refuse({ width: 0 });
    refuse({ width: 64.5 });
    refuse({ strides: [32, 32, 32] });
    refuse({ planes: [good.planes[0], Buffer.alloc(10), good.planes[2]] });

    const image = createConvertibleImage(64, 64);
    const refuseImage = (width: number, height: number, bytes: number) =>
      expect(() => converter.toI420({ width, height, data: image.data.subarray(0, bytes) }, good)).toThrow(
        expect.objectContaining({ reason: 'picture' }),
      );
    refuseImage(64, 64, 64 * 64 * 4 - 1);
    refuseImage(64, 32, 64 * 32 * 4);
    refuseImage(128, 64, 64 * 64 * 4);
    expect(() =>
      converter.toRgba(i420(50, 50), { width: 50, height: 50, data: new Uint8Array(50 * 50 * 4) }),
    ).toThrow();
  });

  it('closes twice, and then says so', () => {
    const closed = new FrameConverter();
    closed.toRgba(i420(64, 64), null);
    closed.close();
    closed.close();
    expect(() => closed.toRgba(i420(64, 64), null)).toThrow(expect.objectContaining({ reason: 'closed' }));
  });
});
