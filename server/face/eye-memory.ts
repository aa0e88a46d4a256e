import { registerBlocks } from './block-registration.ts';

/** Blocks of pixels along each side of an eye's crop whose mean brightness is compared. */
const BLOCKS_PER_SIDE = 16;
/** Blocks around the eye that count: beside them lie brow, temple and nose, which the model hardly looks at. */
const WINDOW = { side: BLOCKS_PER_SIDE, top: 4, bottom: 12, left: 2, right: 14 } as const;
/** Contrast below this is noise: differences are not measured in it. */
const LEAST_CONTRAST = 0.05;
/** A picture that has moved by more than this many blocks has to be looked at: comparing is linear. */
const MOST_SHIFT_BLOCKS = 0.6;

/** Green of a planar RGB crop: near to the eye's brightness, at a third of the cost. */
const BRIGHTNESS_PLANE = 1;

/**
 * What a model answered on the picture of one eye, for as long as that picture does not change: an eye at rest, which
 * eyes mostly are, needs no second look. Answers are in the crop's own pixels, so they go along with a moving head; a
 * crop that lies a little otherwise on the face moves them, too.
 */
export class EyeMemory {
  /** x, y, z of each point in pixels of the crop that was compared last. */
  readonly answer: Float32Array;
  readonly #sidePx: number;
  readonly #remembered: Float32Array;
  readonly #seen = new Float32Array(BLOCKS_PER_SIDE * BLOCKS_PER_SIDE);
  readonly #looked = new Float32Array(BLOCKS_PER_SIDE * BLOCKS_PER_SIDE);
  #age = Number.POSITIVE_INFINITY;

  /** @param sidePx side of the square crops, a multiple of 16 */
  constructor(sidePx: number, answerLength: number) {
    this.#sidePx = sidePx;
    this.answer = new Float32Array(answerLength);
    this.#remembered = new Float32Array(answerLength);
  }

  /** Frames since the answer was new: 0 in its own; infinite where there is none. */
  get age(): number {
    return this.#age;
  }

  /**
   * Looks at the next frame's `crop` (3 × side × side planar RGB, 0..1), and moves `answer` along with it.
   * @returns how much the picture differs from the one of the answer: the largest difference of a block's brightness,
   * without that of the light and of the crop's place, over the picture's contrast; infinite where there is nothing to
   * compare with
   */
  compare(crop: Float32Array): number {
    this.#look(crop);
    this.#age++;
    if (this.#age === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    const { shiftX, shiftY, largestResidual, contrast } = registerBlocks(this.#seen, this.#looked, WINDOW);
    if (!(Math.hypot(shiftX, shiftY) <= MOST_SHIFT_BLOCKS)) return Number.POSITIVE_INFINITY;
    const blockPx = this.#sidePx / BLOCKS_PER_SIDE;
    for (let i = 0; i < this.answer.length; i += 3) {
      this.answer[i] = this.#remembered[i] + shiftX * blockPx;
      this.answer[i + 1] = this.#remembered[i + 1] + shiftY * blockPx;
    }
    return largestResidual / Math.max(contrast, LEAST_CONTRAST);
  }

  /** Keeps the answer to the crop that was compared last. */
  remember(answer: Float32Array): void {
    this.#remembered.set(answer);
    this.answer.set(answer);
    this.#seen.set(this.#looked);
    this.#age = 0;
  }

  /** The next crop is of another eye. */
  forget(): void {
    this.#age = Number.POSITIVE_INFINITY;
  }

  #look(crop: Float32Array): void {
    const side = this.#sidePx;
    const block = side / BLOCKS_PER_SIDE;
    const weight = 1 / (block * block);
    // One block more all around: gradients need neighbours.
    const [left, right] = [WINDOW.left - 1, WINDOW.right + 1];
    this.#looked.fill(0);
    for (let row = (WINDOW.top - 1) * block; row < (WINDOW.bottom + 1) * block; row++) {
      const line = BRIGHTNESS_PLANE * side * side + row * side;
      const out = Math.floor(row / block) * BLOCKS_PER_SIDE;
      for (let column = left; column < right; column++) {
        let sum = 0;
        for (let k = line + column * block; k < line + (column + 1) * block; k++) sum += crop[k];
        this.#looked[out + column] += sum * weight;
      }
    }
  }
}
