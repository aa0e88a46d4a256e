import { describe, expect, test } from 'vitest';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { type Orientation, parseDisplayMatrix, swapsSides, turnUpright, UPRIGHT } from './orientation.ts';

/** A display matrix with the given a, b, c, d. */
function matrix(...[a, b, c, d]: number[]): Buffer {
  const buffer = Buffer.alloc(36);
  for (const [i, value] of [a, b, 0, c, d, 0, 0, 0].entries()) buffer.writeInt32LE(value * 65536, i * 4);
  buffer.writeInt32LE(1 << 30, 32);
  return buffer;
}

/** A 3×2 picture of the letters, and back. */
function picture(text: string, width = 3): RgbaImage {
  const image = createRgbaImage(width, text.length / width);
  for (let i = 0; i < text.length; i++) image.data[i * 4] = text.charCodeAt(i);
  return image;
}

function letters({ data, width }: RgbaImage): string {
  const text = Array.from({ length: data.length / 4 }, (_, i) => String.fromCharCode(data[i * 4])).join('');
  return text.replaceAll(new RegExp(`.{${width}}(?=.)`, 'g'), '$&/');
}

function turned(orientation: Orientation): string {
  const out = swapsSides(orientation) ? createRgbaImage(2, 3) : createRgbaImage(3, 2);
  turnUpright(picture('abcdef'), orientation, out);
  return letters(out);
}

describe('orientation', () => {
  test.each([
    ['upright', [1, 0, 0, 1], 'abc/def'],
    ['a quarter clockwise', [0, 1, -1, 0], 'da/eb/fc'],
    ['upside down', [-1, 0, 0, -1], 'fed/cba'],
    ['a quarter counter-clockwise', [0, -1, 1, 0], 'cf/be/ad'],
    ['mirrored', [-1, 0, 0, 1], 'cba/fed'],
    ['mirrored and a quarter turned', [0, 1, 1, 0], 'ad/be/cf'],
  ])('shows a picture %s', (_name, values, expected) => {
    expect(turned(parseDisplayMatrix(matrix(...values)))).toBe(expected);
  });

  test('leaves other angles and damaged matrices alone', () => {
    expect(parseDisplayMatrix(matrix(0.7, 0.7, -0.7, 0.7))).toEqual(UPRIGHT);
    expect(parseDisplayMatrix(Buffer.alloc(36))).toEqual(UPRIGHT);
    expect(parseDisplayMatrix(Buffer.alloc(5))).toEqual(UPRIGHT);
  });
});
