import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { SquareRegion } from '../face/face-region.ts';
import { portraitSquare } from '../portraits/portrait-square.ts';

/** The square rests while the one that would fit best is off by no more than this, in sides, … */
const REST_SHIFT = 0.1;
/** … or by this factor in size. */
const REST_SCALE = 1.2;
/** A moving square stops when it fits as well as this. */
const ARRIVED_SHIFT = 0.02;
const ARRIVED_SCALE = 1.04;
/** How fast it moves: time constant. */
const GLIDE_MS = 400;
/** A face that was away for so long is met where it is. */
const AWAY_MS = 500;

/**
 * The square around a driver's head and shoulders, framed as portraits are. Networks that find motion in the picture
 * take a moving square for a moving head: so it rests while the head stays well inside, and else follows gently.
 */
export class SteadySquare {
  #square: SquareRegion | null = null;
  #lastMs = Number.NaN;
  #moves = false;

  /** The square for a face in a picture of `width × height` pixels. */
  follow(face: FaceLandmarks, width: number, height: number, timeMs: number): SquareRegion {
    const { x, y, sizePx } = portraitSquare(face, width, height);
    const fitting = { centerX: x + sizePx / 2, centerY: y + sizePx / 2, sizePx, rollRad: 0 };
    const elapsedMs = timeMs - this.#lastMs;
    this.#lastMs = timeMs;
    const square = this.#square;
    if (!square || elapsedMs > AWAY_MS) {
      this.#moves = false;
      this.#square = fitting;
      return fitting;
    }
    const shift = Math.hypot(fitting.centerX - square.centerX, fitting.centerY - square.centerY) / square.sizePx;
    const scale = Math.max(fitting.sizePx / square.sizePx, square.sizePx / fitting.sizePx);
    if (shift > REST_SHIFT || scale > REST_SCALE) this.#moves = true;
    else if (shift < ARRIVED_SHIFT && scale < ARRIVED_SCALE) this.#moves = false;
    if (!this.#moves) return square;
    const share = 1 - Math.exp(-Math.max(0, elapsedMs) / GLIDE_MS);
    this.#square = {
      centerX: square.centerX + share * (fitting.centerX - square.centerX),
      centerY: square.centerY + share * (fitting.centerY - square.centerY),
      sizePx: square.sizePx + share * (fitting.sizePx - square.sizePx),
      rollRad: 0,
    };
    return this.#square;
  }

  /** The next face is met where it is. */
  reset(): void {
    this.#square = null;
  }
}
