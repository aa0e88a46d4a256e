import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { ContactSheet } from './contact-sheet.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-sheet-'));
});
afterAll(() => rm(folder, { recursive: true }));

function plain(grey: number): RgbaImage {
  const image = createRgbaImage(64, 64);
  for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = grey;
  return image;
}

test('shows frames of the whole clip and the worst ones: true, ours and four times the difference', async () => {
  const sheet = new ContactSheet();
  // The camera's frame n is of grey n; ours errs most at 40, and nearly so beside it.
  for (let index = 0; index < 100; index++) {
    const error = index === 40 ? 0.5 : index === 41 ? 0.4 : 0.1 - index / 10_000;
    await sheet.offer(index, error, plain(index), plain(index === 40 ? 90 : index + 10));
  }
  const path = join(folder, 'sheet.png');
  expect(await sheet.write(path)).toBe(true);
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const tilePx = (info.height - 24) / 3;
  const columns = info.width / tilePx;
  const grey = (column: number, row: number) =>
    data[3 * (Math.floor((row + 0.5) * tilePx) * info.width + Math.floor((column + 0.5) * tilePx))];
  const shown = Array.from({ length: columns }, (_, column) => grey(column, 0));
  const spread = shown.slice(0, -4);
  expect(spread.length).toBeGreaterThan(4);
  expect(spread).toEqual(spread.toSorted((a, b) => a - b));
  expect(spread.at(-1)).toBeGreaterThan(70);
  // The worst one first, its neighbour not beside it, others far from it.
  const worst = shown.slice(-4);
  expect(worst[0]).toBe(40);
  expect(
    worst.slice(1).every((index, i, rest) => [40, ...rest.slice(0, i)].every((o) => Math.abs(o - index) >= 12)),
  ).toBe(true);
  expect([grey(columns - 4, 1), grey(columns - 4, 2)]).toEqual([90, 200]);
  // Captions: light ones below the spread frames, red ones below the worst.
  const caption = (column: number) => {
    const pixels: number[][] = [];
    for (let y = 3 * tilePx; y < info.height; y++) {
      for (let x = column * tilePx; x < (column + 1) * tilePx; x++) {
        const at = 3 * (y * info.width + x);
        if (data[at] > 100) pixels.push([...data.subarray(at, at + 3)]);
      }
    }
    return pixels;
  };
  expect(caption(0).length).toBeGreaterThan(100);
  expect(caption(0).every(([red, , blue]) => red === blue)).toBe(true);
  expect(caption(columns - 1).every(([red, , blue]) => red > blue + 100)).toBe(true);
});

test('without a frame there is no sheet', async () => {
  expect(await new ContactSheet().write(join(folder, 'none.png'))).toBe(false);
});
