import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import { TriangleRasterizer } from './triangle-rasterizer.ts';

const SIZE = 32;
/** A picture in one colour, and a canvas to draw pieces of it on. */
function bench(value: number) {
  const picture = createRgbaImage(SIZE, SIZE);
  picture.data.fill(value);
  const rasterizer = new TriangleRasterizer(SIZE, SIZE);
  const canvas = createRgbaImage(SIZE, SIZE);
  rasterizer.setBackground(canvas);
  rasterizer.begin();
  return { texture: rasterizer.createTexture(picture), rasterizer, canvas };
}

describe('TriangleRasterizer', () => {
  it('leaves no gap between triangles that share edges, and draws nothing outside of them', () => {
    const coordinate = fc.double({ min: 4, max: 28, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const { texture, rasterizer, canvas } = bench(200);
        // A square around any inner point, as four triangles.
        const target = Float32Array.of(2, 2, 0, 30, 2, 0, 30, 30, 0, 2, 30, 0, x, y, 0);
        const source = target.map((value) => value / 2);
        rasterizer.draw(Uint16Array.of(0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4), target, source, texture);
        rasterizer.composite(canvas);
        for (let py = 0; py < SIZE; py++) {
          for (let px = 0; px < SIZE; px++) {
            const inside = px >= 2 && px < 30 && py >= 2 && py < 30;
            expect(canvas.data[4 * (py * SIZE + px)]).toBe(inside ? 200 : 0);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows the nearest, whichever is drawn first and however it is wound', () => {
    const far = bench(50);
    const near = bench(220).texture;
    const corners = (z: number) => Float32Array.of(4, 4, z, 28, 4, z, 4, 28, z);
    const shifted = corners(0).map((value) => value + 1);
    far.rasterizer.draw(Uint16Array.of(0, 2, 1), corners(1), shifted, near);
    far.rasterizer.draw(Uint16Array.of(0, 1, 2), corners(2), shifted, far.texture);
    far.rasterizer.composite(far.canvas);
    expect(far.canvas.data[4 * (8 * SIZE + 8)]).toBe(220);
  });

  it('takes colours from where the corners come from', () => {
    const picture = createRgbaImage(SIZE, SIZE);
    for (let i = 0; i < SIZE * SIZE; i++) picture.data[4 * i] = 8 * (i % SIZE);
    const { rasterizer, canvas } = bench(0);
    const target = Float32Array.of(0, 0, 0, 32, 0, 0, 32, 32, 0, 0, 32, 0);
    // The left half of the picture, twice as wide.
    const source = Float32Array.of(0, 0, 0, 16, 0, 0, 16, 32, 0, 0, 32, 0);
    rasterizer.draw(Uint16Array.of(0, 1, 2, 0, 2, 3), target, source, rasterizer.createTexture(picture));
    rasterizer.composite(canvas);
    for (const x of [5, 16, 27])
      expect(Math.abs(canvas.data[4 * (9 * SIZE + x)] - 4 * (x - 0.5))).toBeLessThanOrEqual(2);
  });

  it('survives triangles without area, outside of the picture and far larger than it', () => {
    const { texture, rasterizer, canvas } = bench(90);
    const target = Float32Array.of(
      5,
      5,
      0,
      5,
      5,
      0,
      5,
      5,
      0,
      -900,
      -900,
      0,
      -800,
      -900,
      0,
      -900,
      -800,
      0,
      -1e6,
      -1e6,
      0,
      3e6,
      -1e6,
      0,
      -1e6,
      3e6,
      0,
    );
    rasterizer.draw(
      Uint16Array.of(0, 1, 2, 3, 4, 5),
      target,
      target.map((v) => v + 1),
      texture,
    );
    rasterizer.composite(canvas);
    expect(canvas.data[4 * (5 * SIZE + 5)]).toBe(0);
    rasterizer.draw(
      Uint16Array.of(6, 7, 8),
      target,
      target.map((v) => v + 1),
      texture,
    );
    rasterizer.composite(canvas);
    expect(canvas.data[4 * (5 * SIZE + 5)]).toBe(90);
  });

  it('softens the edge of what hides something, not the seam of what lies side by side', () => {
    const { rasterizer, canvas, texture } = bench(240);
    const quad = (x0: number, x1: number, z: number) => Float32Array.of(x0, 0, z, x1, 0, z, x1, 32, z, x0, 32, z);
    const triangles = Uint16Array.of(0, 1, 2, 0, 2, 3);
    const dark = bench(40).texture;
    rasterizer.draw(triangles, quad(0, 16, 0), quad(1, 17, 0), texture);
    rasterizer.draw(triangles, quad(0, 32, 1000), quad(1, 33, 1000), dark);
    const at = (x: number) => canvas.data[4 * (9 * SIZE + x)];
    const box = { left: 0, top: 0, right: SIZE, bottom: SIZE };
    rasterizer.softenEdges({ ...box, jump: 2000, behind: 1e6 });
    rasterizer.composite(canvas);
    expect([at(15), at(16)]).toEqual([240, 40]);
    rasterizer.softenEdges({ ...box, jump: 20, behind: 1e6 });
    rasterizer.composite(canvas);
    expect(at(15)).toBeLessThan(220);
    expect(at(16)).toBeGreaterThan(60);
    expect([at(12), at(20)]).toEqual([240, 40]);
  });
});
