import type { Matrix3 } from './rotation.ts';

/** x ↦ scale · rotation · x + translation. */
export interface Similarity {
  readonly rotation: Float64Array;
  scale: number;
  readonly translation: Float64Array;
}

export function identitySimilarity(): Similarity {
  return { rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), scale: 1, translation: new Float64Array(3) };
}

/**
 * The similarity that takes points `subset` of `from` closest (least squares) to the same points of `to`.
 * Rotation by unit quaternions after Horn, "Closed-form solution of absolute orientation using unit quaternions",
 * JOSA A 4(4), 1987; scale after Umeyama, PAMI 13(4), 1991. Points are xyz triples; the result is written into `out`.
 * Points that all coincide give the scale 0.
 */
export function alignSimilarity(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  subset: readonly number[],
  out: Similarity,
): Similarity {
  const n = subset.length;
  let [fx, fy, fz, tx, ty, tz] = [0, 0, 0, 0, 0, 0];
  for (const point of subset) {
    const i = 3 * point;
    fx += from[i];
    fy += from[i + 1];
    fz += from[i + 2];
    tx += to[i];
    ty += to[i + 1];
    tz += to[i + 2];
  }
  fx /= n;
  fy /= n;
  fz /= n;
  tx /= n;
  ty /= n;
  tz /= n;

  const h = covariance.fill(0);
  let variance = 0;
  for (const point of subset) {
    const i = 3 * point;
    const [ax, ay, az] = [from[i] - fx, from[i + 1] - fy, from[i + 2] - fz];
    const [bx, by, bz] = [to[i] - tx, to[i + 1] - ty, to[i + 2] - tz];
    variance += ax * ax + ay * ay + az * az;
    h[0] += ax * bx;
    h[1] += ax * by;
    h[2] += ax * bz;
    h[3] += ay * bx;
    h[4] += ay * by;
    h[5] += ay * bz;
    h[6] += az * bx;
    h[7] += az * by;
    h[8] += az * bz;
  }

  const r = out.rotation;
  rotationOf(h, r);
  let trace = 0;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) trace += r[3 * column + row] * h[3 * row + column];
  }
  out.scale = variance > 0 ? trace / variance : 0;
  out.translation[0] = tx - out.scale * (r[0] * fx + r[1] * fy + r[2] * fz);
  out.translation[1] = ty - out.scale * (r[3] * fx + r[4] * fy + r[5] * fz);
  out.translation[2] = tz - out.scale * (r[6] * fx + r[7] * fy + r[8] * fz);
  return out;
}

const covariance = new Float64Array(9);
const symmetric = new Float64Array(16);
const vectors = new Float64Array(16);

/** Horn's rotation for the covariance H = Σ a bᵀ: the eigenvector of the largest eigenvalue of a 4×4 matrix. */
function rotationOf(h: Float64Array, out: Matrix3): void {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = h;
  symmetric.set([xx + yy + zz, yz - zy, zx - xz, xy - yx]);
  symmetric.set([yz - zy, xx - yy - zz, xy + yx, zx + xz], 4);
  symmetric.set([zx - xz, xy + yx, yy - xx - zz, yz + zy], 8);
  symmetric.set([xy - yx, zx + xz, yz + zy, zz - xx - yy], 12);
  diagonalize(symmetric, vectors);
  let best = 0;
  for (let k = 1; k < 4; k++) if (symmetric[5 * k] > symmetric[5 * best]) best = k;
  const w = vectors[best];
  const x = vectors[4 + best];
  const y = vectors[8 + best];
  const z = vectors[12 + best];
  out[0] = w * w + x * x - y * y - z * z;
  out[1] = 2 * (x * y - w * z);
  out[2] = 2 * (x * z + w * y);
  out[3] = 2 * (x * y + w * z);
  out[4] = w * w - x * x + y * y - z * z;
  out[5] = 2 * (y * z - w * x);
  out[6] = 2 * (x * z - w * y);
  out[7] = 2 * (y * z + w * x);
  out[8] = w * w - x * x - y * y + z * z;
}

const MAX_SWEEPS = 30;

/** Jacobi's method for a symmetric 4×4 matrix: leaves eigenvalues on its diagonal, eigenvectors in the columns of `v`. */
function diagonalize(m: Float64Array, v: Float64Array): void {
  v.fill(0);
  for (let k = 0; k < 4; k++) v[5 * k] = 1;
  let size = 0;
  for (let k = 0; k < 16; k++) size += Math.abs(m[k]);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let offDiagonal = 0;
    for (let p = 0; p < 3; p++) {
      for (let q = p + 1; q < 4; q++) {
        const mpq = m[4 * p + q];
        offDiagonal += Math.abs(mpq);
        if (Math.abs(mpq) <= size * 1e-17) continue;
        const theta = (m[5 * q] - m[5 * p]) / (2 * mpq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < 4; k++) rotatePair(m, 4 * k + p, 4 * k + q, c, s);
        for (let k = 0; k < 4; k++) rotatePair(m, 4 * p + k, 4 * q + k, c, s);
        for (let k = 0; k < 4; k++) rotatePair(v, 4 * k + p, 4 * k + q, c, s);
      }
    }
    if (offDiagonal <= size * 1e-14) return;
  }
}

function rotatePair(values: Float64Array, i: number, j: number, c: number, s: number): void {
  const a = values[i];
  const b = values[j];
  values[i] = c * a - s * b;
  values[j] = s * a + c * b;
}

/** Applies `similarity` to every point of `points`. */
export function applySimilarity<T extends Float32Array | Float64Array>(
  { rotation: r, scale, translation: t }: Similarity,
  points: ArrayLike<number>,
  out: T,
): T {
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    out[i] = scale * (r[0] * x + r[1] * y + r[2] * z) + t[0];
    out[i + 1] = scale * (r[3] * x + r[4] * y + r[5] * z) + t[1];
    out[i + 2] = scale * (r[6] * x + r[7] * y + r[8] * z) + t[2];
  }
  return out;
}

/** Takes every point back through `similarity`. */
export function invertSimilarity<T extends Float32Array | Float64Array>(
  { rotation: r, scale, translation: t }: Similarity,
  points: ArrayLike<number>,
  out: T,
): T {
  const k = scale > 0 ? 1 / scale : 0;
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i] - t[0], points[i + 1] - t[1], points[i + 2] - t[2]];
    out[i] = k * (r[0] * x + r[3] * y + r[6] * z);
    out[i + 1] = k * (r[1] * x + r[4] * y + r[7] * z);
    out[i + 2] = k * (r[2] * x + r[5] * y + r[8] * z);
  }
  return out;
}
