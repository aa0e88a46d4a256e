import type { SquareRegion } from '../../face/face-region.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { smoothstep } from '../../motion/smoothstep.ts';

/** Within so much of the square's side, the animated picture gives way to the one around it. */
const SOFT_EDGE = 0.06;

/** Puts animated squares back to where they were cut out of a picture, with a soft edge. */
export class PasteBack {
  readonly #region: SquareRegion;
  readonly #sizePx: number;
  readonly #still: RgbaImage;
  /** Part of the picture that changes. */
  readonly #left: number;
  readonly #top: number;
  readonly #right: number;
  readonly #bottom: number;

  /** @param sizePx side of the animated pictures */
  constructor(region: SquareRegion, sizePx: number, still: RgbaImage) {
    const { centerX, centerY, rollRad } = region;
    const reach = (region.sizePx / 2) * (Math.abs(Math.cos(rollRad)) + Math.abs(Math.sin(rollRad)));
    this.#region = region;
    this.#sizePx = sizePx;
    this.#still = still;
    this.#left = Math.max(0, Math.floor(centerX - reach));
    this.#top = Math.max(0, Math.floor(centerY - reach));
    this.#right = Math.min(still.width, Math.ceil(centerX + reach));
    this.#bottom = Math.min(still.height, Math.ceil(centerY + reach));
  }

  /**
   * Draws the picture with the animated square in it into `out`.
   * @param planes `3 × size × size` floats of 0 … 1
   * @throws RangeError where one of them has not the size it should have
   */
  paste(planes: Float32Array, out: RgbaImage): void {
    const { width, height, data } = this.#still;
    const size = this.#sizePx;
    if (planes.length !== 3 * size * size || out.width !== width || out.height !== height) {
      throw new RangeError(`${planes.length} floats into ${out.width}×${out.height}: set up for other sizes`);
    }
    out.data.set(data);
    const { centerX, centerY, sizePx, rollRad } = this.#region;
    const [cos, sin] = [Math.cos(rollRad) / sizePx, Math.sin(rollRad) / sizePx];
    for (let y = this.#top; y < this.#bottom; y++) {
      for (let x = this.#left; x < this.#right; x++) {
        const [dx, dy] = [x + 0.5 - centerX, y + 0.5 - centerY];
        // In sides of the square, from its middle.
        const u = dx * cos + dy * sin;
        const v = dy * cos - dx * sin;
        const inside = 0.5 - Math.max(Math.abs(u), Math.abs(v));
        if (inside <= 0) continue;
        const share = smoothstep(0, SOFT_EDGE, 0.5 - Math.abs(u)) * smoothstep(0, SOFT_EDGE, 0.5 - Math.abs(v));
        mixPixel(planes, size, (u + 0.5) * size - 0.5, (v + 0.5) * size - 0.5, share, out.data, 4 * (y * width + x));
      }
    }
  }
}

/** Mixes the picture's colour at `x`, `y` (by its four nearest pixels) into one pixel. */
function mixPixel(
  planes: Float32Array,
  size: number,
  x: number,
  y: number,
  share: number,
  data: Uint8Array,
  to: number,
): void {
  const last = size - 1;
  const left = Math.min(Math.max(Math.floor(x), 0), last - 1);
  const top = Math.min(Math.max(Math.floor(y), 0), last - 1);
  const across = Math.min(Math.max(x - left, 0), 1);
  const down = Math.min(Math.max(y - top, 0), 1);
  const plane = size * size;
  for (let channel = 0, i = top * size + left; channel < 3; channel++, i += plane) {
    const upper = planes[i] + across * (planes[i + 1] - planes[i]);
    const lower = planes[i + size] + across * (planes[i + size + 1] - planes[i + size]);
    const colour = 255 * Math.min(Math.max(upper + down * (lower - upper), 0), 1);
    data[to + channel] = Math.round(data[to + channel] + share * (colour - data[to + channel]));
  }
}
