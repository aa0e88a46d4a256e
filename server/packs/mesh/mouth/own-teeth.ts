import { LIPS } from '../../../face/face-topology.ts';
import { mouthOpening } from '../../../motion/face-measures.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { PolygonCoverage } from '../raster/polygon-coverage.ts';
import type { Texture } from '../raster/texture.ts';
import { sampleTexture } from '../raster/texture.ts';
import { OUTLINE_CORNERS, traceOpening } from './mouth-outline.ts';

/** The portrait's mouth must be open by this much of its width for teeth to be seen in it … */
const OPEN_FROM = 0.05;
const OPEN_AT = 0.1;
/** … and the upper half of the opening this bright, compared with the lips' surroundings. */
const BRIGHT_FROM = 0.42;
const BRIGHT_AT = 0.6;
/** Share of the opening, from the upper lip down, that belongs to the upper teeth, and where it ends. */
const UPPER_FROM = 0.95;
const UPPER_UNTIL = 0.6;
/** The first row of the opening that shows teeth and not the lip. */
const FIRST_SEEN = 0.12;
const LEAST_HEIGHT_PX = 1.5;
/** Share of the way that a raised lip takes the teeth along; the rest shows more of them. */
const LIP_TAKES_ALONG = 0.85;
/** Towards the corners of the mouth, this share of its width, they fade. */
const CORNER_SHARE = 0.12;
const SKIN_POINTS = [50, 280, 164, 200];

/**
 * The upper teeth that a portrait shows in its smile. They are fixed to the skull: when the mouth opens they stay
 * where they are while the lips move around them.
 */
export class OwnTeeth {
  /** How surely there are teeth to keep, 0..1. */
  readonly share: number;
  /** Where in the still picture the last `find` was, pixels. */
  sourceX = 0;
  sourceY = 0;

  readonly #geometry: PortraitGeometry;
  readonly #opening = new PolygonCoverage();
  /** First row of the opening and its height, per column, pixels. */
  readonly #top: Float32Array;
  readonly #height: Float32Array;
  /** The picture to the still picture, for what lies as deep as the lips: a, b, c; d, e, f. */
  readonly #map = new Float64Array(6);

  constructor(geometry: PortraitGeometry, still: Texture) {
    this.#geometry = geometry;
    const outline = new Float64Array(2 * OUTLINE_CORNERS);
    traceOpening(geometry.own, outline, 0);
    const isInPicture = this.#opening.fill(outline, OUTLINE_CORNERS, 1, still.width, still.height);
    const { width, height, values } = this.#opening;
    this.#top = new Float32Array(isInPicture ? width : 0);
    this.#height = new Float32Array(this.#top.length);
    for (let x = 0; x < this.#top.length; x++) {
      let sum = 0;
      let first = height;
      for (let y = 0; y < height; y++) {
        const value = values[y * width + x];
        if (value > 0 && first === height) first = y + 1 - value;
        sum += value;
      }
      this.#top[x] = first;
      this.#height[x] = Math.max(1, sum);
    }
    this.share = isInPicture
      ? smoothstep(OPEN_FROM, OPEN_AT, mouthOpening(geometry.ownShape)) * this.#brightness(still)
      : 0;
  }

  /** Takes the geometry as it is under the present motion. */
  pose(): void {
    const { pose, ownPose, ownShape } = this.#geometry;
    const depth = ownShape[3 * LIPS.upperInner[5] + 2];
    const [a, b, d, e] = plane(pose);
    const inverse = 1 / (a * e - b * d);
    const [oa, ob, od, oe] = plane(ownPose);
    const x0 = pose.translation[0] + pose.scale * pose.rotation[2] * depth;
    const y0 = pose.translation[1] + pose.scale * pose.rotation[5] * depth;
    const map = this.#map;
    map[0] = (oa * e - ob * d) * inverse;
    map[1] = (ob * a - oa * b) * inverse;
    map[3] = (od * e - oe * d) * inverse;
    map[4] = (oe * a - od * b) * inverse;
    map[2] = ownPose.translation[0] + ownPose.scale * ownPose.rotation[2] * depth - map[0] * x0 - map[1] * y0;
    map[5] = ownPose.translation[1] + ownPose.scale * ownPose.rotation[5] * depth - map[3] * x0 - map[4] * y0;
    this.#followRaisedLip();
  }

  /** A lip that is raised above the teeth's first row takes them along: what is above them, gum, was not in sight. */
  #followRaisedLip(): void {
    const map = this.#map;
    const lip = 3 * LIPS.upperInner[5];
    const { own, moved } = this.#geometry;
    const lipY = map[3] * moved[lip] + map[4] * moved[lip + 1] + map[5];
    const above = own[lip + 1] - lipY;
    if (above > 0) map[5] += above * LIP_TAKES_ALONG;
  }

  /** How much of the pixel around (x, y) shows the portrait's own teeth, 0..1; where, is in `sourceX`, `sourceY`. */
  find(x: number, y: number): number {
    if (this.share === 0) return 0;
    const map = this.#map;
    this.sourceX = map[0] * x + map[1] * y + map[2];
    this.sourceY = map[3] * x + map[4] * y + map[5];
    const { left, top, width } = this.#opening;
    const column = Math.floor(this.sourceX - left);
    if (column < 0 || column >= width || this.#height[column] < LEAST_HEIGHT_PX) return 0;
    const down = (this.sourceY - top - this.#top[column]) / this.#height[column];
    // Above what the picture shows of them teeth go on as they begin.
    if (down < FIRST_SEEN) this.sourceY = top + this.#top[column] + FIRST_SEEN * this.#height[column];
    const towardsCorner = Math.min(column + 0.5, width - column - 0.5) / width;
    return this.share * smoothstep(UPPER_FROM, UPPER_UNTIL, down) * smoothstep(0, CORNER_SHARE, towardsCorner);
  }

  /** Whether the upper half of the opening is as bright as teeth are, 0..1. */
  #brightness(still: Texture): number {
    const { left, top, width, height, values } = this.#opening;
    let [sum, weight] = [0, 1e-6];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const down = (y + 0.5 - this.#top[x]) / this.#height[x];
        // Not at the corners of the mouth, where it is always dark.
        if (down > 0.5 || Math.abs(x - width / 2) > width / 4) continue;
        const value = values[y * width + x];
        sum += value * luminance(sampleTexture(still, left + x + 0.5, top + y + 0.5));
        weight += value;
      }
    }
    let skin = 0;
    for (const point of SKIN_POINTS) {
      const { own } = this.#geometry;
      skin += luminance(sampleTexture(still, own[3 * point], own[3 * point + 1])) / SKIN_POINTS.length;
    }
    return smoothstep(BRIGHT_FROM, BRIGHT_AT, sum / weight / Math.max(1, skin));
  }
}

/** How x and y of the head's frame appear in the picture: dx/dX, dx/dY, dy/dX, dy/dY. */
function plane({ rotation: r, scale }: Similarity): [number, number, number, number] {
  return [scale * r[0], scale * r[1], scale * r[3], scale * r[4]];
}

function luminance(colour: number): number {
  return 0.2126 * (colour & 255) + 0.7152 * ((colour >>> 8) & 255) + 0.0722 * ((colour >>> 16) & 255);
}
