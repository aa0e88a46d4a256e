import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFaces } from '../../../face/face-finder.ts';
import type { FaceLandmarks } from '../../../face/face-landmarks.ts';
import { FaceModels } from '../../../face/face-models.ts';
import { EYES } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { decodePicture } from '../../../portraits/decode-picture.ts';
import { MeshModel } from '../mesh-model.ts';
import type { MeshPortrait } from '../mesh-portrait.ts';
import type { EyeAxes } from './eye-axes.ts';
import { acrossOf, alongOf, xAt, yAt } from './eye-axes.ts';
import { LidCurve } from './lid-curve.ts';

const GALLERY = new URL('../../../../client/public/gallery/', import.meta.url);
const SIZE = 512;

/** A portrait of the gallery, its eyes and its performances. */
class Sitter {
  static async seat(model: MeshModel, models: FaceModels, file: string): Promise<Sitter> {
    const bytes = await readFile(new URL(file, GALLERY));
    const still = await decodePicture(bytes, { maxBytes: 1e8, maxPixels: 1e8, workingSidePx: SIZE });
    const [landmarks] = await findFaces(models, still);
    return new Sitter(model, still, landmarks);
  }

  readonly still: RgbaImage;
  readonly #model: MeshModel;
  readonly #landmarks: FaceLandmarks;
  #portrait: Promise<MeshPortrait> | null = null;

  constructor(model: MeshModel, still: RgbaImage, landmarks: FaceLandmarks) {
    this.#model = model;
    this.still = still;
    this.#landmarks = landmarks;
  }

  /** The same sitter in black and white. */
  grey(): Sitter {
    const data = this.still.data.slice();
    for (let o = 0; o < data.length; o += 4) data.fill((data[o] + 2 * data[o + 1] + data[o + 2]) >> 2, o, o + 3);
    return new Sitter(this.#model, { ...this.still, data }, this.#landmarks);
  }

  async withLids(left: number, right: number, gaze: [number, number] = [0, 0]): Promise<RgbaImage> {
    this.#portrait ??= this.#model.prepare(this.still, this.#landmarks);
    const portrait = await this.#portrait;
    const out = createRgbaImage(this.still.width, this.still.height);
    await this.#model.animate(portrait, { ...neutralMotion(), lidOpening: [left, right], gaze: [gaze, gaze] }, out);
    return out;
  }

  eye(index: 0 | 1): SeatedEye {
    return new SeatedEye(this.#landmarks.points, index);
  }
}

/** Places around one eye, in eye widths: along from the left corner, across downwards from the line between them. */
class SeatedEye {
  readonly axes: EyeAxes;
  readonly widthPx: number;
  readonly upper = new LidCurve();
  readonly lower = new LidCurve();

  constructor(points: Float32Array, index: 0 | 1) {
    const { upperLid, lowerLid } = EYES[index];
    const [a, b] = [3 * upperLid[0], 3 * upperLid[8]];
    const [dx, dy] = [points[b] - points[a], points[b + 1] - points[a + 1]];
    this.widthPx = Math.hypot(dx, dy);
    this.axes = {
      x: points[a],
      y: points[a + 1],
      alongX: dx,
      alongY: dy,
      acrossX: -dy,
      acrossY: dx,
      inverse: 1 / this.widthPx ** 2,
    };
    this.upper.read(points, upperLid, this.axes);
    this.lower.read(points, lowerLid, this.axes);
  }

  brightnessAt(image: RgbaImage, along: number, across: number): number {
    const x = Math.round(xAt(this.axes, along, across) - 0.5);
    const y = Math.round(yAt(this.axes, along, across) - 0.5);
    const o = 4 * (y * image.width + x);
    return (image.data[o] + image.data[o + 1] + image.data[o + 2]) / 3;
  }

  /** Brightnesses where the portrait's eye is open, but for the lash line of the shut one. */
  withinLids(image: RgbaImage): number[] {
    const found: number[] = [];
    for (let along = 0.2; along <= 0.8; along += 0.02) {
      const [top, bottom] = [this.upper.at(along), this.lower.at(along)];
      for (let share = 0.1; share <= 0.6; share += 0.05) {
        found.push(this.brightnessAt(image, along, top + (bottom - top) * share));
      }
    }
    return found.sort((a, b) => a - b);
  }

  /** Eye widths from the eye's middle of the centre of pixel (x, y). */
  distance(x: number, y: number): number {
    return Math.hypot(alongOf(this.axes, x + 0.5, y + 0.5) - 0.5, acrossOf(this.axes, x + 0.5, y + 0.5));
  }
}

function contrast(sorted: readonly number[]): number {
  return sorted[Math.floor(0.95 * sorted.length)] - sorted[Math.floor(0.05 * sorted.length)];
}

function difference(one: RgbaImage, other: RgbaImage, within: (x: number, y: number) => boolean = () => true): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i++) {
    const pixel = i >> 2;
    if (one.data[i] === other.data[i] || !within(pixel % one.width, Math.floor(pixel / one.width))) continue;
    sum += Math.abs(one.data[i] - other.data[i]);
  }
  return sum;
}

/** Lit evenly, so that contrast around their eyes is the eyes' own. */
const SITTERS = ['amara.jpg', 'noor.jpg'];

describe.each(SITTERS)('lids of %s', (file) => {
  let sitter: Sitter;
  let eyes: readonly [SeatedEye, SeatedEye];
  let shut: RgbaImage;
  beforeAll(async () => {
    sitter = await Sitter.seat(await MeshModel.load(), await FaceModels.load(), file);
    eyes = [sitter.eye(0), sitter.eye(1)];
    shut = await sitter.withLids(0, 0);
  });

  it('hide the eye when they are shut: nothing white or dark is left where it was', () => {
    for (const eye of eyes) {
      const open = eye.withinLids(sitter.still);
      expect(contrast(eye.withinLids(shut))).toBeLessThan(0.5 * contrast(open));
    }
  });

  it('meet in a line that is darker than the skin on either side', () => {
    for (const eye of eyes) {
      let darker = 0;
      for (let along = 0.3; along <= 0.701; along += 0.1) {
        const edge = eye.lower.at(along);
        const line = Math.min(...[-0.06, -0.03, 0, 0.03, 0.06].map((d) => eye.brightnessAt(shut, along, edge + d)));
        const lid = eye.brightnessAt(shut, along, edge - 0.2);
        const cheek = eye.brightnessAt(shut, along, edge + 0.4);
        if (line < 0.93 * Math.min(lid, cheek)) darker++;
      }
      expect(darker).toBeGreaterThanOrEqual(4);
    }
  });

  it('change nothing away from the eyes', async () => {
    for (const image of [shut, await sitter.withLids(0.5, 0.5, [0.1, 0.05])]) {
      const away = (x: number, y: number) => eyes.every((eye) => eye.distance(x, y) > 1.1);
      expect(difference(image, sitter.still, away)).toBe(0);
    }
  });

  it('leave the still as it is when open', async () => {
    expect(difference(await sitter.withLids(1, 1), sitter.still)).toBe(0);
  });

  it('close step by step, each step between the one before and the next', async () => {
    const steps = [sitter.still];
    for (const opening of [0.9, 0.7, 0.5, 0.3, 0.1]) steps.push(await sitter.withLids(opening, opening));
    steps.push(shut);
    const fromOpen = steps.map((step) => difference(step, sitter.still));
    const fromShut = steps.map((step) => difference(step, shut));
    for (let i = 1; i < steps.length; i++) {
      expect(fromOpen[i]).toBeGreaterThan(fromOpen[i - 1]);
      expect(fromShut[i]).toBeLessThan(fromShut[i - 1]);
    }
  });

  it('move without a jump, also across the painted closings', async () => {
    const whole = difference(shut, sitter.still);
    for (const opening of [0.98, 0.75, 0.5, 0.25, 0.02]) {
      const before = await sitter.withLids(opening + 0.005, opening + 0.005);
      const after = await sitter.withLids(opening - 0.005, opening - 0.005);
      expect(difference(before, after)).toBeLessThan(0.05 * whole);
    }
  });

  it('wink one by one', async () => {
    const wink = await sitter.withLids(0, 1);
    const near = (index: 0 | 1) => (x: number, y: number) => eyes[index].distance(x, y) < 1;
    expect(difference(wink, shut, near(0))).toBe(0);
    expect(difference(wink, sitter.still, near(1))).toBe(0);
    expect(difference(wink, sitter.still)).toBeGreaterThan(0);
  });

  it('close in the same way every time', async () => {
    const again = await Sitter.seat(await MeshModel.load(), await FaceModels.load(), file);
    expect((await again.withLids(0, 0)).data).toEqual(shut.data);
    expect((await sitter.withLids(0, 0)).data).toEqual(shut.data);
  });

  it('stay grey in black and white', async () => {
    const grey = sitter.grey();
    for (const image of [await grey.withLids(0, 0), await grey.withLids(0.5, 0.5, [0.1, 0])]) {
      let most = 0;
      for (let o = 0; o < image.data.length; o += 4) {
        const [red, green, blue] = image.data.subarray(o, o + 3);
        most = Math.max(most, Math.max(red, green, blue) - Math.min(red, green, blue));
      }
      expect(most).toBeLessThanOrEqual(1);
    }
  });
});
