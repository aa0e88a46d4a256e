import { createCanvas, Path2D } from '@napi-rs/canvas';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** A rectangle in whole pixels. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Height of the label in parts of the picture's shorter side: 33 px of 512, letters 16 px high. */
const HEIGHT_RATIO = 0.065;
/** Smallest height at which the letters can be read, in pixels. */
const MIN_HEIGHT_PX = 16;
/** Width of the label in heights. */
const ASPECT = 1.6;
/** Distance from the picture's edges in heights of the label. */
const MARGIN_RATIO = 0.45;
/** How far hair and chin reach beyond the landmarks, in sizes of their box, when looking for a free corner. */
const FACE_MARGIN_RATIO = 0.2;

/**
 * The letters A and I in a box of 100 × 70 units, as outlines: a server without any font draws the same label.
 * The A's counter is its second contour (filled by the even-odd rule).
 */
const LETTERS = 'M0 70 L26 0 H44 L70 70 H53 L47.5 54 H22.5 L17 70 Z M27 41 H43 L35 17 Z M81 0 H97 V70 H81 Z';
const LETTERS_WIDTH = 97;
const LETTERS_HEIGHT = 70;
/** Height of the letters in heights of the label. */
const LETTERS_RATIO = 0.48;

/**
 * The visible mark on every output picture: "AI" in a pill, dark with a light rim, so that it reads on black and on
 * white. Rasterised once for a picture size and blended into frames of that size, in a corner away from the face.
 */
export class AiLabel {
  /** Where it is drawn. */
  readonly box: PixelBox;
  readonly #width: number;
  readonly #height: number;
  /** The label's pixels, R G B A, not premultiplied. */
  readonly #pixels: Uint8ClampedArray;
  /** What the label was last drawn over. */
  readonly #covered: Uint8ClampedArray;

  /** For pictures of `width × height` pixels; `face` is the still portrait's, where known. */
  constructor(width: number, height: number, face: FaceLandmarks | null = null) {
    this.#width = width;
    this.#height = height;
    this.box = placeLabel(width, height, face);
    this.#pixels = rasterise(this.box.width, this.box.height);
    this.#covered = new Uint8ClampedArray(this.#pixels.length);
  }

  /** Blends the label into the picture. Throws a RangeError on a picture of another size. */
  drawOn(image: RgbaImage): void {
    this.#assertSize(image);
    const { x, y, width, height } = this.box;
    const { data } = image;
    const pixels = this.#pixels;
    let from = 0;
    for (let row = 0; row < height; row++) {
      let to = ((y + row) * image.width + x) * 4;
      this.#covered.set(data.subarray(to, to + 4 * width), from);
      for (let column = 0; column < width; column++, from += 4, to += 4) {
        const alpha = pixels[from + 3];
        if (alpha === 0) continue;
        for (let c = 0; c < 3; c++) {
          data[to + c] = Math.round((pixels[from + c] * alpha + data[to + c] * (255 - alpha)) / 255);
        }
      }
    }
  }

  /** Takes the label off the picture that it was last drawn on. Throws a RangeError on a picture of another size. */
  takeOff(image: RgbaImage): void {
    this.#assertSize(image);
    const { x, y, width, height } = this.box;
    for (let row = 0; row < height; row++) {
      const covered = this.#covered.subarray(4 * width * row, 4 * width * (row + 1));
      image.data.set(covered, ((y + row) * image.width + x) * 4);
    }
  }

  #assertSize({ width, height }: RgbaImage): void {
    if (width === this.#width && height === this.#height) return;
    throw new RangeError(`label for ${this.#width}×${this.#height} drawn on ${width}×${height}`);
  }
}

/** The corner where the label covers least of the face; the lower right one where several do not touch it. */
function placeLabel(width: number, height: number, face: FaceLandmarks | null): PixelBox {
  const labelHeight = Math.min(
    Math.max(MIN_HEIGHT_PX, Math.round(Math.min(width, height) * HEIGHT_RATIO)),
    height,
    Math.floor(width / ASPECT),
  );
  const labelWidth = Math.round(labelHeight * ASPECT);
  const margin = Math.round(labelHeight * MARGIN_RATIO);
  const right = Math.max(0, width - margin - labelWidth);
  const bottom = Math.max(0, height - margin - labelHeight);
  const left = Math.min(margin, right);
  const top = Math.min(margin, bottom);
  const corners = [
    [right, bottom],
    [left, bottom],
    [right, top],
    [left, top],
  ].map(([x, y]) => ({ x, y, width: labelWidth, height: labelHeight }));
  if (!face) return corners[0];
  const faceBox = boxAround(face);
  return corners.reduce((best, corner) => (overlap(corner, faceBox) < overlap(best, faceBox) ? corner : best));
}

function boxAround({ points }: FaceLandmarks): PixelBox {
  let [left, top, right, bottom] = [points[0], points[1], points[0], points[1]];
  for (let i = 3; i < points.length; i += 3) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  const margin = FACE_MARGIN_RATIO * Math.max(right - left, bottom - top);
  return { x: left - margin, y: top - margin, width: right - left + 2 * margin, height: bottom - top + 2 * margin };
}

/** Area shared by two boxes, square pixels. */
function overlap(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function rasterise(width: number, height: number): Uint8ClampedArray {
  const context = createCanvas(width, height).getContext('2d');
  const rim = Math.max(1, height / 22);
  context.beginPath();
  context.roundRect(rim / 2, rim / 2, width - rim, height - rim, (height - rim) / 2);
  context.fillStyle = 'rgba(14, 15, 20, 0.78)';
  context.fill();
  context.strokeStyle = 'rgba(255, 255, 255, 0.6)';
  context.lineWidth = rim;
  context.stroke();

  const scale = (height * LETTERS_RATIO) / LETTERS_HEIGHT;
  context.translate((width - LETTERS_WIDTH * scale) / 2, (height - LETTERS_HEIGHT * scale) / 2);
  context.scale(scale, scale);
  context.fillStyle = 'white';
  context.fill(new Path2D(LETTERS), 'evenodd');
  return context.getImageData(0, 0, width, height).data;
}
