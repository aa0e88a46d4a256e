import { FACE_TRIANGLES, MESH_POINT_COUNT, meshNeighbours, SILHOUETTE } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { FaceLight } from './face-light.ts';
import { FLOOR } from './face-light.ts';
import type { PortraitGeometry } from './portrait-geometry.ts';

/** Natural logarithms of the strongest changes: skin that brightens soon looks burnt out. */
const MOST_DARKER = 0.45;
const MOST_BRIGHTER = 0.2;
/** Number of edges from the face's outline over which the shading comes in, so that nothing beyond is touched. */
const EDGES_TO_FULL = 2;
/** Side of a cell of the grid that shading is kept on, pixels. */
const CELL_PX = 8;
/** Multipliers are kept as whole numbers of 1/this; between four nodes, of 1/2^GAIN_BITS. */
const ONE = 4096;
const GAIN_BITS = Math.log2(2 * CELL_PX * ONE);
const HALF = 1 << (GAIN_BITS - 1);

/**
 * The light stays where it is while the head turns: a cheek that turns to the lamp brightens, one that turns away
 * darkens. The face is shaded by what its light (see `face-light.ts`) says of the difference between the directions
 * that the skin faces in the still and now.
 */
export class TurnShading {
  readonly #geometry: PortraitGeometry;
  readonly #light: FaceLight;
  readonly #presence: Float32Array;
  readonly #columns: number;
  readonly #rows: number;
  /** Per node: sums of red, green, blue changes and of weights; then multipliers. */
  readonly #sums: Float32Array;
  readonly #blurred: Float32Array;
  readonly #gains: Int32Array;
  /** Rows of nodes that points of the face lie at. */
  #firstRow = 0;
  #lastRow = 0;

  constructor(geometry: PortraitGeometry, light: FaceLight, still: RgbaImage) {
    this.#geometry = geometry;
    this.#light = light;
    this.#presence = presenceInside();
    this.#columns = Math.ceil(still.width / CELL_PX) + 2;
    this.#rows = Math.ceil(still.height / CELL_PX) + 2;
    this.#sums = new Float32Array(4 * this.#columns * this.#rows);
    this.#blurred = new Float32Array(this.#sums.length);
    this.#gains = new Int32Array(3 * this.#columns * this.#rows);
  }

  /** Shades the face that is drawn in `out` for the geometry as it is now. */
  draw(out: RgbaImage): void {
    const { pose, ownPose } = this.#geometry;
    let turned = 0;
    for (let k = 0; k < 9; k++) turned = Math.max(turned, Math.abs(pose.rotation[k] - ownPose.rotation[k]));
    if (turned < 1e-4) return;
    this.#splat();
    this.#blur();
    this.#multiply(out);
  }

  /** Spreads the points' changes of brightness over the nodes around them. */
  #splat(): void {
    const { pose, ownPose, moved } = this.#geometry;
    const r = pose.rotation;
    const o = ownPose.rotation;
    const sums = this.#sums.fill(0);
    const { normals } = this.#light;
    const [red, green, blue] = this.#light.channels;
    this.#firstRow = this.#rows;
    this.#lastRow = 0;
    for (let point = 0; point < MESH_POINT_COUNT; point++) {
      const i = 3 * point;
      const column = moved[i] / CELL_PX + 0.5;
      const row = moved[i + 1] / CELL_PX + 0.5;
      if (!(column >= 0 && row >= 0 && column < this.#columns - 1 && row < this.#rows - 1)) continue;
      const nx = normals[i];
      const ny = normals[i + 1];
      const nz = normals[i + 2];
      const x = (r[0] - o[0]) * nx + (r[1] - o[1]) * ny + (r[2] - o[2]) * nz;
      const y = (r[3] - o[3]) * nx + (r[4] - o[4]) * ny + (r[5] - o[5]) * nz;
      const z = (r[6] - o[6]) * nx + (r[7] - o[7]) * ny + (r[8] - o[8]) * nz;
      const presence = this.#presence[point];
      const changeRed = limited(red[1] * x + red[2] * y + red[3] * z) * presence;
      const changeGreen = limited(green[1] * x + green[2] * y + green[3] * z) * presence;
      const changeBlue = limited(blue[1] * x + blue[2] * y + blue[3] * z) * presence;
      const left = Math.floor(column);
      const top = Math.floor(row);
      const fx = column - left;
      const fy = row - top;
      this.#firstRow = Math.min(this.#firstRow, top);
      this.#lastRow = Math.max(this.#lastRow, top + 1);
      const at = 4 * (top * this.#columns + left);
      for (let corner = 0; corner < 4; corner++) {
        const weight = (corner & 1 ? fx : 1 - fx) * (corner & 2 ? fy : 1 - fy);
        const n = at + 4 * (corner & 1) + (corner & 2 ? 4 * this.#columns : 0);
        sums[n] += weight * changeRed;
        sums[n + 1] += weight * changeGreen;
        sums[n + 2] += weight * changeBlue;
        sums[n + 3] += weight;
      }
    }
  }

  /** Evens the nodes out (binomial, 5×5) and turns them into multipliers; nodes away from the face become 1. */
  #blur(): void {
    const stride = 4 * this.#columns;
    const [from, to, gains] = [this.#sums, this.#blurred, this.#gains];
    gains.fill(ONE);
    // Rows of nodes around the face, two more on either side as the mean is that wide.
    const first = Math.max(2, this.#firstRow - 2);
    const last = Math.min(this.#rows - 3, this.#lastRow + 2);
    const begin = Math.max(8, (first - 2) * stride);
    const end = Math.min(from.length - 8, (last + 3) * stride);
    for (let i = begin; i < end; i++) {
      to[i] = from[i - 8] + from[i + 8] + 4 * (from[i - 4] + from[i + 4]) + 6 * from[i];
    }
    for (let i = first * stride, g = (i / 4) * 3; i < (last + 1) * stride; i += 4, g += 3) {
      const weight = this.#blurredDown(i + 3, stride);
      if (weight === 0) continue;
      const scale = 1 / Math.max(weight, LEAST_WEIGHT);
      for (let k = 0; k < 3; k++) gains[g + k] = Math.round(ONE * Math.exp(this.#blurredDown(i + k, stride) * scale));
    }
  }

  #blurredDown(i: number, stride: number): number {
    const to = this.#blurred;
    return to[i - 2 * stride] + to[i + 2 * stride] + 4 * (to[i - stride] + to[i + stride]) + 6 * to[i];
  }

  #multiply({ data, width, height }: RgbaImage): void {
    const bytes = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
    for (let row = 0; row + 1 < this.#rows; row++) {
      const firstLine = Math.max(0, row * CELL_PX - CELL_PX / 2);
      const lastLine = Math.min(height, (row + 1) * CELL_PX - CELL_PX / 2);
      for (let column = 0; column + 1 < this.#columns; column++) {
        const n = 3 * (row * this.#columns + column);
        if (this.#isFlat(n) && this.#isFlat(n + 3 * this.#columns)) continue;
        const left = column * CELL_PX - CELL_PX / 2;
        const from = Math.max(0, left);
        const to = Math.min(width, left + CELL_PX);
        for (let y = firstLine; y < lastLine; y++) {
          const below = 2 * (y - row * CELL_PX) + CELL_PX + 1;
          this.#multiplyRun(bytes, n, below, 4 * (y * width + from), to - from, from - left + 0.5);
        }
      }
    }
  }

  /**
   * `count` pixels of a row of one cell, from byte `at` on. `below`: nearness to the lower nodes, in half pixels;
   * `across`: distance from the left nodes, pixels.
   */
  #multiplyRun(bytes: Uint8ClampedArray, n: number, below: number, at: number, count: number, across: number): void {
    const gains = this.#gains;
    const lower = n + 3 * this.#columns;
    const above = 2 * CELL_PX - below;
    const beginRed = gains[n] * above + gains[lower] * below;
    const beginGreen = gains[n + 1] * above + gains[lower + 1] * below;
    const beginBlue = gains[n + 2] * above + gains[lower + 2] * below;
    const red = (gains[n + 3] * above + gains[lower + 3] * below - beginRed) / CELL_PX;
    const green = (gains[n + 4] * above + gains[lower + 4] * below - beginGreen) / CELL_PX;
    const blue = (gains[n + 5] * above + gains[lower + 5] * below - beginBlue) / CELL_PX;
    const stepRed = Math.round(red) | 0;
    const stepGreen = Math.round(green) | 0;
    const stepBlue = Math.round(blue) | 0;
    let gainRed = (beginRed + Math.round(red * across)) | 0;
    let gainGreen = (beginGreen + Math.round(green * across)) | 0;
    let gainBlue = (beginBlue + Math.round(blue * across)) | 0;
    for (let o = at; o < at + 4 * count; o += 4) {
      bytes[o] = ((Math.imul(bytes[o] + FLOOR, gainRed) + HALF) >> GAIN_BITS) - FLOOR;
      bytes[o + 1] = ((Math.imul(bytes[o + 1] + FLOOR, gainGreen) + HALF) >> GAIN_BITS) - FLOOR;
      bytes[o + 2] = ((Math.imul(bytes[o + 2] + FLOOR, gainBlue) + HALF) >> GAIN_BITS) - FLOOR;
      gainRed = (gainRed + stepRed) | 0;
      gainGreen = (gainGreen + stepGreen) | 0;
      gainBlue = (gainBlue + stepBlue) | 0;
    }
  }

  /** Whether node `n` (index of its first multiplier) and its right neighbour change nothing. */
  #isFlat(n: number): boolean {
    for (let k = n; k < n + 6; k++) if (this.#gains[k] !== ONE) return false;
    return true;
  }
}

/** Sum of blurred weights (a point counts 256) below which a node is away from the face. */
const LEAST_WEIGHT = 60;

function limited(change: number): number {
  const most = change > 0 ? MOST_BRIGHTER : MOST_DARKER;
  return most * Math.tanh(change / most);
}

/** 0 at the face's outline, 1 some edges inside of it. */
function presenceInside(): Float32Array {
  const distance = new Float32Array(MESH_POINT_COUNT).fill(EDGES_TO_FULL);
  for (const point of SILHOUETTE) distance[point] = 0;
  const neighbours = meshNeighbours(FACE_TRIANGLES);
  for (let round = 0; round < EDGES_TO_FULL; round++) {
    neighbours.forEach((around, point) => {
      for (const other of around) distance[point] = Math.min(distance[point], distance[other] + 1);
    });
  }
  return distance.map((edges) => edges / EDGES_TO_FULL);
}
