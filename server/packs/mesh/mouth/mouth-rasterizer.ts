import type { PolygonCoverage } from '../raster/polygon-coverage.ts';
import { JAW_AXIS_Y, JAW_AXIS_Z } from './dental-arch.ts';
import type { MouthMesh } from './surface-builder.ts';

/** Samples per pixel and direction. */
export const SAMPLES = 2;
/** Values per sample: red, green, blue (linear), depth behind the front teeth (cm). */
export const SAMPLE_VALUES = 4;

/** The camera is this far away: what lies deep is a little smaller. */
const CAMERA_DISTANCE_CM = 80;
/** Light falls off inside of the mouth, per cm behind the front teeth: red tissue reflects red light furthest. */
const RED_DECAY = 0.27;
const OTHER_DECAY = 0.35;
/** Light from above and below, and the key light; directions are the camera's. */
const AMBIENT_UP = 0.42;
const AMBIENT_DOWN = 0.25;
const KEY = 0.62;
const KEY_X = 0.1;
const KEY_Y = -0.35;
const KEY_Z = -0.93;
/** How far light wraps around what is rounded. */
const WRAP = 0.45;
/** Halfway between the key light and the viewer. */
const HALF_LENGTH = Math.hypot(KEY_X, KEY_Y, KEY_Z - 1);
const HALF_X = KEY_X / HALF_LENGTH;
const HALF_Y = KEY_Y / HALF_LENGTH;
const HALF_Z = (KEY_Z - 1) / HALF_LENGTH;
/** Where nothing is hit: the throat. */
const NOTHING_RED = 0.02;
const NOTHING_OTHER = 0.006;
const NOTHING_DEPTH_CM = 6;
/** Weights that change less than this per sample do not bound a row; a sample this far outside of an edge is inside. */
const TINY_STEP = 1e-7;
const SLACK = 1e-4;

/** How the mouth is seen. */
export interface MouthView {
  /** Of the head, 3×3, row-major, head's frame to the camera's. */
  readonly rotation: Float64Array;
  /** The origin of the mouth's mesh in the picture, pixels. */
  x: number;
  y: number;
  pixelsPerCm: number;
  jawRad: number;
}

/**
 * Draws the mouth's mesh into the box of the opening, z-buffered, lit at its vertices, with `SAMPLES²` samples a
 * pixel. Only where the opening is; what is not closed is drawn two-sided.
 */
export class MouthRasterizer {
  /** `SAMPLE_VALUES` per sample, row by row over the box of the opening; valid where it covers. */
  samples: Float32Array = new Float32Array(0);

  readonly #mesh: MouthMesh;
  /** x, y (samples from the box's corner) and depth (cm from the camera's near side) per vertex. */
  readonly #screen: Float32Array;
  /** As in `samples`, per vertex. */
  readonly #lit: Float32Array;
  #depth = new Float32Array(0);
  /** First and one past the last covered sample column of each pixel row. */
  #spans = new Int32Array(0);
  #width = 0;
  #height = 0;

  constructor(mesh: MouthMesh) {
    this.#mesh = mesh;
    this.#screen = new Float32Array(3 * mesh.vertexCount);
    this.#lit = new Float32Array(SAMPLE_VALUES * mesh.vertexCount);
  }

  draw(view: MouthView, opening: PolygonCoverage): void {
    this.#width = SAMPLES * opening.width;
    this.#height = SAMPLES * opening.height;
    this.#begin(opening);
    this.#project(view, opening.left, opening.top);
    const { triangles, closedIndexCount } = this.#mesh;
    for (let i = 0; i < triangles.length; i += 3) {
      this.#triangle(triangles[i], triangles[i + 1], triangles[i + 2], i < closedIndexCount);
    }
  }

  #begin({ values, width, height }: PolygonCoverage): void {
    const size = this.#width * this.#height;
    if (this.#depth.length < size) {
      this.#depth = new Float32Array(2 * size);
      this.samples = new Float32Array(2 * SAMPLE_VALUES * size);
    }
    if (this.#spans.length < 2 * height) this.#spans = new Int32Array(4 * height);
    this.#depth.fill(Number.POSITIVE_INFINITY, 0, size);
    const { samples } = this;
    for (let o = 0; o < SAMPLE_VALUES * size; o += SAMPLE_VALUES) {
      samples[o] = NOTHING_RED;
      samples[o + 1] = NOTHING_OTHER;
      samples[o + 2] = NOTHING_OTHER;
      samples[o + 3] = NOTHING_DEPTH_CM;
    }
    for (let y = 0; y < height; y++) {
      let first = 0;
      while (first < width && values[y * width + first] <= 0) first++;
      let end = width;
      while (end > first && values[y * width + end - 1] <= 0) end--;
      this.#spans[2 * y] = SAMPLES * first;
      this.#spans[2 * y + 1] = SAMPLES * end;
    }
  }

  #project(view: MouthView, left: number, top: number): void {
    const { positions, normals, albedo, gloss, jawShare, vertexCount } = this.#mesh;
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = view.rotation;
    const cos = Math.cos(view.jawRad) - 1;
    const sin = Math.sin(view.jawRad);
    const scale = SAMPLES * view.pixelsPerCm;
    const centreX = SAMPLES * (view.x - left);
    const centreY = SAMPLES * (view.y - top);
    const screen = this.#screen;
    const lit = this.#lit;
    for (let v = 0; v < vertexCount; v++) {
      const i = 3 * v;
      const share = jawShare[v];
      const x = positions[i];
      let y = positions[i + 1];
      let z = positions[i + 2];
      if (share > 0) {
        const fromAxisY = y - JAW_AXIS_Y;
        const fromAxisZ = z - JAW_AXIS_Z;
        y += share * (cos * fromAxisY - sin * fromAxisZ);
        z += share * (sin * fromAxisY + cos * fromAxisZ);
      }
      const depth = r6 * x + r7 * y + r8 * z;
      const near = scale / (1 + depth / CAMERA_DISTANCE_CM);
      const sx = centreX + near * (r0 * x + r1 * y + r2 * z);
      const sy = centreY + near * (r3 * x + r4 * y + r5 * z);
      screen[i] = sx;
      screen[i + 1] = sy;
      screen[i + 2] = depth;
      // A tooth's width around the opening is more than any triangle reaches.
      if (sx < -scale || sy < -scale || sx > this.#width + scale || sy > this.#height + scale) continue;

      const nx = normals[i];
      const ny = normals[i + 1] + share * (cos * normals[i + 1] - sin * normals[i + 2]);
      const nz = normals[i + 2] + share * (sin * normals[i + 1] + cos * normals[i + 2]);
      let ax = r0 * nx + r1 * ny + r2 * nz;
      let ay = r3 * nx + r4 * ny + r5 * nz;
      let az = r6 * nx + r7 * ny + r8 * nz;
      if (az > 0) {
        ax = -ax;
        ay = -ay;
        az = -az;
      }
      const up = 0.5 - 0.5 * ay;
      const facing = (ax * KEY_X + ay * KEY_Y + az * KEY_Z + WRAP) / (1 + WRAP);
      const diffuse = facing > 0 ? facing * (0.65 + 0.35 * facing) : 0;
      const towardsHalf = ax * HALF_X + ay * HALF_Y + az * HALF_Z;
      let highlight = 0;
      if (towardsHalf > 0.8) {
        const p2 = towardsHalf * towardsHalf;
        const p4 = p2 * p2;
        const p8 = p4 * p4;
        const p16 = p8 * p8;
        highlight = gloss[v] * p16 * p16 * p16 * KEY;
      }
      const depthCm = Math.max(0, z);
      const redDecay = Math.exp(-RED_DECAY * depthCm);
      const otherDecay = Math.exp(-OTHER_DECAY * depthCm);
      const light = AMBIENT_UP * up + AMBIENT_DOWN * (1 - up) + KEY * diffuse;
      const o = SAMPLE_VALUES * v;
      lit[o] = (albedo[i] * light + highlight) * redDecay;
      lit[o + 1] = (albedo[i + 1] * light + highlight) * otherDecay;
      lit[o + 2] = (albedo[i + 2] * light + highlight) * otherDecay;
      lit[o + 3] = z;
    }
  }

  #triangle(a: number, b: number, c: number, isClosed: boolean): void {
    const screen = this.#screen;
    const width = this.#width;
    const ax = screen[3 * a];
    const ay = screen[3 * a + 1];
    const bx = screen[3 * b];
    const by = screen[3 * b + 1];
    const cx = screen[3 * c];
    const cy = screen[3 * c + 1];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area < 1e-6 && (isClosed || area > -1e-6)) return;
    const first = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const last = Math.min(this.#height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (last < first) return;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    if (right < left) return;

    // Weights of b and c, linear over the picture.
    const inverse = 1 / area;
    const bStepX = (cy - ay) * inverse;
    const bStepY = -(cx - ax) * inverse;
    const cStepX = -(by - ay) * inverse;
    const cStepY = (bx - ax) * inverse;
    const aStepX = -(bStepX + cStepX);
    const aReach = -1 / aStepX;
    const bReach = -1 / bStepX;
    const cReach = -1 / cStepX;
    const az = screen[3 * a + 2];
    const bz = screen[3 * b + 2] - az;
    const cz = screen[3 * c + 2] - az;
    const depthStep = bz * bStepX + cz * cStepX;
    const lit = this.#lit;
    const la = SAMPLE_VALUES * a;
    const lb = SAMPLE_VALUES * b;
    const lc = SAMPLE_VALUES * c;
    const red = lit[la];
    const green = lit[la + 1];
    const blue = lit[la + 2];
    const behind = lit[la + 3];
    const redB = lit[lb] - red;
    const greenB = lit[lb + 1] - green;
    const blueB = lit[lb + 2] - blue;
    const behindB = lit[lb + 3] - behind;
    const redC = lit[lc] - red;
    const greenC = lit[lc + 1] - green;
    const blueC = lit[lc + 2] - blue;
    const behindC = lit[lc + 3] - behind;
    const depths = this.#depth;
    const spans = this.#spans;
    const { samples } = this;
    for (let y = first; y <= last; y++) {
      const row = 2 * ((y / SAMPLES) | 0);
      let from = Math.max(left, spans[row]);
      let to = Math.min(right, spans[row + 1] - 1);
      const startX = left + 0.5;
      const startB = (startX - ax) * bStepX + (y + 0.5 - ay) * bStepY;
      const startC = (startX - ax) * cStepX + (y + 0.5 - ay) * cStepY;
      const startA = 1 - startB - startC;
      // Where each weight is not negative: to the right or to the left of where it vanishes.
      if (aStepX > TINY_STEP) from = Math.max(from, left + Math.ceil(startA * aReach - SLACK));
      else if (aStepX < -TINY_STEP) to = Math.min(to, left + Math.floor(startA * aReach + SLACK));
      else if (startA < -TINY_STEP) continue;
      if (bStepX > TINY_STEP) from = Math.max(from, left + Math.ceil(startB * bReach - SLACK));
      else if (bStepX < -TINY_STEP) to = Math.min(to, left + Math.floor(startB * bReach + SLACK));
      else if (startB < -TINY_STEP) continue;
      if (cStepX > TINY_STEP) from = Math.max(from, left + Math.ceil(startC * cReach - SLACK));
      else if (cStepX < -TINY_STEP) to = Math.min(to, left + Math.floor(startC * cReach + SLACK));
      else if (startC < -TINY_STEP) continue;
      let depth = az + bz * (startB + (from - left) * bStepX) + cz * (startC + (from - left) * cStepX);
      const end = y * width + to;
      for (let o = y * width + from; o <= end; o++, depth += depthStep) {
        if (depth >= depths[o]) continue;
        depths[o] = depth;
        const steps = o - y * width - left;
        const wb = startB + steps * bStepX;
        const wc = startC + steps * cStepX;
        const s = SAMPLE_VALUES * o;
        samples[s] = red + wb * redB + wc * redC;
        samples[s + 1] = green + wb * greenB + wc * greenC;
        samples[s + 2] = blue + wb * blueB + wc * blueC;
        samples[s + 3] = behind + wb * behindB + wc * behindC;
      }
    }
  }
}
