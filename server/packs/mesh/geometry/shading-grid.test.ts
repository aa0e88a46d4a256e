import { afterEach, describe, expect, it } from 'vitest';
import { TriangleRasterizer } from '../raster/triangle-rasterizer.ts';
import { FLOOR } from './face-light.ts';
import { ShadingGrid } from './shading-grid.ts';

const SIZE = 200;
const GREY = 100;
const opened: TriangleRasterizer[] = [];

afterEach(() => {
  for (const rasterizer of opened.splice(0)) rasterizer.close();
});

function bench() {
  const rasterizer = new TriangleRasterizer(SIZE, SIZE);
  opened.push(rasterizer);
  rasterizer.picture.data.fill(GREY);
  const colourAt = (x: number, y: number) => [...rasterizer.picture.data.subarray(4 * (y * SIZE + x)).slice(0, 3)];
  return { rasterizer, grid: new ShadingGrid(rasterizer), colourAt };
}

/** What `GREY` becomes. */
const changed = (change: number) => (GREY + FLOOR) * Math.exp(change) - FLOOR;

describe('ShadingGrid', () => {
  it('multiplies what is known densely by what was said, and leaves alone what is far away', () => {
    const { grid, colourAt } = bench();
    grid.begin({ left: 60, top: 60, right: 120, bottom: 120 });
    for (let y = 60; y <= 120; y += 6) {
      for (let x = 60; x <= 120; x += 6) grid.add(x, y, -0.3, 0.1, 0.2, 1);
    }
    grid.multiply();
    [-0.3, 0.1, 0.2].forEach((change, k) => {
      expect(Math.abs(colourAt(90, 90)[k] - changed(change))).toBeLessThan(4);
    });
    for (const [x, y] of [
      [90, 10],
      [180, 90],
      [5, 195],
    ]) {
      expect(colourAt(x, y)).toEqual([GREY, GREY, GREY]);
    }
  });

  it('keeps a fine structure where much is known, and bridges where little is', () => {
    const { grid, colourAt } = bench();
    grid.begin({ left: 40, top: 40, right: 160, bottom: 160 });
    // Dense on the left with a dark line in it, and two far points to the right.
    for (let y = 40; y <= 160; y += 5) {
      for (let x = 40; x <= 100; x += 5) {
        const change = x === 70 ? -0.4 : 0;
        grid.add(x, y, change, change, change, 1);
      }
    }
    for (const y of [70, 100, 130]) grid.add(140, y, 0.2, 0.2, 0.2, 1);
    grid.multiply();
    expect(colourAt(70, 100)[0]).toBeLessThan(GREY - 12);
    expect(Math.abs(colourAt(54, 100)[0] - GREY)).toBeLessThan(2);
    expect(Math.abs(colourAt(86, 100)[0] - GREY)).toBeLessThan(2);
    expect(colourAt(140, 100)[0]).toBeGreaterThan(GREY + 10);
    expect(colourAt(140, 115)[0]).toBeGreaterThan(GREY + 5);
  });

  it('has no edge: neighbouring pixels differ little anywhere', () => {
    const { grid, rasterizer } = bench();
    grid.begin({ left: 80, top: 80, right: 120, bottom: 120 });
    for (let y = 80; y <= 120; y += 8) for (let x = 80; x <= 120; x += 8) grid.add(x, y, -0.5, -0.5, -0.5, 1.5);
    grid.multiply();
    let steepest = 0;
    const { data } = rasterizer.picture;
    for (let i = 4; i < data.length - 4 * SIZE; i += 4) {
      if ((i >> 2) % SIZE === 0) continue;
      steepest = Math.max(steepest, Math.abs(data[i] - data[i - 4]), Math.abs(data[i] - data[i + 4 * SIZE]));
    }
    expect(data.reduce((least, value) => Math.min(least, value))).toBeLessThan(changed(-0.4));
    expect(steepest).toBeLessThanOrEqual(5);
  });

  it.each([
    ['beyond the left top corner', -90, -90],
    ['over the left top corner', -20, -20],
    ['over the right bottom corner', 180, 180],
    ['beyond the right bottom corner', 260, 260],
  ])('takes a face %s', (_, left, top) => {
    const { grid, rasterizer } = bench();
    grid.begin({ left, top, right: left + 60, bottom: top + 60 });
    for (let y = top; y <= top + 60; y += 6)
      for (let x = left; x <= left + 60; x += 6) grid.add(x, y, -0.3, -0.3, -0.3, 1);
    grid.multiply();
    const isInPicture = left + 60 > 0 && left < SIZE;
    const [x, y] = [left < 0 ? 10 : SIZE - 10, top < 0 ? 10 : SIZE - 10];
    const value = rasterizer.picture.data[4 * (y * SIZE + x)];
    if (isInPicture) expect(value).toBeLessThan(changed(-0.25));
    else expect(new Set(rasterizer.picture.data)).toEqual(new Set([GREY]));
  });

  it('forgets the frame before', () => {
    const [first, second] = [bench(), bench()];
    const box = { left: 60, top: 60, right: 90, bottom: 90 };
    first.grid.begin({ left: 100, top: 20, right: 190, bottom: 180 });
    first.grid.add(150, 100, 0.2, 0.2, 0.2, 1);
    first.grid.multiply();
    first.rasterizer.picture.data.fill(GREY);
    for (const { grid } of [first, second]) {
      grid.begin(box);
      grid.add(75, 75, -0.3, 0, 0.2, 1);
      grid.multiply();
    }
    expect(first.rasterizer.picture.data).toEqual(second.rasterizer.picture.data);
  });
});
