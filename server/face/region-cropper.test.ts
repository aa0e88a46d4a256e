import { describe, expect, test } from 'vitest';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { RANGE_0_TO_1, RANGE_MINUS_1_TO_1, RegionCropper } from './region-cropper.ts';

/** A picture whose red is the x and whose green is the y of the pixel's centre, times `slope`. */
function ramp(width: number, height: number, slope = 1): RgbaImage {
  const image = createRgbaImage(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) image.data.set([(x + 0.5) * slope, (y + 0.5) * slope, 7], 4 * (y * width + x));
  return image;
}

/** The three colours at (`column`, `row`) of a cropped square, back in 0..255. */
function colourAt(out: Float32Array, side: number, column: number, row: number): number[] {
  return [0, 1, 2].map((plane) => out[plane * side * side + row * side + column] * 255);
}

const upright = { rollRad: 0 };

describe('RegionCropper', () => {
  test('copies the pixels of a square of its own size', () => {
    const image = ramp(40, 30, 4);
    const out = new Float32Array(3 * 8 * 8);
    new RegionCropper(8).crop(image, { centerX: 14, centerY: 14, sizePx: 8, ...upright }, RANGE_0_TO_1, out);
    for (const [column, row] of [
      [0, 0],
      [7, 0],
      [3, 5],
    ]) {
      const at = 4 * ((10 + row) * 40 + 10 + column);
      expect(colourAt(out, 8, column, row).map(Math.round)).toEqual([...image.data.subarray(at, at + 3)]);
    }
  });

  test('keeps the outer corner of the first pixel at 0,0 when it enlarges', () => {
    const out = new Float32Array(3 * 64 * 64);
    new RegionCropper(64).crop(
      ramp(40, 30, 4),
      { centerX: 20, centerY: 15, sizePx: 16, ...upright },
      RANGE_0_TO_1,
      out,
    );
    // The middle of sample 10 lies 10.5 / 64 into a square that begins at x = 12, y = 7.
    const [red, green] = colourAt(out, 64, 10, 40);
    expect(red / 4).toBeCloseTo(12 + (10.5 * 16) / 64, 0);
    expect(green / 4).toBeCloseTo(7 + (40.5 * 16) / 64, 0);
  });

  test('turns clockwise on screen', () => {
    const out = new Float32Array(3 * 16 * 16);
    const region = { centerX: 20, centerY: 20, sizePx: 16, rollRad: Math.PI / 2 };
    new RegionCropper(16).crop(ramp(40, 40, 4), region, RANGE_0_TO_1, out);
    // The square's right side is the picture's lower side.
    const [redRight, greenRight] = colourAt(out, 16, 15, 8);
    const [redLeft, greenLeft] = colourAt(out, 16, 0, 8);
    expect(greenRight - greenLeft).toBeCloseTo(4 * 15, 0);
    expect(redRight - redLeft).toBeCloseTo(0, 0);
  });

  test('mirrors left and right', () => {
    const image = ramp(40, 30, 4);
    const region = { centerX: 17.3, centerY: 14.1, sizePx: 12, rollRad: 0.3 };
    const plain = new Float32Array(3 * 16 * 16);
    const mirrored = new Float32Array(3 * 16 * 16);
    const cropper = new RegionCropper(16);
    cropper.crop(image, region, RANGE_0_TO_1, plain);
    cropper.crop(image, region, RANGE_0_TO_1, mirrored, 0, true);
    for (let column = 0; column < 16; column++) {
      expect(colourAt(mirrored, 16, column, 3)[0]).toBeCloseTo(colourAt(plain, 16, 15 - column, 3)[0], 3);
    }
  });

  test('is black where the square leaves the picture, whatever the range of values', () => {
    const white = createRgbaImage(10, 10);
    white.data.fill(255);
    const out = new Float32Array(3 * 16 * 16);
    new RegionCropper(16).crop(white, { centerX: 0, centerY: 5, sizePx: 16, ...upright }, RANGE_MINUS_1_TO_1, out);
    expect(out[8 * 16 + 7]).toBeCloseTo(-1);
    expect(out[8 * 16 + 8]).toBeCloseTo(1);
    expect(out[2 * 16 + 12]).toBeCloseTo(-1);
  });

  test('averages the pixels between samples instead of skipping them', () => {
    const stripes = createRgbaImage(400, 400);
    for (let i = 0; i < 400 * 400; i++) stripes.data.fill(i % 2 ? 255 : 0, 4 * i, 4 * i + 3);
    const out = new Float32Array(3 * 50 * 50);
    new RegionCropper(50).crop(stripes, { centerX: 200, centerY: 200, sizePx: 400, ...upright }, RANGE_0_TO_1, out);
    expect(Math.min(...out)).toBeGreaterThan(0.49);
    expect(Math.max(...out)).toBeLessThan(0.51);
  });

  test('averages fours exactly, rounded, up to white', () => {
    const picture = createRgbaImage(16, 16);
    for (let i = 0; i < picture.data.length; i++) picture.data[i] = i < 512 ? 255 : (i * 101) % 256;
    const out = new Float32Array(3 * 8 * 8);
    new RegionCropper(8).crop(picture, { centerX: 8, centerY: 8, sizePx: 16, rollRad: 0 }, { scale: 1, bias: 0 }, out);
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        for (let channel = 0; channel < 3; channel++) {
          const at = (dx: number, dy: number) => picture.data[4 * ((2 * y + dy) * 16 + 2 * x + dx) + channel];
          const mean = Math.floor((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4);
          expect(out[channel * 64 + y * 8 + x]).toBeCloseTo(mean, 4);
        }
      }
    }
  });

  test.each([
    ['inside', { centerX: 31.3, centerY: 27.8, sizePx: 22, rollRad: 0.4 }, false],
    ['inside, mirrored', { centerX: 31.3, centerY: 27.8, sizePx: 22, rollRad: -2.1 }, true],
    ['over the edges', { centerX: 5.2, centerY: 50.1, sizePx: 27, rollRad: 0.7 }, false],
  ])('samples as the formula of bilinear interpolation says: %s', (_, region, mirrored) => {
    const [side, width, height] = [24, 60, 55];
    const image = createRgbaImage(width, height);
    for (let i = 0; i < image.data.length; i++) image.data[i] = (Math.imul(i + 1, 2654435761) >>> 8) % 256;
    const out = new Float32Array(3 * side * side);
    new RegionCropper(side).crop(image, region, RANGE_MINUS_1_TO_1, out, 0, mirrored);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const u = ((column + 0.5) / side - 0.5) * region.sizePx * (mirrored ? -1 : 1);
        const v = ((row + 0.5) / side - 0.5) * region.sizePx;
        const x = region.centerX + u * Math.cos(region.rollRad) - v * Math.sin(region.rollRad);
        const y = region.centerY + u * Math.sin(region.rollRad) + v * Math.cos(region.rollRad);
        for (let channel = 0; channel < 3; channel++) {
          const expected = interpolated(image, x - 0.5, y - 0.5, channel) / 127.5 - 1;
          expect(Math.abs(out[channel * side * side + row * side + column] - expected)).toBeLessThan(2e-4);
        }
      }
    }
  });

  test('gives the same after a larger picture and a larger square as before', () => {
    const small = ramp(30, 30);
    const region = { centerX: 14, centerY: 15, sizePx: 14, rollRad: 0.2 };
    const crop = () => {
      const out = new Float32Array(3 * 16 * 16);
      new RegionCropper(16).crop(small, region, RANGE_0_TO_1, out);
      return out;
    };
    const before = crop();
    const large = { centerX: 700, centerY: 600, sizePx: 1200, rollRad: 0.1 };
    new RegionCropper(400).crop(createRgbaImage(1500, 1300), large, RANGE_0_TO_1, new Float32Array(3 * 400 * 400));
    expect(crop()).toEqual(before);
  });

  test.each([1.4, 2, 3.3, 9, 40])('places a picture reduced %s times where it belongs', (factor) => {
    const side = 16;
    const image = ramp(900, 900, 255 / 900);
    const region = { centerX: 430, centerY: 460, sizePx: factor * side, rollRad: 0.5 };
    const out = new Float32Array(3 * side * side);
    new RegionCropper(side).crop(image, region, RANGE_0_TO_1, out);
    const x = region.centerX + factor * ((3 - 7.5) * Math.cos(0.5) - (12 - 7.5) * Math.sin(0.5));
    const y = region.centerY + factor * ((3 - 7.5) * Math.sin(0.5) + (12 - 7.5) * Math.cos(0.5));
    const [red, green] = colourAt(out, side, 3, 12);
    // Colours are whole numbers, one of them 3.5 pixels wide.
    expect(Math.abs((red * 900) / 255 - x)).toBeLessThan(4);
    expect(Math.abs((green * 900) / 255 - y)).toBeLessThan(4);
  });

  test('writes the second square of a batch behind the first', () => {
    const out = new Float32Array(2 * 3 * 8 * 8).fill(-5);
    const region = { centerX: 5, centerY: 5, sizePx: 8, ...upright };
    new RegionCropper(8).crop(ramp(10, 10), region, RANGE_0_TO_1, out, 3 * 8 * 8);
    expect(out.subarray(0, 3 * 8 * 8).every((value) => value === -5)).toBe(true);
    expect(out.subarray(3 * 8 * 8).every((value) => value >= 0)).toBe(true);
  });

  test.each([
    [1, 1],
    [1, 7],
    [300, 2],
    [3, 1000],
  ])('takes a picture of %d×%d', (width, height) => {
    const image = createRgbaImage(width, height);
    image.data.fill(255);
    const out = new Float32Array(3 * 16 * 16);
    const region = { centerX: width / 2, centerY: height / 2, sizePx: Math.max(width, height), rollRad: 0.7 };
    new RegionCropper(16).crop(image, region, RANGE_0_TO_1, out);
    expect(out.every((value) => value >= 0 && value <= 1.0001)).toBe(true);
  });

  test('takes a picture that does not lie on a word boundary of its memory', () => {
    const image = ramp(20, 20);
    const memory = new Uint8Array(image.data.length + 1);
    memory.set(image.data, 1);
    const odd = { ...image, data: Buffer.from(memory.buffer, 1) };
    const region = { centerX: 10, centerY: 10, sizePx: 12, rollRad: 0.2 };
    const expected = new Float32Array(3 * 16 * 16);
    const actual = new Float32Array(3 * 16 * 16);
    new RegionCropper(16).crop(image, region, RANGE_0_TO_1, expected);
    new RegionCropper(16).crop(odd, region, RANGE_0_TO_1, actual);
    expect(actual).toEqual(expected);
  });

  test('takes a region that is larger than anything', () => {
    const image = createRgbaImage(20, 20);
    image.data.fill(255);
    const out = new Float32Array(3 * 16 * 16).fill(9);
    const region = { centerX: 10, centerY: 10, sizePx: 1e12, rollRad: 0.3 };
    new RegionCropper(16).crop(image, region, RANGE_0_TO_1, out);
    expect(out.every((value) => value >= 0 && value <= 1.0001)).toBe(true);
  });

  test('gives black for a region that is nowhere', () => {
    const out = new Float32Array(3 * 16 * 16).fill(9);
    const region = { centerX: Number.NaN, centerY: 5, sizePx: 8, ...upright };
    new RegionCropper(16).crop(ramp(10, 10), region, RANGE_0_TO_1, out);
    expect(out.every((value) => value === 0)).toBe(true);
  });
});

/** 0..255, at a place whose whole numbers are pixel centres. A pixel reaches half a pixel beyond its centre. */
function interpolated({ data, width, height }: RgbaImage, x: number, y: number, channel: number): number {
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) return 0;
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const at = (column: number, row: number) =>
    data[4 * (clamp(row, height - 1) * width + clamp(column, width - 1)) + channel];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [x - left, y - top];
  const above = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const below = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return above * (1 - bottom) + below * bottom;
}
