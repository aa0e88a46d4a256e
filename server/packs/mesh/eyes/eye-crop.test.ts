import { describe, expect, it } from 'vitest';
import { EYES, mirrorPoints, RIGID_POINTS } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import { alignSimilarity, identitySimilarity } from '../../../motion/procrustes.ts';
import { COLOURS, drawPortrait } from '../testing/drawn-portrait.ts';
import { EyeCrop } from './eye-crop.ts';
import { drawLashGuide } from './lash-guide.ts';
import { lidGrain } from './lid-grain.ts';
import { CROP_HEIGHT, CROP_PX_PER_CM, CROP_WIDTH, openEyeMask } from './lid-planes.ts';

const { still, landmarks } = drawPortrait(512, 512);

function cropOf(points: Float32Array, index: 0 | 1): EyeCrop {
  const pose = alignSimilarity(CANONICAL_FACE, points, RIGID_POINTS, identitySimilarity());
  return new EyeCrop(points, EYES[index], pose, index);
}

/** The picture and its landmarks seen in a mirror, the eyes made unlike each other first. */
function mirrored({ width, height, data }: RgbaImage, points: Float32Array): [RgbaImage, Float32Array] {
  const seen = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + width - 1 - x);
      seen.set(data.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  const turned = mirrorPoints(points, new Float32Array(points.length));
  for (let i = 0; i < turned.length; i += 3) turned[i] += width;
  return [{ width, height, data: seen }, turned];
}

function farthest(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

describe('EyeCrop', () => {
  it('shows the eye level in its middle, at the scale that the net knows', () => {
    const crop = cropOf(landmarks.points, 0);
    const picture = crop.cut(still);
    const eye = EYES[0];
    const at = (point: number) => [landmarks.points[3 * point], landmarks.points[3 * point + 1]] as const;
    const [outer, inner] = [at(eye.upperLid[0]), at(eye.upperLid[8])];
    expect(crop.columnAt(...outer)).toBeCloseTo(crop.open.left, 3);
    expect(crop.columnAt(...inner)).toBeCloseTo(crop.open.right, 3);
    expect(crop.rowAt(...outer)).toBeCloseTo(CROP_HEIGHT / 2, 3);
    expect(crop.rowAt(...inner)).toBeCloseTo(CROP_HEIGHT / 2, 3);
    const widthCm = (crop.open.right - crop.open.left) / CROP_PX_PER_CM;
    expect(widthCm).toBeGreaterThan(2);
    expect(widthCm).toBeLessThan(3.5);
    const iris = at(eye.irisCenter);
    const o = Math.floor(crop.rowAt(...iris)) * CROP_WIDTH + Math.floor(crop.columnAt(...iris));
    const area = CROP_WIDTH * CROP_HEIGHT;
    for (let k = 0; k < 3; k++) expect(Math.abs(255 * picture[k * area + o] - COLOURS.iris[k])).toBeLessThan(12);
  });

  it.each([0, 1] as const)('sees eye %i as the other one in a mirror', (index) => {
    const points = landmarks.points.slice();
    for (const point of [33, 160, 387]) points[3 * point + 1] -= 2;
    const [mirroredStill, mirroredPoints] = mirrored(still, points);
    const direct = cropOf(points, index);
    const reflected = cropOf(mirroredPoints, index === 0 ? 1 : 0);
    expect(farthest(direct.cut(still), reflected.cut(mirroredStill))).toBeLessThan(0.02);
    for (const lid of ['upper', 'lower'] as const) {
      expect(farthest(direct.open[lid], reflected.open[lid])).toBeLessThan(0.01);
    }
  });

  it('brings the lids together, the upper one by far the most of the way', () => {
    const { open, closed } = { open: cropOf(landmarks.points, 0).open, closed: cropOf(landmarks.points, 0).closed(1) };
    const middle = CROP_WIDTH / 2;
    expect(closed.upper[middle]).toBeCloseTo(closed.lower[middle], 4);
    expect(closed.upper[middle] - open.upper[middle]).toBeGreaterThan(5 * (open.lower[middle] - closed.lower[middle]));
    expect(cropOf(landmarks.points, 0).closed(0)).toEqual({ upper: open.upper, lower: open.lower });
  });
});

describe('drawLashGuide', () => {
  const { open } = cropOf(landmarks.points, 0);
  const rowsOf = (guide: Float32Array) => {
    let [sum, weighted] = [0, 0];
    guide.forEach((value, o) => {
      sum += value;
      weighted += value * Math.floor(o / CROP_WIDTH);
    });
    return weighted / sum;
  };

  it('is the same every time, and points down once the lid is shut', () => {
    const shut = cropOf(landmarks.points, 0).closed(1).upper;
    const guide = drawLashGuide(shut, open.left, open.right, 1);
    expect(drawLashGuide(shut, open.left, open.right, 1)).toEqual(guide);
    expect(Math.max(...guide)).toBeLessThanOrEqual(1);
    const lid = shut.subarray(Math.ceil(open.left), Math.floor(open.right));
    expect(rowsOf(guide)).toBeGreaterThan(lid.reduce((sum, y) => sum + y, 0) / lid.length + 3);
    const openGuide = drawLashGuide(open.upper, open.left, open.right, 0);
    expect(rowsOf(openGuide)).toBeLessThan(rowsOf(guide) - 5);
  });
});

describe('lidGrain', () => {
  const crop = cropOf(landmarks.points, 0);

  it('is nothing for flat colours, and nothing outside of the eye', () => {
    expect(lidGrain(new Float32Array(3 * CROP_WIDTH * CROP_HEIGHT).fill(0.6), crop.open).every((v) => v === 0)).toBe(
      true,
    );
    const noisy = Float32Array.from(
      { length: 3 * CROP_WIDTH * CROP_HEIGHT },
      (_, i) => 0.5 + 0.02 * Math.sin(i * 12.9898),
    );
    const grain = lidGrain(noisy, crop.open);
    const mask = openEyeMask(crop.open);
    expect(grain[5 * CROP_WIDTH + 5]).toBe(0);
    const inside = grain.filter((_, i) => mask[i % mask.length] === 1);
    const spread = Math.sqrt(inside.reduce((sum, value) => sum + value * value, 0) / inside.length);
    expect(spread).toBeGreaterThan(0.005);
    expect(spread).toBeLessThan(0.03);
  });
});
