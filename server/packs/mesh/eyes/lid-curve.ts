import type { EyeAxes } from './eye-axes.ts';
import { acrossOf, alongOf } from './eye-axes.ts';

const SAMPLES = 48;
/** The curve is known from a little before one corner to a little behind the other. */
const FROM = -0.15;
const TO = 1.15;

/** One lid's edge as a function: `across` at each `along` in its eye's axes. */
export class LidCurve {
  readonly #values = new Float64Array(SAMPLES + 1);

  /** Reads the landmarks `lid` (left to right), joined by Catmull-Rom curves, straight beyond the corners. */
  read(points: Float32Array, lid: readonly number[], axes: EyeAxes): void {
    const count = lid.length;
    let previous = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < count; k++) {
      const i = 3 * lid[k];
      // Kept in order, whatever the landmarks do, so that the curve stays a function.
      const along = Math.max(previous + 1e-3, alongOf(axes, points[i], points[i + 1]));
      alongs[k] = previous = along;
      acrosses[k] = acrossOf(axes, points[i], points[i + 1]);
    }
    let segment = 0;
    for (let n = 0; n <= SAMPLES; n++) {
      const along = FROM + ((TO - FROM) * n) / SAMPLES;
      while (segment < count - 2 && along > alongs[segment + 1]) segment++;
      this.#values[n] = interpolate(segment, count, along);
    }
  }

  /** The highest and the lowest place between the corners, or a little beyond. */
  least(): number {
    return Math.min(...this.#values);
  }

  most(): number {
    return Math.max(...this.#values);
  }

  at(along: number): number {
    const position = ((along - FROM) / (TO - FROM)) * SAMPLES;
    const clamped = Math.min(SAMPLES - 1e-6, Math.max(0, position));
    const n = clamped | 0;
    return this.#values[n] + (this.#values[n + 1] - this.#values[n]) * (clamped - n);
  }
}

const alongs = new Float64Array(16);
const acrosses = new Float64Array(16);

/** Cubic Hermite with the slopes of Catmull-Rom on uneven steps. */
function interpolate(k: number, count: number, along: number): number {
  const h = alongs[k + 1] - alongs[k];
  const t = (along - alongs[k]) / h;
  if (t <= 0) return acrosses[k];
  if (t >= 1) return acrosses[k + 1];
  const slope = (acrosses[k + 1] - acrosses[k]) / h;
  const before = k > 0 ? (acrosses[k + 1] - acrosses[k - 1]) / (alongs[k + 1] - alongs[k - 1]) : slope;
  const after = k + 2 < count ? (acrosses[k + 2] - acrosses[k]) / (alongs[k + 2] - alongs[k]) : slope;
  const t2 = t * t;
  const t3 = t2 * t;
  return (
    (2 * t3 - 3 * t2 + 1) * acrosses[k] +
    (t3 - 2 * t2 + t) * h * before +
    (3 * t2 - 2 * t3) * acrosses[k + 1] +
    (t3 - t2) * h * after
  );
}
