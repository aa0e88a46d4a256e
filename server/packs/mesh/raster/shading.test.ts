import { afterEach, describe, expect, it } from 'vitest';
import { POINT_VALUES, type ShadedBox, TriangleRasterizer } from './triangle-rasterizer.ts';

const SIZE = 200;
const GREY = 100;
/** Channels count from −8 on. */
const FLOOR = 8;
const opened: TriangleRasterizer[] = [];

afterEach(() => {
  for (const rasterizer of opened.splice(0)) rasterizer.close();
});

/** A grey picture and points to shade it by: x, y, changes of red, green and blue, and weight. */
function bench(width = SIZE, height = SIZE) {
  const rasterizer = new TriangleRasterizer(width, height);
  opened.push(rasterizer);
  rasterizer.picture.data.fill(GREY);
  const shade = (box: ShadedBox, points: readonly (readonly number[])[]) => {
    const changes = rasterizer.createChanges(points.length);
    points.forEach(([x, y, red, green, blue, weight], i) => {
      changes.points.set([red, green, blue, 1, x, y, weight, 0], POINT_VALUES * i);
    });
    rasterizer.shade(changes, box, FLOOR);
  };
  const colourAt = (x: number, y: number) => [...rasterizer.picture.data.subarray(4 * (y * width + x)).slice(0, 3)];
  return { rasterizer, shade, colourAt };
}

/** Points of one change over a box. */
function over({ left, top, right, bottom }: ShadedBox, step: number, change: readonly number[]): number[][] {
  const points: number[][] = [];
  for (let y = top; y <= bottom; y += step) {
    for (let x = left; x <= right; x += step) points.push([x, y, ...change]);
  }
  return points;
}

/** What `GREY` becomes. */
const changed = (change: number) => (GREY + FLOOR) * Math.exp(change) - FLOOR;

describe('TriangleRasterizer.shade', () => {
  it('multiplies what is known densely by what was said, and leaves alone what is far away', () => {
    const { shade, colourAt, rasterizer } = bench();
    const box = { left: 60, top: 60, right: 120, bottom: 120 };
    shade(box, over(box, 6, [-0.3, 0.1, 0.2, 1]));
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
    expect(rasterizer.picture.data[4 * (90 * SIZE + 90) + 3]).toBe(GREY);
  });

  it('keeps a fine structure where much is known, and bridges where little is', () => {
    const { shade, colourAt } = bench();
    // Dense on the left with a dark line in it, and three far points to the right.
    const dense = over({ left: 40, top: 40, right: 100, bottom: 160 }, 5, [0, 0, 0, 1]);
    for (const point of dense) if (point[0] === 70) point.fill(-0.4, 2, 5);
    const far = [70, 100, 130].map((y) => [140, y, 0.2, 0.2, 0.2, 1]);
    shade({ left: 40, top: 40, right: 160, bottom: 160 }, [...dense, ...far]);
    expect(colourAt(70, 100)[0]).toBeLessThan(GREY - 12);
    expect(Math.abs(colourAt(54, 100)[0] - GREY)).toBeLessThan(2);
    expect(Math.abs(colourAt(86, 100)[0] - GREY)).toBeLessThan(2);
    expect(colourAt(140, 100)[0]).toBeGreaterThan(GREY + 10);
    expect(colourAt(140, 115)[0]).toBeGreaterThan(GREY + 5);
  });

  it('has no edge: neighbouring pixels differ little anywhere', () => {
    const { shade, rasterizer } = bench();
    const box = { left: 80, top: 80, right: 120, bottom: 120 };
    shade(box, over(box, 8, [-0.5, -0.5, -0.5, 1.5]));
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
    ['over the right bottom corner', 173, 177],
    ['beyond the right bottom corner', 260, 260],
  ])('takes a face %s of a picture of odd size', (_, left, top) => {
    const [width, height] = [193, 197];
    const { shade, colourAt, rasterizer } = bench(width, height);
    const box = { left, top, right: left + 60, bottom: top + 60 };
    shade(box, over(box, 6, [-0.3, -0.3, -0.3, 1]));
    const isInPicture = left + 60 > 0 && left < width;
    if (isInPicture) {
      expect(colourAt(left < 0 ? 8 : width - 8, top < 0 ? 8 : height - 8)[0]).toBeLessThan(changed(-0.25));
      expect(colourAt(left < 0 ? width - 8 : 8, top < 0 ? height - 8 : 8)[0]).toBe(GREY);
    } else {
      expect(new Set(rasterizer.picture.data)).toEqual(new Set([GREY]));
    }
  });

  it('forgets the frame before', () => {
    const [first, second] = [bench(), bench()];
    const box = { left: 60, top: 60, right: 90, bottom: 90 };
    first.shade({ left: 100, top: 20, right: 190, bottom: 180 }, [[150, 100, 0.2, 0.2, 0.2, 1]]);
    first.rasterizer.picture.data.fill(GREY);
    for (const { shade } of [first, second]) shade(box, [[75, 75, -0.3, 0, 0.2, 1]]);
    expect(first.rasterizer.picture.data).toEqual(second.rasterizer.picture.data);
  });

  it('takes no points of another rasteriser, and not more than it has room for', () => {
    const [{ rasterizer }, other] = [bench(), bench()];
    const changes = rasterizer.createChanges(1);
    expect(() => other.rasterizer.shade(changes, { left: 0, top: 0, right: 9, bottom: 9 })).toThrow(RangeError);
    expect(() => rasterizer.createChanges(1025)).toThrow(RangeError);
  });
});
