import { describe, expect, test } from 'vitest';
import { RANGE_0_TO_1, RegionCropper } from '../../face/region-cropper.ts';
import { createRgbaImage } from '../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../motion/canonical-face.ts';
import { faceCrop } from './face-crop.ts';
import { PasteBack } from './paste-back.ts';

/** A colourful picture without sharp edges. */
function picture(width: number, height: number) {
  const image = createRgbaImage(width, height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    image.data.set(
      [127 + 120 * Math.sin(x / 19), 127 + 120 * Math.cos(y / 23), 127 + 120 * Math.sin((x + y) / 31)],
      4 * i,
    );
  }
  return image;
}

describe('PasteBack', () => {
  test('gives the picture again when what was cut out comes back unchanged, turned as it may be', () => {
    const still = picture(200, 160);
    const out = createRgbaImage(200, 160);
    for (const region of [
      { centerX: 100, centerY: 80, sizePx: 90, rollRad: 0.4 },
      { centerX: 97.3, centerY: 81.8, sizePx: 120, rollRad: -0.2 },
    ]) {
      const planes = new Float32Array(3 * 128 * 128);
      new RegionCropper(128).crop(still, region, RANGE_0_TO_1, planes);
      new PasteBack(region, 128, still).paste(planes, out);
      const worst = out.data.reduce((most, value, i) => Math.max(most, Math.abs(value - still.data[i])), 0);
      expect(worst).toBeLessThanOrEqual(3);
    }
  });

  test('replaces the middle, fades towards the edge, and leaves the rest alone', () => {
    const still = picture(200, 160);
    const out = createRgbaImage(200, 160);
    const region = { centerX: 100, centerY: 80, sizePx: 100, rollRad: 0 };
    new PasteBack(region, 16, still).paste(new Float32Array(3 * 16 * 16).fill(1), out);
    const at = (x: number, y: number) => 4 * (y * 200 + x);
    const share = (x: number, y: number) => (out.data[at(x, y)] - still.data[at(x, y)]) / (255 - still.data[at(x, y)]);
    expect(share(100, 80)).toBe(1);
    expect(share(60, 80)).toBe(1);
    expect(share(52, 80)).toBeGreaterThan(0.1);
    expect(share(52, 80)).toBeLessThan(0.9);
    for (const [x, y] of [
      [49, 80],
      [151, 80],
      [100, 29],
      [100, 131],
    ]) {
      expect(out.data.subarray(at(x, y), at(x, y) + 4)).toEqual(still.data.subarray(at(x, y), at(x, y) + 4));
    }
  });

  test('stays within the picture, and refuses another size', () => {
    const still = picture(64, 48);
    const paste = new PasteBack({ centerX: 0, centerY: 40, sizePx: 80, rollRad: 0.7 }, 16, still);
    const out = createRgbaImage(64, 48);
    paste.paste(new Float32Array(3 * 16 * 16), out);
    expect(out.data.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    expect(() => paste.paste(new Float32Array(3), out)).toThrow(RangeError);
    expect(() => paste.paste(new Float32Array(3 * 16 * 16), createRgbaImage(48, 64))).toThrow(RangeError);
  });
});

describe('faceCrop', () => {
  const face = (turnRad: number, scale = 50) => {
    const points = new Float32Array(478 * 3);
    for (let i = 0; i < CANONICAL_FACE.length; i += 3) {
      const [x, y] = [CANONICAL_FACE[i] * scale, CANONICAL_FACE[i + 1] * scale];
      points[i] = 300 + x * Math.cos(turnRad) - y * Math.sin(turnRad);
      points[i + 1] = 200 + x * Math.sin(turnRad) + y * Math.cos(turnRad);
    }
    return { points, confidence: 1 };
  };

  test('turns and grows with the face, with room above it', () => {
    const upright = faceCrop(face(0));
    expect(upright.rollRad).toBeCloseTo(0, 3);
    expect(upright.centerX).toBeCloseTo(300, 0);
    expect(faceCrop(face(0, 100)).sizePx).toBeCloseTo(2 * upright.sizePx, 1);
    const turned = faceCrop(face(0.5));
    expect(turned.rollRad).toBeCloseTo(0.5, 3);
    expect(turned.sizePx).toBeCloseTo(upright.sizePx, 1);
    const [dx, dy] = [upright.centerX - 300, upright.centerY - 200];
    expect(turned.centerX).toBeCloseTo(300 + dx * Math.cos(0.5) - dy * Math.sin(0.5), 1);
    expect(turned.centerY).toBeCloseTo(200 + dx * Math.sin(0.5) + dy * Math.cos(0.5), 1);
  });
});
