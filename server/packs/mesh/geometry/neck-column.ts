import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { applySimilarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { jawHeight, NECK } from './head-shape.ts';
import type { TrunkMotion } from './trunk-motion.ts';

/** Heights of the rows (canonical units), from behind the ears to the collar. */
const ROWS = [0.95, 1.15, 1.4, 1.7, 2, 2.35, 2.7];
/** Angles of the columns about the neck's axis, 0 in front. */
const COLUMNS_DEG = [-115, -85, -60, -35, -12, 12, 35, 60, 85, 115];
const DEGREE = Math.PI / 180;
/** The neck is measured at this height, and is no thinner or thicker than so many times the mean one. */
const MEASURED_AT = 1.85;
const THINNEST = 0.6;
const THICKEST = 1.15;
/** Its skin is taken from so far below the jaw and so far from its outline, canonical units. */
const BELOW_JAW = 0.14;
const FROM_OUTLINE = 0.12;
/** Row by row upwards from the jaw the skin is taken from farther below it, by this share: mirrored at the jaw. */
const MIRRORED = 0.5;
/** It is drawn behind what lies so much deeper than it, canonical units. */
const RECESS = 1;
/** Upwards the neck leans forward, by this much in all, and grows thinner to this share. */
const LEAN = 0.3;
const THINNER = 0.88;
/** So much of the person is around what must not be seen; the steps towards the axis until that is so. */
const MARGIN_PX = 3;
const STEP = 0.93;
const MOST_STEPS = 24;
/** Where the trunk takes over from the head. */
const HEAD_UNTIL = 1.2;
const TRUNK_FROM = 2.4;

/**
 * The neck behind the jaw, which a still hides and a turning head uncovers: a part of a cylinder with the skin that is
 * seen below the jaw.
 */
export class NeckColumn {
  readonly vertexCount: number = ROWS.length * COLUMNS_DEG.length;
  readonly #trunk: TrunkMotion;
  readonly #inHead = new Float64Array(3 * this.vertexCount);
  readonly #own = new Float64Array(3 * this.vertexCount);
  readonly #posed = new Float64Array(3 * this.vertexCount);
  readonly #sources = new Float32Array(3 * this.vertexCount);

  constructor(ownPose: Similarity, person: RgbaImage, trunk: TrunkMotion) {
    this.#trunk = trunk;
    const halves = [measureHalf(ownPose, person, -1), measureHalf(ownPose, person, 1)];
    const taken = new Float64Array(3);
    ROWS.forEach((height, row) => {
      COLUMNS_DEG.forEach((angleDeg, column) => {
        const i = 3 * (row * COLUMNS_DEG.length + column);
        const half = halves[angleDeg < 0 ? 0 : 1];
        const upwards = 1 - row / (ROWS.length - 1);
        const thickness = 1 + (THINNER - 1) * upwards;
        const aside = half * thickness * Math.sin(angleDeg * DEGREE);
        const z = NECK.depth - LEAN * upwards - NECK.radius * thickness * Math.cos(angleDeg * DEGREE);
        this.#inHead.set([aside, height, z], i);
        this.#hide(i, ownPose, person);
        const seenAside = Math.max(-half + FROM_OUTLINE, Math.min(half - FROM_OUTLINE, aside));
        const jaw = jawHeight(seenAside) + BELOW_JAW;
        const seenHeight = height > jaw ? height : jaw + (jaw - height) * MIRRORED;
        applySimilarity(ownPose, [seenAside, seenHeight, frontOf(seenAside)], taken);
        this.#sources.set([taken[0], taken[1], 0], i);
      });
    });
    applySimilarity(ownPose, this.#inHead, this.#own);
  }

  /** Draws a vertex towards the neck's axis until the person is in front of it in the still. */
  #hide(i: number, ownPose: Similarity, { width, height, data }: RgbaImage): void {
    const place = new Float64Array(3);
    const isHidden = (dx: number) => {
      const [x, y] = [Math.floor(place[0] + dx), Math.floor(place[1])];
      if (x < 0 || y < 0 || x >= width || y >= height) return true;
      return data[4 * (y * width + x) + 3] >= 250;
    };
    for (let step = 0; step < MOST_STEPS; step++) {
      applySimilarity(ownPose, this.#inHead.subarray(i, i + 3), place);
      if (isHidden(0) && isHidden(-MARGIN_PX) && isHidden(MARGIN_PX)) return;
      this.#inHead[i] *= STEP;
      this.#inHead[i + 2] = NECK.depth + (this.#inHead[i + 2] - NECK.depth) * STEP;
    }
  }

  /** Two triangles per cell; its vertices begin at index `first`. */
  triangles(first: number): number[] {
    const out: number[] = [];
    const width = COLUMNS_DEG.length;
    for (let row = 0; row + 1 < ROWS.length; row++) {
      for (let column = 0; column + 1 < width; column++) {
        const a = first + row * width + column;
        out.push(a, a + 1, a + width + 1, a, a + width + 1, a + width);
      }
    }
    return out;
  }

  /** Writes into `source` where its skin is taken from, from vertex `first` on. */
  writeSources(source: Float32Array, first: number): void {
    source.set(this.#sources, 3 * first);
  }

  /** Writes where it is under `pose`, with the trunk's motion set, `behind` pixels deeper and out of sight behind whatever the still shows, from vertex `first` on. */
  writeMoved(pose: Similarity, behind: number, out: Float32Array, first: number): void {
    const own = this.#own;
    const recess = behind + RECESS * pose.scale;
    applySimilarity(pose, this.#inHead, this.#posed);
    for (let v = 0; v < this.vertexCount; v++) {
      const i = 3 * v;
      const o = 3 * first + i;
      const withHead = smoothstep(TRUNK_FROM, HEAD_UNTIL, this.#inHead[i + 1]);
      const trunkX = own[i] + this.#trunk.shiftX(own[i], own[i + 1]);
      const trunkY = own[i + 1] + this.#trunk.shiftY(own[i], own[i + 1]);
      out[o] = trunkX + (this.#posed[i] - trunkX) * withHead;
      out[o + 1] = trunkY + (this.#posed[i + 1] - trunkY) * withHead;
      out[o + 2] = own[i + 2] + (this.#posed[i + 2] - own[i + 2]) * withHead + recess;
    }
  }
}

function frontOf(aside: number): number {
  const across = Math.min(1, Math.abs(aside) / NECK.radius);
  return NECK.depth - NECK.radius * Math.sqrt(1 - across * across);
}

/** Half the neck's width on one side, by where the person ends there; hair and collars make it no wider than likely. */
function measureHalf(ownPose: Similarity, { width, height, data }: RgbaImage, side: -1 | 1): number {
  const at = new Float64Array(3);
  const most = NECK.radius * THICKEST;
  for (let half = NECK.radius * THINNEST; half < most; half += 0.02) {
    applySimilarity(ownPose, [side * half, MEASURED_AT, NECK.depth], at);
    const [x, y] = [Math.floor(at[0]), Math.floor(at[1])];
    if (x < 0 || y < 0 || x >= width || y >= height) return half;
    if (data[4 * (y * width + x) + 3] < 250) return half - 0.04;
  }
  return NECK.radius;
}
