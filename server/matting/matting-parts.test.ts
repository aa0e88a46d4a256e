import { describe, expect, test } from 'vitest';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { shrink } from './color-planes.ts';
import { connectedPieces } from './connected-pieces.ts';
import { distanceTransform } from './distance-transform.ts';
import { fillSmoothly } from './fill-smoothly.ts';
import { GridCut, hasNeighbour, NEIGHBOUR_COUNT, neighbourOffset } from './grid-cut.ts';
import { grain } from './testing/drawn-person.ts';
import { unmixLayers } from './unmix-layers.ts';

test('a minimum cut is the cheapest of all labellings', () => {
  const [width, height] = [4, 3];
  const count = width * height;
  for (let trial = 0; trial < 40; trial++) {
    const terminal = Float32Array.from({ length: count }, (_, i) => Math.round(20 * grain(i, trial, 0)));
    const links = Array.from({ length: NEIGHBOUR_COUNT }, () => new Float32Array(count));
    for (let d = 0; d < NEIGHBOUR_COUNT; d += 2) {
      for (let i = 0; i < count; i++) {
        if (!hasNeighbour(d, i % width, Math.floor(i / width), width, height)) continue;
        const cost = Math.round(5 + 5 * grain(i, trial, d + 1));
        links[d][i] = cost;
        links[d ^ 1][i + neighbourOffset(d, width)] = cost;
      }
    }
    const kept = links.map((plane) => plane.slice());
    const costOf = (label: (pixel: number) => number) => {
      let cost = 0;
      for (let i = 0; i < count; i++) {
        cost += label(i) ? Math.max(0, -terminal[i]) : Math.max(0, terminal[i]);
        for (let d = 0; d < NEIGHBOUR_COUNT; d += 2) {
          if (kept[d][i] > 0 && label(i) !== label(i + neighbourOffset(d, width))) cost += kept[d][i];
        }
      }
      return cost;
    };
    let cheapest = Infinity;
    for (let bits = 0; bits < 1 << count; bits++)
      cheapest = Math.min(
        cheapest,
        costOf((pixel) => (bits >> pixel) & 1),
      );
    const labels = new GridCut(width, height, terminal, links).solve();
    expect(costOf((pixel) => labels[pixel])).toBe(cheapest);
  }
});

test('distances are those to the nearest pixel of the set', () => {
  const [width, height] = [13, 9];
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (grain(i, 2, 3) > 0.85 ? 1 : 0));
  const { distances, nearest } = distanceTransform(mask, width, height);
  for (let i = 0; i < mask.length; i++) {
    const to = (k: number) => Math.hypot((k % width) - (i % width), Math.floor(k / width) - Math.floor(i / width));
    const least = Math.min(...[...mask.keys()].filter((k) => mask[k]).map(to));
    expect(distances[i]).toBeCloseTo(least, 4);
    expect(to(nearest[i])).toBeCloseTo(least, 4);
  }
  expect(distanceTransform(new Uint8Array(4), 2, 2)).toEqual({
    distances: new Float32Array(4).fill(Infinity),
    nearest: new Int32Array(4).fill(-1),
  });
});

test('a hole in a gradient is filled by the gradient', () => {
  const size = 40;
  const plane = Float32Array.from({ length: size * size }, (_, i) => 2 * (i % size) + Math.floor(i / size));
  const known = plane.map((_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return x > 10 && x < 28 && y > 12 && y < 30 ? 0 : 1;
  });
  const filled = fillSmoothly(
    plane.map((value, i) => (known[i] ? value : 999)),
    1,
    known,
    size,
    size,
  );
  filled.forEach((value, i) => {
    expect(Math.abs(value - plane[i])).toBeLessThan(known[i] ? 1e-3 : 3);
  });
});

test('shrinking keeps the mean', () => {
  const plane = Float32Array.from({ length: 30 * 20 }, (_, i) => grain(i, 1, 1));
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value) / values.length;
  expect(mean(shrink(plane, 1, [30, 20], [7, 9]))).toBeCloseTo(mean(plane), 4);
});

test('pieces hang together by rows and columns, not by corners', () => {
  const labels = Uint8Array.from([1, 1, 0, 0, 0, 1, 1, 0, 0]);
  expect(connectedPieces(labels, 1, 3, 3).sizes).toEqual([2, 1, 1]);
});

describe('unmixing', () => {
  test('gives layers that are the picture again, whatever the estimates', () => {
    const [width, height] = [24, 24];
    const still = createRgbaImage(width, height);
    const noise = (c: number) =>
      Float32Array.from({ length: 3 * width * height }, (_, i) => 128 + 128 * grain(i, c, 2));
    for (let i = 0; i < still.data.length; i++) if (i % 4 < 3) still.data[i] = 127 + 127 * grain(i, 7, 7);
    const alpha = Float32Array.from({ length: width * height }, (_, i) => 0.5 + 0.55 * grain(i, 9, 9)).map((a) =>
      Math.min(1, Math.max(0, a)),
    );
    const background = { colors: noise(3), variation: new Float32Array(width * height).fill(4) };
    const layers = unmixLayers(still, alpha, noise(2), background);
    for (let i = 0; i < still.data.length; i++) {
      if (i % 4 === 3) continue;
      const a = layers.person.data[i - (i % 4) + 3] / 255;
      const both = a * layers.person.data[i] + (1 - a) * layers.background.data[i];
      expect(Math.abs(both - still.data[i])).toBeLessThanOrEqual(2);
    }
  });
});
