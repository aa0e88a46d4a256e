import { BROWS, EYES, LIPS, MESH_POINT_COUNT } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { faceNormals } from './face-normals.ts';

/** What is not skin, or not lit like skin. */
export const NOT_SKIN = new Set<number>([
  ...EYES.flatMap((eye) => [...eye.upperLid, ...eye.lowerLid, ...eye.upperCrease, ...eye.lowerCrease]),
  ...BROWS.flatMap((brow) => [...brow.upper, ...brow.lower]),
  ...LIPS.upperOuter,
  ...LIPS.lowerOuter,
  ...LIPS.upperInner,
  ...LIPS.lowerInner,
]);
/** Skin seen more flatly than this (cosine) says little about the light. */
const LEAST_FACING = 0.15;
/** Half the side of the square that a point's colour is the mean of, canonical units. */
export const SAMPLE_REACH = 0.03;
/** sRGB values are taken this much brighter, so that noise in the dark does not count. */
export const FLOOR = 8;
/** Weighted least squares: rounds, and how strongly a dependence on direction has to be shown (per sample). */
const ROUNDS = 8;
const RIDGE = 0.008;
const TERMS = 4;

/**
 * The light on a portrait's face: the logarithm of the skin's colour, per channel, as a linear function of the
 * direction that the skin faces (Lambert's law and an ambient part, to first order).
 */
export interface FaceLight {
  /** Unit normals of the landmarks in the head's own frame. */
  readonly normals: Float64Array;
  /** Red, green, blue: constant, and per camera axis x, y, z of the normal. */
  readonly channels: readonly [Float64Array, Float64Array, Float64Array];
}

/** `own`: the landmarks in the still; `ownShape`: the same in the head's own frame. */
export function readFaceLight(
  still: RgbaImage,
  own: Float32Array,
  ownShape: Float64Array,
  ownPose: Similarity,
): FaceLight {
  const normals = faceNormals(ownShape);
  const r = ownPose.rotation;
  const reach = Math.max(1, Math.round(SAMPLE_REACH * ownPose.scale));
  const directions: number[][] = [];
  const colours: number[][] = [];
  for (let point = 0; point < MESH_POINT_COUNT; point++) {
    if (NOT_SKIN.has(point)) continue;
    const [nx, ny, nz] = [normals[3 * point], normals[3 * point + 1], normals[3 * point + 2]];
    const direction = [0, 3, 6].map((row) => r[row] * nx + r[row + 1] * ny + r[row + 2] * nz);
    if (-direction[2] < LEAST_FACING) continue;
    const colour = meanColour(still, own[3 * point], own[3 * point + 1], reach);
    if (!colour) continue;
    directions.push([1, ...direction]);
    colours.push(colour.map((value) => Math.log(value + FLOOR)));
  }
  const channel = (k: number) =>
    fitRobustly(
      directions,
      colours.map((colour) => colour[k]),
    );
  return { normals, channels: [channel(0), channel(1), channel(2)] };
}

/** Mean colour of the square about (x, y), null outside of the picture. */
export function meanColour({ width, height, data }: RgbaImage, x: number, y: number, reach: number): number[] | null {
  const [centreX, centreY] = [Math.floor(x), Math.floor(y)];
  const sum = [0, 0, 0];
  let count = 0;
  for (let py = Math.max(0, centreY - reach); py <= Math.min(height - 1, centreY + reach); py++) {
    for (let px = Math.max(0, centreX - reach); px <= Math.min(width - 1, centreX + reach); px++) {
      for (let k = 0; k < 3; k++) sum[k] += data[4 * (py * width + px) + k];
      count++;
    }
  }
  return count > 0 ? sum.map((value) => value / count) : null;
}

/** Iteratively reweighted least squares (Cauchy weights): moles, shadows and stubble do not count. */
function fitRobustly(rows: readonly number[][], values: readonly number[]): Float64Array {
  let weights = rows.map(() => 1);
  let fitted: Float64Array = new Float64Array(TERMS);
  if (rows.length < 4 * TERMS) return fitted;
  for (let round = 0; round < ROUNDS; round++) {
    fitted = solve(rows, values, weights);
    const misses = rows.map((row, i) =>
      Math.abs(values[i] - row.reduce((sum, value, k) => sum + value * fitted[k], 0)),
    );
    const typical = [...misses].sort((a, b) => a - b)[misses.length >> 1] + 1e-6;
    weights = misses.map((miss) => 1 / (1 + (miss / (2 * typical)) ** 2));
  }
  return fitted;
}

/** Weighted ridge regression by Gauss–Jordan elimination; the constant is not held back. */
function solve(rows: readonly number[][], values: readonly number[], weights: readonly number[]): Float64Array {
  const m = Array.from({ length: TERMS }, () => new Float64Array(TERMS + 1));
  rows.forEach((row, i) => {
    for (let a = 0; a < TERMS; a++) {
      for (let b = 0; b < TERMS; b++) m[a][b] += weights[i] * row[a] * row[b];
      m[a][TERMS] += weights[i] * row[a] * values[i];
    }
  });
  for (let a = 0; a < TERMS; a++) m[a][a] += a === 0 ? 1e-9 : RIDGE * rows.length;
  for (let a = 0; a < TERMS; a++) {
    for (let b = 0; b < TERMS; b++) {
      if (b === a) continue;
      const factor = m[b][a] / m[a][a];
      for (let c = a; c <= TERMS; c++) m[b][c] -= factor * m[a][c];
    }
  }
  return Float64Array.from(m, (row, a) => row[TERMS] / row[a]);
}
