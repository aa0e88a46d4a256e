import type { EyePoints } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import type { EyeAxes } from './eye-axes.ts';
import { LidCurve } from './lid-curve.ts';
import type { LidLines, OpenEye } from './lid-planes.ts';
import { CROP_HEIGHT, CROP_PX_PER_CM, CROP_WIDTH } from './lid-planes.ts';

/** Between the outer corners of the eyes (landmarks 33 and 263), on the head that the net's data is drawn with. */
const OUTER_CORNERS_CM = 8.92;
const CANONICAL_PER_CM =
  Math.hypot(...[0, 1, 2].map((k) => CANONICAL_FACE[3 * 33 + k] - CANONICAL_FACE[3 * 263 + k])) / OUTER_CORNERS_CM;
/** Of a closing eye the lower lid comes up by this share. */
export const LOWER_LID_SHARE = 0.04;

/** Where the lid net's crop of one eye lies in the still picture. The eye on the right is seen mirrored. */
export class EyeCrop {
  /** Lids as the portrait has them. */
  readonly open: OpenEye;
  readonly #middleX: number;
  readonly #middleY: number;
  /** Picture pixels per pixel of the crop, along its columns and its rows. */
  readonly #columnX: number;
  readonly #columnY: number;
  readonly #rowX: number;
  readonly #rowY: number;
  readonly #perPx: number;

  constructor(points: Float32Array, eye: EyePoints, pose: Similarity, index: 0 | 1) {
    const [first, last] = [3 * eye.upperLid[0], 3 * eye.upperLid[8]];
    const [dx, dy] = [points[last] - points[first], points[last + 1] - points[first + 1]];
    const width = Math.max(1e-3, Math.hypot(dx, dy));
    this.#perPx = (pose.scale * CANONICAL_PER_CM) / CROP_PX_PER_CM;
    const mirror = index === 0 ? 1 : -1;
    this.#middleX = (points[first] + points[last]) / 2;
    this.#middleY = (points[first + 1] + points[last + 1]) / 2;
    this.#columnX = (mirror * this.#perPx * dx) / width;
    this.#columnY = (mirror * this.#perPx * dy) / width;
    this.#rowX = (-this.#perPx * dy) / width;
    this.#rowY = (this.#perPx * dx) / width;

    const halfWidth = width / this.#perPx / 2;
    const [left, right] = [CROP_WIDTH / 2 - halfWidth, CROP_WIDTH / 2 + halfWidth];
    const outerToInner = (lid: readonly number[]) => (index === 0 ? lid : lid.toReversed());
    const outer = 3 * outerToInner(eye.upperLid)[0];
    const area = this.#columnX * this.#rowY - this.#columnY * this.#rowX;
    const axes: EyeAxes = {
      x: points[outer],
      y: points[outer + 1],
      alongX: this.#columnX * 2 * halfWidth,
      alongY: this.#columnY * 2 * halfWidth,
      acrossX: this.#rowX,
      acrossY: this.#rowY,
      inverse: 1 / (area * 2 * halfWidth),
    };
    const line = (lid: readonly number[]): Float32Array => {
      const curve = new LidCurve();
      curve.read(points, outerToInner(lid), axes);
      return Float32Array.from(
        { length: CROP_WIDTH },
        (_, x) => CROP_HEIGHT / 2 + curve.at((x + 0.5 - left) / (2 * halfWidth)),
      );
    };
    const upper = line(eye.upperLid);
    this.open = { upper, lower: line(eye.lowerLid).map((y, x) => Math.max(y, upper[x])), left, right };
  }

  /** The lids moved together, 0 as they are, 1 shut. */
  closed(closing: number): LidLines {
    const { upper, lower } = this.open;
    const down = closing * (1 - LOWER_LID_SHARE);
    const up = closing * LOWER_LID_SHARE;
    return {
      upper: upper.map((y, x) => y + (lower[x] - y) * down),
      lower: lower.map((y, x) => y - (y - upper[x]) * up),
    };
  }

  /** Column and row in the crop (centres at halves) of a place in the picture. */
  columnAt(x: number, y: number): number {
    const away = (x - this.#middleX) * this.#columnX + (y - this.#middleY) * this.#columnY;
    return CROP_WIDTH / 2 + away / this.#perPx ** 2;
  }

  rowAt(x: number, y: number): number {
    const away = (x - this.#middleX) * this.#rowX + (y - this.#middleY) * this.#rowY;
    return CROP_HEIGHT / 2 + away / this.#perPx ** 2;
  }

  /** The crop as three planes, sRGB 0..1; where it is smaller than the picture, pixels are averaged. */
  cut({ width, height, data }: RgbaImage): Float32Array {
    const area = CROP_WIDTH * CROP_HEIGHT;
    const out = new Float32Array(3 * area);
    const taps = Math.max(1, Math.round(this.#perPx));
    for (let row = 0; row < CROP_HEIGHT; row++) {
      for (let column = 0; column < CROP_WIDTH; column++) {
        for (let tap = 0; tap < taps * taps; tap++) {
          const across = column + ((tap % taps) + 0.5) / taps - CROP_WIDTH / 2;
          const down = row + (Math.floor(tap / taps) + 0.5) / taps - CROP_HEIGHT / 2;
          const x = this.#middleX + across * this.#columnX + down * this.#rowX - 0.5;
          const y = this.#middleY + across * this.#columnY + down * this.#rowY - 0.5;
          const x0 = Math.floor(x);
          const y0 = Math.floor(y);
          for (let corner = 0; corner < 4; corner++) {
            const [cx, cy] = [x0 + (corner & 1), y0 + (corner >> 1)];
            const weight = Math.abs(1 - (corner & 1) - (x - x0)) * Math.abs(1 - (corner >> 1) - (y - y0));
            const inX = Math.max(0, Math.min(width - 1, cx));
            const inY = Math.max(0, Math.min(height - 1, cy));
            for (let k = 0; k < 3; k++) {
              out[k * area + row * CROP_WIDTH + column] +=
                (data[4 * (inY * width + inX) + k] * weight) / (255 * taps * taps);
            }
          }
        }
      }
    }
    return out;
  }
}
