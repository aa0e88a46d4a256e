/** Blocks of pixels along each side of an eye's crop whose mean brightness is compared. */
const BLOCKS_PER_SIDE = 16;
/** Blocks around the eye that count: beside them lie brow, temple and nose, which the model hardly looks at. */
const ROWS = [4, 12] as const;
const COLUMNS = [2, 14] as const;
/**
 * Largest change of a block's brightness (0..1, changes of the whole taken out) that leaves the eye as it was. On
 * three clips of talking people 95 % of the answers between two frames below it differ by less than half a pixel of 64,
 * as much as they differ on a still picture with a camera's noise.
 */
const MOST_CHANGE = 0.025;
/** An answer is used again for at most so many frames: slow changes add up. */
const MOST_REUSES = 2;

/** Green of a planar RGB crop: near to the eye's brightness, at a third of the cost. */
const BRIGHTNESS_PLANE = 1;

/**
 * What a model answered on the picture of one eye, for as long as that picture does not change: an eye at rest, which
 * eyes mostly are, needs no second look. Answers are in the crop's own pixels, so they go along with a moving head.
 */
export class EyeMemory {
  readonly answer: Float32Array;
  readonly #sidePx: number;
  readonly #seen = new Float32Array(BLOCKS_PER_SIDE * BLOCKS_PER_SIDE);
  readonly #looked = new Float32Array(BLOCKS_PER_SIDE * BLOCKS_PER_SIDE);
  #reusesLeft = 0;

  /** @param sidePx side of the square crops, a multiple of 16 */
  constructor(sidePx: number, answerLength: number) {
    this.#sidePx = sidePx;
    this.answer = new Float32Array(answerLength);
  }

  /** Whether `answer` also holds for `crop` (3 × side × side planar RGB, 0..1). Where not, call `remember` next. */
  recognises(crop: Float32Array): boolean {
    this.#look(crop);
    if (this.#reusesLeft <= 0 || largestChange(this.#looked, this.#seen) > MOST_CHANGE) return false;
    this.#reusesLeft--;
    return true;
  }

  /** Keeps the answer to the crop that was looked at last. */
  remember(answer: Float32Array): void {
    this.answer.set(answer);
    this.#seen.set(this.#looked);
    this.#reusesLeft = MOST_REUSES;
  }

  /** The next crop is of another eye. */
  forget(): void {
    this.#reusesLeft = 0;
  }

  #look(crop: Float32Array): void {
    const side = this.#sidePx;
    const block = side / BLOCKS_PER_SIDE;
    const weight = 1 / (block * block);
    this.#looked.fill(0);
    for (let row = ROWS[0] * block; row < ROWS[1] * block; row++) {
      const line = BRIGHTNESS_PLANE * side * side + row * side;
      const out = Math.floor(row / block) * BLOCKS_PER_SIDE;
      for (let column = COLUMNS[0]; column < COLUMNS[1]; column++) {
        let sum = 0;
        for (let k = line + column * block; k < line + (column + 1) * block; k++) sum += crop[k];
        this.#looked[out + column] += sum * weight;
      }
    }
  }
}

function largestChange(a: Float32Array, b: Float32Array): number {
  let mean = 0;
  for (let i = 0; i < a.length; i++) mean += a[i] - b[i];
  mean /= (ROWS[1] - ROWS[0]) * (COLUMNS[1] - COLUMNS[0]);
  let largest = 0;
  for (let row = ROWS[0]; row < ROWS[1]; row++) {
    for (let column = COLUMNS[0]; column < COLUMNS[1]; column++) {
      const i = row * BLOCKS_PER_SIDE + column;
      largest = Math.max(largest, Math.abs(a[i] - b[i] - mean));
    }
  }
  return largest;
}
