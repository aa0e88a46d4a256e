import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import { kernelCounts } from './raster-kernel.ts';
import type { Corner } from './testing/reference-rasterizer.ts';
import { ReferenceRasterizer } from './testing/reference-rasterizer.ts';
import { TriangleRasterizer } from './triangle-rasterizer.ts';

const SIZE = 32;
const opened: TriangleRasterizer[] = [];
afterEach(() => {
  for (const rasterizer of opened.splice(0)) rasterizer.close();
});

function uniform(value: number, alpha = 255): RgbaImage {
  const picture = createRgbaImage(SIZE, SIZE);
  for (let i = 0; i < picture.data.length; i += 4) picture.data.set([value, value, value, alpha], i);
  return picture;
}

/** Linear in x and y, so that it is known between its pixels too. */
function ramp(alphaOf: (x: number, y: number) => number = () => 255): RgbaImage {
  const picture = createRgbaImage(SIZE, SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) picture.data.set([7 * x, 6 * y, 3 * (x + y), alphaOf(x, y)], 4 * (y * SIZE + x));
  }
  return picture;
}

/** A picture begun on a background of one grey. */
function bench(background = 0) {
  const rasterizer = new TriangleRasterizer(SIZE, SIZE);
  opened.push(rasterizer);
  const canvas = createRgbaImage(SIZE, SIZE);
  rasterizer.setBackground(uniform(background));
  rasterizer.begin();
  const seen = (x: number, y: number) => {
    rasterizer.composite(canvas);
    return canvas.data[4 * (y * SIZE + x)];
  };
  return { rasterizer, canvas, seen };
}

const quadTriangles = Uint16Array.of(0, 1, 2, 0, 2, 3);
const quad = (x0: number, x1: number, z: number) => Float32Array.of(x0, 0, z, x1, 0, z, x1, SIZE, z, x0, SIZE, z);
const everywhere = { left: -5, top: -5, right: SIZE + 5, bottom: SIZE + 5 };

function draw(rasterizer: TriangleRasterizer, corners: readonly Corner[], texture: RgbaImage, opacity = 1): void {
  const target = Float32Array.from(corners.flatMap((corner) => corner.slice(0, 3)));
  const source = Float32Array.from(corners.flatMap(([, , , u, v]) => [u, v, 0]));
  const made = rasterizer.createTexture(texture, 'alpha');
  rasterizer.draw(Uint16Array.from(corners.keys()), target, source, made, { opacity });
}

function largestDifference(a: RgbaImage, b: RgbaImage): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

describe('TriangleRasterizer', () => {
  it('leaves no gap between triangles that share edges, no pixel twice, and nothing outside of them', () => {
    const coordinate = fc.double({ min: 4, max: 28, noNaN: true });
    const { rasterizer, canvas } = bench();
    // Half translucent: a pixel drawn twice would be brighter.
    const texture = rasterizer.createTexture(uniform(200, 128), 'alpha');
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        rasterizer.begin();
        // A square around any inner point, as four triangles.
        const target = Float32Array.of(2, 2, 0, 30, 2, 0, 30, 30, 0, 2, 30, 0, x, y, 0);
        const source = target.map((value) => value / 2);
        rasterizer.draw(Uint16Array.of(0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4), target, source, texture);
        rasterizer.composite(canvas);
        const wrong = [...Array(SIZE * SIZE).keys()].filter((i) => {
          const inside = [i % SIZE, Math.floor(i / SIZE)].every((p) => p >= 2 && p < 30);
          return canvas.data[4 * i] !== (inside ? 100 : 0);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('draws what the definitions say: opaque triangles in any order, within one level', () => {
    const corner = fc.tuple(...[0, 1, 2, 3, 4].map(() => fc.double({ min: -6, max: 38, noNaN: true })));
    const triangle = fc.tuple(corner, corner, corner);
    const texture = ramp();
    fc.assert(
      fc.property(fc.array(triangle, { minLength: 1, maxLength: 4 }), (triangles) => {
        const { rasterizer, canvas } = bench(90);
        const reference = new ReferenceRasterizer(uniform(90));
        triangles.forEach((corners, i) => {
          // Apart in depth by more than rounding, sloping, near ones now first, now last.
          const placed = corners.map(([x, y, z, u, v]) => {
            const f = Math.fround;
            const texel = (t: number) => f(Math.min(31, Math.max(1, t)));
            return [f(x), f(y), f(z + 100 * ((i * 3) % 4)), texel(u), texel(v)] as const;
          }) as unknown as [Corner, Corner, Corner];
          // Slivers have gradients too steep for any precision.
          const [a, b, c] = placed;
          if (Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) < 40) return;
          draw(rasterizer, placed, texture);
          reference.triangle(placed, texture);
        });
        rasterizer.composite(canvas);
        rasterizer.close();
        const { picture, unsure } = reference;
        const off = [...canvas.data.keys()].filter((i) => Math.abs(canvas.data[i] - picture.data[i]) > 1);
        expect(off.filter((i) => !unsure.has(i >> 2))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('mixes translucent triangles as the definitions say, within one level', () => {
    const { rasterizer, canvas } = bench(60);
    const reference = new ReferenceRasterizer(uniform(60));
    const soft = ramp((x) => 8 * x);
    const back = [
      [1.13, 2.07, 50, 2, 2],
      [30.21, 3.11, 50, 30, 2],
      [9.17, 31.3, 60, 5, 30],
    ] as const;
    const front = [
      [4.19, 30.23, 5, 3, 4],
      [2.29, 4.31, 9, 28, 3],
      [31.07, 20.37, 5, 20, 29],
    ] as const;
    draw(rasterizer, back, soft);
    draw(rasterizer, front, soft, 0.4);
    reference.triangle(back, soft);
    reference.triangle(front, soft, 0.4);
    rasterizer.composite(canvas);
    // The texture is doubled and premultiplied in 8 bits.
    expect(largestDifference(canvas, reference.picture)).toBeLessThanOrEqual(2);
  });

  it('shows the nearest, whichever is drawn first and however it is wound', () => {
    const { rasterizer, seen } = bench();
    const near = rasterizer.createTexture(uniform(220));
    const far = rasterizer.createTexture(uniform(50));
    const corners = (z: number) => Float32Array.of(4, 4, z, 28, 4, z, 4, 28, z);
    rasterizer.draw(Uint16Array.of(0, 2, 1), corners(1), corners(0), near);
    rasterizer.draw(Uint16Array.of(0, 1, 2), corners(2), corners(0), far);
    expect(seen(8, 8)).toBe(220);
  });

  it('puts what is drawn later and lies farther under what is translucent in front', () => {
    const { rasterizer, seen } = bench(10);
    const glass = rasterizer.createTexture(uniform(200, 102), 'alpha');
    const wall = rasterizer.createTexture(uniform(100));
    rasterizer.draw(quadTriangles, quad(0, SIZE, 1), quad(0, SIZE, 0), glass);
    rasterizer.draw(quadTriangles, quad(0, 16, 2), quad(0, SIZE, 0), wall);
    expect(seen(20, 9)).toBe(Math.round(200 * 0.4 + 10 * 0.6));
    expect(seen(5, 9)).toBe(Math.round(200 * 0.4 + 100 * 0.6));
  });

  it('draws nothing at alpha 0 and the colour itself at 255, without a fringe of the colours under alpha 0', () => {
    const picture = uniform(240);
    // The right half is transparent, and black there.
    for (let i = 0; i < SIZE * SIZE; i++) if (i % SIZE >= 16) picture.data.set([0, 0, 0, 0], 4 * i);
    const { rasterizer, canvas } = bench(240);
    const texture = rasterizer.createTexture(picture, 'alpha');
    rasterizer.draw(quadTriangles, quad(0, SIZE, 0), quad(0.3, SIZE + 0.3, 0), texture);
    rasterizer.composite(canvas);
    expect(largestDifference(canvas, uniform(240))).toBeLessThanOrEqual(1);
    // What is behind the transparent half is not hidden by it.
    const wall = rasterizer.createTexture(uniform(30));
    rasterizer.begin();
    rasterizer.draw(quadTriangles, quad(0, SIZE, 0), quad(0, SIZE, 0), texture);
    rasterizer.draw(quadTriangles, quad(0, SIZE, 5), quad(0, SIZE, 0), wall);
    rasterizer.composite(canvas);
    expect([canvas.data[4 * 3], canvas.data[4 * 28]]).toEqual([240, 30]);
  });

  it('finds the little that an almost empty texture holds', () => {
    const canvas = createRgbaImage(SIZE, SIZE);
    fc.assert(
      fc.property(fc.nat(SIZE - 1), fc.nat(SIZE - 1), (x, y) => {
        const picture = uniform(255, 0);
        picture.data[4 * (y * SIZE + x) + 3] = 255;
        const lone = new TriangleRasterizer(SIZE, SIZE);
        const texture = lone.createTexture(picture, 'alpha');
        lone.begin();
        lone.draw(quadTriangles, quad(0, SIZE, 0), quad(0, SIZE, 0), texture);
        lone.composite(canvas);
        lone.close();
        expect([...canvas.data.keys()].filter((i) => i % 4 === 0 && canvas.data[i] > 0)).toEqual([4 * (y * SIZE + x)]);
      }),
      { numRuns: 40 },
    );
  });

  it('returns the texture exactly where nothing moves, and the background where it is left out', () => {
    const { rasterizer, canvas } = bench(17);
    const picture = ramp();
    const texture = rasterizer.createTexture(picture);
    rasterizer.draw(quadTriangles, quad(0, SIZE, 3), quad(0, SIZE, 3), texture);
    rasterizer.composite(canvas);
    expect(canvas.data).toEqual(picture.data);
    rasterizer.begin();
    rasterizer.draw(quadTriangles, quad(0, SIZE, 3), quad(0, SIZE, 3), texture, { unmoved: 'skip' });
    rasterizer.composite(canvas);
    expect(canvas.data).toEqual(uniform(17).data);
  });

  it('survives corners that are not finite, without area, outside of the picture and far larger than it', () => {
    const anything = fc.oneof(
      fc.constantFrom(Number.NaN, Infinity, -Infinity, 3e38, -3e38, 0, -0, 1e-40, 1e6, -1e6, 16, 16.5, SIZE),
      fc.double({ min: -100, max: 100 }),
    );
    const { rasterizer, canvas } = bench(70);
    const texture = rasterizer.createTexture(uniform(70));
    const glass = rasterizer.createTexture(uniform(70, 100), 'alpha');
    fc.assert(
      fc.property(fc.array(anything, { minLength: 18, maxLength: 18 }), fc.boolean(), (values, translucent) => {
        rasterizer.begin();
        const [target, source] = [Float32Array.from(values.slice(0, 9)), Float32Array.from(values.slice(9))];
        rasterizer.draw(Uint16Array.of(0, 1, 2), target, source, translucent ? glass : texture);
        rasterizer.softenEdges({ ...everywhere, jump: 1, behind: 10, outline: true });
        rasterizer.composite(canvas);
        // Textures and background are of one grey, and stay so.
        expect(largestDifference(canvas, uniform(70))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
    const big = Float32Array.of(-1e6, -1e6, 0, 3e6, -1e6, 0, -1e6, 3e6, 0);
    rasterizer.setBackground(uniform(0));
    rasterizer.begin();
    rasterizer.draw(Uint16Array.of(0, 1, 2), big, big, texture);
    rasterizer.composite(canvas);
    expect(largestDifference(canvas, uniform(70))).toBe(0);
  });

  it('refuses indices beyond the vertices, pictures of other sizes and textures of others', () => {
    const { rasterizer, canvas } = bench(40);
    const texture = rasterizer.createTexture(uniform(200));
    const corners = quad(0, SIZE, 0);
    expect(() => rasterizer.draw(Uint16Array.of(0, 1, 2, 0, 1, 4), corners, corners, texture)).toThrow(RangeError);
    rasterizer.composite(canvas);
    expect(canvas.data[0]).toBe(40);
    const other = bench().rasterizer.createTexture(uniform(1));
    expect(() => rasterizer.draw(quadTriangles, corners, corners, other)).toThrow(RangeError);
    expect(() => rasterizer.composite(createRgbaImage(SIZE, SIZE - 1))).toThrow(RangeError);
    expect(() => rasterizer.setBackground(createRgbaImage(SIZE + 1, SIZE))).toThrow(RangeError);
    expect(() => new TriangleRasterizer(0, 5)).toThrow(RangeError);
    expect(() => {
      for (let i = 0; i < 8; i++) rasterizer.createTexture(uniform(1));
    }).toThrow(RangeError);
  });

  it('softens the edge of what hides something, not the seam of what lies side by side', () => {
    const { rasterizer, seen } = bench();
    const light = rasterizer.createTexture(uniform(240));
    const dark = rasterizer.createTexture(uniform(40));
    const paint = (jump: number) => {
      rasterizer.begin();
      rasterizer.draw(quadTriangles, quad(0, 16, 0), quad(0, 16, 0), light);
      rasterizer.draw(quadTriangles, quad(0, SIZE, 1000), quad(0, SIZE, 0), dark);
      rasterizer.softenEdges({ ...everywhere, jump, behind: 1e6 });
      rasterizer.composite(createRgbaImage(SIZE, SIZE));
      return [12, 15, 16, 20].map((x) => seen(x, 9));
    };
    expect(paint(2000)).toEqual([240, 240, 40, 40]);
    expect(paint(20)).toEqual([240, 190, 90, 40]);
    // Where the rings behind a face carry an offset, it does not count.
    rasterizer.begin();
    rasterizer.draw(quadTriangles, quad(0, 16, 0), quad(0, 16, 0), light);
    rasterizer.draw(quadTriangles, quad(0, SIZE, 1e4 + 10), quad(0, SIZE, 0), dark);
    rasterizer.softenEdges({ ...everywhere, jump: 20, behind: 1e4 });
    expect([seen(15, 9), seen(16, 9)]).toEqual([240, 40]);
  });

  it('softens the border of what is drawn where asked to', () => {
    const { rasterizer, seen } = bench(40);
    const light = rasterizer.createTexture(uniform(240));
    const paint = (outline: boolean) => {
      rasterizer.begin();
      rasterizer.draw(quadTriangles, quad(0, 16, 0), quad(0, 16, 0), light);
      rasterizer.softenEdges({ ...everywhere, jump: 20, behind: 1e6, outline });
      return [12, 15, 16, 20].map((x) => seen(x, 9));
    };
    expect(paint(false)).toEqual([240, 240, 40, 40]);
    expect(paint(true)).toEqual([240, 190, 90, 40]);
  });

  it('draws the same again, whatever was drawn before, in its own memory or in another’s', () => {
    const draws = (rasterizer: TriangleRasterizer) => {
      const out = createRgbaImage(SIZE, SIZE);
      const texture = rasterizer.createTexture(
        ramp((x) => 8 * x),
        'alpha',
      );
      rasterizer.begin();
      rasterizer.draw(quadTriangles, quad(3.3, 29.1, 2), quad(5, 25, 0), texture);
      rasterizer.softenEdges({ ...everywhere, jump: 1, behind: 10, outline: true });
      rasterizer.composite(out);
      return out.data;
    };
    const { rasterizer } = bench(50);
    const first = draws(rasterizer);
    expect(draws(rasterizer)).toEqual(first);
    rasterizer.close();
    expect(draws(bench(50).rasterizer)).toEqual(first);
    bench(200);
    expect(draws(bench(50).rasterizer)).toEqual(first);
  });

  it('gives its memory back: a hundred portraits one after the other need that of one', () => {
    const before = kernelCounts();
    const held = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) {
      const rasterizer = new TriangleRasterizer(512, 512);
      expect(kernelCounts().inUse).toBe(before.inUse + 1);
      rasterizer.close();
      rasterizer.close();
    }
    expect(kernelCounts().inUse).toBe(before.inUse);
    expect(kernelCounts().idle).toBeLessThanOrEqual(2);
    expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(60e6);
    expect(() => {
      const closed = new TriangleRasterizer(8, 8);
      closed.close();
      closed.begin();
    }).toThrow(/closed/);
  });
});
