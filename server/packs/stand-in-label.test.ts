import { describe, expect, test } from 'vitest';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { drawStandInLabel } from './stand-in-label.ts';

const GREY = 160;

function labelled(width: number, height: number) {
  const image = createRgbaImage(width, height);
  for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = GREY;
  drawStandInLabel(image);
  return image;
}

/** How many pixels of some rows are bright, and how many dark. */
function count({ width, data }: ReturnType<typeof labelled>, fromRow: number, toRow: number) {
  const values = data.subarray(4 * width * fromRow, 4 * width * toRow).filter((_, i) => i % 4 === 0);
  return { white: values.filter((value) => value === 255).length, dark: values.filter((value) => value < 64).length };
}

describe('drawStandInLabel', () => {
  test('writes in white on a dark band along the top, and leaves the rest', () => {
    const image = labelled(512, 512);
    const { white, dark } = count(image, 0, 84);
    expect(white).toBeGreaterThan(4000);
    expect(dark).toBeGreaterThan(4 * white);
    expect(count(image, 120, 512)).toEqual({ white: 0, dark: 0 });
  });

  test('fits pictures of any size', () => {
    for (const size of [256, 160, 64, 8]) {
      const { white, dark } = count(labelled(size, size), 0, size);
      expect(white).toBeGreaterThan(size === 8 ? 0 : size);
      expect(dark).toBeGreaterThan(0);
    }
  });

  test('is the same on every machine', () => {
    const { data, width } = labelled(160, 100);
    const row = [...data.subarray(4 * width * 4, 4 * width * 5)].filter((_, i) => i % 4 === 0);
    const dots = row.map((value) => (value === 255 ? '#' : '.')).join('');
    expect(dots.slice(35, 125)).toBe(
      '####...###..#...#.####...###..#...#.......#...#.#####..###...###..#...#.#####..####.......',
    );
  });
});
