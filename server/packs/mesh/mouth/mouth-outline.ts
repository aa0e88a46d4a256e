import { LIPS } from '../../../face/face-topology.ts';

/** Points drawn between two landmarks of a lip. */
const CURVE_STEPS = 4;

/** Corners of the polygon that `traceOpening` writes. */
export const OUTLINE_CORNERS: number = 2 * (LIPS.upperInner.length - 1) * CURVE_STEPS;

/** The opening as a closed polygon: Catmull-Rom curves through the inner lips' points, moved apart by `growPx`. */
export function traceOpening(points: Float32Array, outline: Float64Array, growPx: number): void {
  const last = LIPS.upperInner.length - 1;
  let o = 0;
  for (let step = 0; step < last * CURVE_STEPS; step++, o += 2) curvePoint(points, LIPS.upperInner, step, outline, o);
  for (let step = last * CURVE_STEPS; step > 0; step--, o += 2) curvePoint(points, LIPS.lowerInner, step, outline, o);
  const half = last * CURVE_STEPS;
  for (let step = 1; step < half; step++) {
    const upper = 2 * step;
    const lower = 2 * (2 * half - step);
    const dx = outline[lower] - outline[upper];
    const dy = outline[lower + 1] - outline[upper + 1];
    const distance = Math.hypot(dx, dy) + 1e-6;
    const grow = (growPx * Math.min(1, distance / 4)) / distance;
    outline[upper] -= dx * grow;
    outline[upper + 1] -= dy * grow;
    outline[lower] += dx * grow;
    outline[lower + 1] += dy * grow;
  }
}

function curvePoint(points: Float32Array, line: readonly number[], step: number, out: Float64Array, o: number): void {
  const segment = Math.min(line.length - 2, Math.floor(step / CURVE_STEPS));
  const t = step / CURVE_STEPS - segment;
  const p1 = 3 * line[segment];
  const p2 = 3 * line[segment + 1];
  for (let k = 0; k < 2; k++) {
    const b = points[p1 + k];
    const c = points[p2 + k];
    const a = segment > 0 ? points[3 * line[segment - 1] + k] : 2 * b - c;
    const d = segment + 2 < line.length ? points[3 * line[segment + 2] + k] : 2 * c - b;
    out[o + k] =
      0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
  }
}
