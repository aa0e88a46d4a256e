import { describe, expect, test } from 'vitest';
import { type FaceLandmarks, LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { AiLabel } from './ai-label.ts';

function flatPicture(width: number, height: number, value: number): RgbaImage {
  const image = createRgbaImage(width, height);
  for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = value;
  return image;
}

/** Landmarks on the outline of a circle. */
function roundFace(centerX: number, centerY: number, radius: number): FaceLandmarks {
  const points = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    points[3 * i] = centerX + radius * Math.cos(i);
    points[3 * i + 1] = centerY + radius * Math.sin(i);
  }
  return { points, confidence: 1 };
}

/** Brightness of the red channel along the middle row of the label. */
function middleRow(image: RgbaImage, { x, y, width, height }: AiLabel['box']): number[] {
  const row = y + Math.floor(height / 2);
  return Array.from({ length: width }, (_, i) => image.data[(row * image.width + x + i) * 4]);
}

describe('AiLabel', () => {
  test.each([0, 128, 255])('is legible on a picture of brightness %i', (background) => {
    const image = flatPicture(512, 512, background);
    const label = new AiLabel(512, 512);
    label.drawOn(image);
    const row = middleRow(image, label.box);
    const dark = row.filter((value) => value < 100).length;
    const bright = row.filter((value) => value > 240).length;
    expect(bright).toBeGreaterThanOrEqual(5); // strokes of the letters
    expect(dark).toBeGreaterThan(row.length / 2);
  });

  test('draws the strokes of an A and an I, with background between and inside them', () => {
    const image = flatPicture(1024, 1024, 128);
    const label = new AiLabel(1024, 1024);
    label.drawOn(image);
    // A little below the middle of the letters an A has two strokes.
    const { x, y, width, height } = label.box;
    const row = y + Math.round(height * 0.7);
    const bright = Array.from({ length: width }, (_, i) => image.data[(row * 1024 + x + i) * 4] > 200);
    const strokes = bright.filter((on, i) => on && !bright[i - 1]).length;
    expect(strokes).toBe(3);
  });

  test('comes off the picture without a trace', () => {
    const image = flatPicture(300, 200, 0);
    for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = (i * 31) % 256;
    const before = image.data.slice();
    const label = new AiLabel(300, 200);
    label.drawOn(image);
    expect(image.data).not.toEqual(before);
    label.takeOff(image);
    expect(image.data).toEqual(before);
    expect(() => label.takeOff(flatPicture(256, 256, 0))).toThrow(RangeError);
  });

  test('leaves everything outside of its box alone, and keeps pictures opaque', () => {
    const image = flatPicture(300, 200, 200);
    const label = new AiLabel(300, 200);
    label.drawOn(image);
    const { x, y, width, height } = label.box;
    const changedOutside: number[] = [];
    const transparent: number[] = [];
    for (let at = 0; at < 300 * 200; at++) {
      const [column, row] = [at % 300, Math.floor(at / 300)];
      const inside = column >= x && column < x + width && row >= y && row < y + height;
      if (!inside && image.data[at * 4] !== 200) changedOutside.push(at);
      if (image.data[at * 4 + 3] !== 255) transparent.push(at);
    }
    expect(changedOutside).toEqual([]);
    expect(transparent).toEqual([]);
  });

  test('grows with the picture and lies inside of it, whatever its shape', () => {
    const heights = [64, 256, 512, 1024].map((side) => new AiLabel(side, side).box.height);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(heights[3]).toBeGreaterThan(heights[2]);
    for (const [width, height] of [
      [512, 512],
      [20, 600],
      [600, 9],
      [401, 307],
    ]) {
      const { box } = new AiLabel(width, height);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
  });

  test('takes the lower right corner, or another one where the face is', () => {
    const corner = (face: FaceLandmarks | null) => {
      const { x, y } = new AiLabel(512, 512, face).box;
      return `${y > 256 ? 'lower' : 'upper'} ${x > 256 ? 'right' : 'left'}`;
    };
    expect(corner(null)).toBe('lower right');
    expect(corner(roundFace(256, 230, 120))).toBe('lower right');
    expect(corner(roundFace(440, 440, 90))).toBe('lower left');
    expect(corner(roundFace(256, 440, 250))).toBe('upper right');
  });

  test('refuses a picture of another size', () => {
    expect(() => new AiLabel(512, 512).drawOn(flatPicture(256, 256, 0))).toThrow(RangeError);
  });
});
