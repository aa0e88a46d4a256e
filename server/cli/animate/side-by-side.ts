import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';

/** Two pictures of one height beside each other, drawn into the same memory again and again. */
export class SideBySide {
  /** Belongs to this object; what was drawn last. */
  readonly image: RgbaImage;
  readonly #leftWidth: number;
  readonly #rightWidth: number;

  constructor(leftWidth: number, rightWidth: number, height: number) {
    this.#leftWidth = leftWidth;
    this.#rightWidth = rightWidth;
    this.image = createRgbaImage(leftWidth + rightWidth, height);
  }

  /** Throws a RangeError where a picture has not the size it was announced with. */
  draw(left: RgbaImage, right: RgbaImage): RgbaImage {
    this.#place(left, this.#leftWidth, 0);
    this.#place(right, this.#rightWidth, this.#leftWidth);
    return this.image;
  }

  #place(picture: RgbaImage, width: number, atX: number): void {
    if (picture.width !== width || picture.height !== this.image.height) {
      throw new RangeError(`a ${picture.width}×${picture.height} picture where ${width}×${this.image.height} was said`);
    }
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(y * width * 4, (y + 1) * width * 4);
      this.image.data.set(row, (y * this.image.width + atX) * 4);
    }
  }
}
