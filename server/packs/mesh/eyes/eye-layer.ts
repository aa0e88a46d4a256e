import type { EyePoints } from '../../../face/face-topology.ts';
import { EYES } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Motion } from '../../../motion/motion.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { softLimit } from '../geometry/motion-limits.ts';
import type { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { clamp01 } from '../raster/clamp01.ts';
import type { Texture } from '../raster/texture.ts';
import { createTexture, sampleTexture } from '../raster/texture.ts';
import type { EyeAxes } from './eye-axes.ts';
import { acrossOf, alongOf, createEyeAxes, readEyeAxes, xAt, yAt } from './eye-axes.ts';
import { LOWER_LID_SHARE } from './eye-crop.ts';
import { boundingBox, EyePatch } from './eye-patch.ts';
import { paintEyeball } from './eyeball.ts';
import { LidCurve } from './lid-curve.ts';
import type { LidKeyframes } from './lid-keyframes.ts';
import { CLOSINGS, LID_CHANNELS } from './lid-keyframes.ts';

/** Farthest an iris goes, in eye widths, along and across. */
const MOST_GAZE_ALONG = 0.2;
const MOST_GAZE_ACROSS = 0.09;
/** Iris heights are measured less surely than sides. */
const GAZE_ACROSS_SHARE = 0.7;
/** What lies within so many radii of the iris' centre moves as it is; beyond, the white stretches. */
const RIGID_AROUND_IRIS = 1.3;
/** How far around the lids the painted keyframes are moved with them, and end, in eye widths. */
const REACH_ABOVE = 0.34;
const REACH_BELOW = 0.4;
const REACH_BESIDE = 0.27;
/** Drawn box around the lids, eye widths. */
const ROOM = 0.55;
/** Values kept for each pixel of a row: along, across, and across of the upper and the lower lid there, wide open. */
const ROW_VALUES = 4;

/** Draws one eye over the warped portrait: gaze, lids that close over the eyeball, their lashes. */
export class EyeLayer {
  readonly #geometry: PortraitGeometry;
  readonly #still: Texture;
  readonly #eye: EyePoints;
  readonly #index: 0 | 1;
  readonly #patch: EyePatch;
  readonly #lids: LidKeyframes;
  readonly #eyeballTexture: Texture;
  readonly #axes = createEyeAxes();
  readonly #upper = new LidCurve();
  readonly #lower = new LidCurve();
  /** Of the row that is being drawn, pixel by pixel: where it is in the eye, … */
  #row = new Float64Array(0);
  /** … in the keyframes' crop (column and row), … */
  #places = new Float64Array(0);
  /** … and what the keyframes show there. */
  #seen = new Float64Array(0);

  constructor(geometry: PortraitGeometry, still: RgbaImage, texture: Texture, index: 0 | 1, lids: LidKeyframes) {
    this.#geometry = geometry;
    this.#still = texture;
    this.#eye = EYES[index];
    this.#index = index;
    this.#patch = new EyePatch(still, geometry.own, this.#eye, geometry.ownPose);
    this.#lids = lids;
    this.#eyeballTexture = createTexture(paintEyeball(this.#patch, still));
  }

  /** Draws over `out` for the geometry as it is now. */
  draw(motion: Motion, out: RgbaImage): void {
    const opening = motion.lidOpening[this.#index];
    const closing = Math.min(1, Math.max(0, 1 - opening));
    const [lookAlong, lookAcross] = motion.gaze[this.#index];
    const gazeAlong = softLimit(lookAlong, MOST_GAZE_ALONG);
    const gazeAcross = softLimit(lookAcross * GAZE_ACROSS_SHARE, MOST_GAZE_ACROSS) * this.#patch.widthUnits;
    const change = Math.hypot(gazeAlong, gazeAcross) + closing + Math.max(0, opening - 1) * 0.3;
    if (change < 1e-4) return;

    const { moved, pose } = this.#geometry;
    readEyeAxes(moved, this.#eye, pose, this.#axes);
    this.#upper.read(moved, this.#eye.upperLid, this.#axes);
    this.#lower.read(moved, this.#eye.lowerLid, this.#axes);
    this.#paint(out, closing, gazeAlong, gazeAcross, smoothstep(0, 0.04, change));
  }

  #paint(out: RgbaImage, closing: number, gazeAlong: number, gazeAcross: number, presence: number): void {
    const { axes } = this.#patch;
    const box = closing > 0 ? this.#boxAroundLids() : this.#boxAroundOpening();
    const left = Math.max(0, Math.floor(box.left));
    const count = Math.min(out.width, Math.ceil(box.right)) - left;
    const top = Math.max(0, Math.floor(box.top));
    const bottom = Math.min(out.height, Math.ceil(box.bottom));
    if (this.#row.length < ROW_VALUES * count) {
      this.#row = new Float64Array(2 * ROW_VALUES * count);
      this.#places = new Float64Array(4 * count);
      this.#seen = new Float64Array(2 * LID_CHANNELS * count);
    }
    const look = {
      closing,
      gazeAlong,
      gazeAcross,
      presence,
      cleaned: smoothstep(0.005, 0.05, Math.hypot(gazeAlong, gazeAcross) + 0.15 * closing),
    };
    for (let y = top; y < bottom; y++) {
      this.#measureRow(left + 0.5, y + 0.5, count);
      if (closing > 0) this.#sampleLids(axes, count, closing);
      this.#drawRow(out.data, 4 * (y * out.width + left), count, look);
    }
  }

  /** All that closing lids change. */
  #boxAroundLids(): Box {
    const room = ROOM * this.#patch.widthUnits;
    const [upper, lower] = [this.#upper.at(0.5) - room, this.#lower.at(0.5) + room];
    return boundingBox(this.#axes, -REACH_BESIDE, 1 + REACH_BESIDE, upper, lower);
  }

  /** All of the eyeball that can be seen between open lids, and a pixel around it. */
  #boxAroundOpening(): Box {
    const { left, top, right, bottom } = boundingBox(this.#axes, 0, 1, this.#upper.least(), this.#lower.most());
    return { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 };
  }

  /** Where in the eye `count` pixels from (x, y) on are. */
  #measureRow(x: number, y: number, count: number): void {
    const axes = this.#axes;
    const upper = this.#upper;
    const lower = this.#lower;
    const row = this.#row;
    for (let i = 0; i < count; i++) {
      const along = alongOf(axes, x + i, y);
      const openUpper = upper.at(along);
      const o = ROW_VALUES * i;
      row[o] = along;
      row[o + 1] = acrossOf(axes, x + i, y);
      row[o + 2] = openUpper;
      row[o + 3] = Math.max(openUpper, lower.at(along));
    }
  }

  #drawRow(data: Uint8Array, start: number, count: number, look: Look): void {
    const { closing, gazeAlong, gazeAcross, presence, cleaned } = look;
    const axes = this.#axes;
    const patch = this.#patch;
    const own = patch.axes;
    const still = this.#still;
    const eyeballTexture = this.#eyeballTexture;
    const row = this.#row;
    const seen = this.#seen;
    const widthPx = Math.hypot(axes.alongX, axes.alongY);
    /** Pixels per canonical unit across. */
    const acrossPx = Math.abs(1 / axes.inverse) / Math.max(1e-6, widthPx);
    const irisReach = (patch.irisRadius * RIGID_AROUND_IRIS) / patch.widthUnits;
    for (let i = 0; i < count; i++) {
      const along = row[ROW_VALUES * i];
      if (along < -REACH_BESIDE || along > 1 + REACH_BESIDE) continue;
      const across = row[ROW_VALUES * i + 1];
      const openUpper = row[ROW_VALUES * i + 2];
      const openLower = row[ROW_VALUES * i + 3];
      const gap = openLower - openUpper;
      const upper = openUpper + gap * closing * (1 - LOWER_LID_SHARE);
      const lower = openLower - gap * closing * LOWER_LID_SHARE;
      const corners = clamp01(along * widthPx + 0.5) * clamp01((1 - along) * widthPx + 0.5);
      const opening =
        corners *
        clamp01((across - upper) * acrossPx + 0.5) *
        clamp01((lower - across) * acrossPx + 0.5) *
        clamp01((lower - upper) * acrossPx);
      const p = start + 4 * i;
      let red = data[p];
      let green = data[p + 1];
      let blue = data[p + 2];
      let lightRed = 1;
      let lightGreen = 1;
      let lightBlue = 1;

      if (closing > 0) {
        const s = LID_CHANNELS * i;
        const was = clamp01((across - openUpper) * acrossPx + 0.5) * clamp01((openLower - across) * acrossPx + 0.5);
        const swept = was * corners - opening;
        const alpha = seen[s] + (1 - seen[s]) * Math.max(0, swept);
        red += (seen[s + 1] - red) * alpha;
        green += (seen[s + 2] - green) * alpha;
        blue += (seen[s + 3] - blue) * alpha;
        lightRed = seen[s + 4];
        lightGreen = seen[s + 5];
        lightBlue = seen[s + 6];
      }
      const eyeball = opening * presence;
      if (eyeball > 0.002) {
        // The iris and what is near it move as they are, the corners stay.
        const fromIris = Math.abs(along - gazeAlong - patch.irisAlong);
        const side = along - gazeAlong < patch.irisAlong ? patch.irisAlong : 1 - patch.irisAlong;
        const share = smoothstep(Math.max(irisReach + 0.1, side), irisReach, fromIris);
        const sx = xAt(own, along - gazeAlong * share, across - gazeAcross * share);
        const sy = yAt(own, along - gazeAlong * share, across - gazeAcross * share);
        const seenStill = sampleTexture(still, sx, sy);
        const whole = sampleTexture(eyeballTexture, sx - patch.left, sy - patch.top);
        red += (blend(seenStill & 255, whole & 255, cleaned) * lightRed - red) * eyeball;
        green += (blend((seenStill >>> 8) & 255, (whole >>> 8) & 255, cleaned) * lightGreen - green) * eyeball;
        blue += (blend((seenStill >>> 16) & 255, (whole >>> 16) & 255, cleaned) * lightBlue - blue) * eyeball;
      }
      data[p] = Math.min(255, red + 0.5);
      data[p + 1] = Math.min(255, green + 0.5);
      data[p + 2] = Math.min(255, blue + 0.5);
    }
  }

  /**
   * Reads the keyframes before and after `closing` into `#seen`, each where its own lid lies as this one does here.
   * `own`: the axes of the eye in the still.
   */
  #sampleLids(own: EyeAxes, count: number, closing: number): void {
    const seen = this.#seen.fill(0, 0, LID_CHANNELS * count);
    let after = 0;
    while (CLOSINGS[after] < closing) after++;
    // Before the first keyframe is the portrait itself: nothing drawn, the light unchanged.
    const first = after === 0;
    const from = first ? 0 : CLOSINGS[after - 1];
    const share = (closing - from) / (CLOSINGS[after] - from);
    for (let index = first ? after : after - 1; index <= after; index++) {
      this.#placeInCrop(own, count, closing, CLOSINGS[index]);
      this.#lids.add(index, this.#places, count, first ? 1 : index === after ? share : 1 - share, seen);
    }
    if (!first) return;
    for (let s = 0; s < LID_CHANNELS * count; s += LID_CHANNELS) {
      seen[s] *= share;
      for (let k = s + 4; k < s + LID_CHANNELS; k++) seen[k] = 1 + (seen[k] - 1) * share;
    }
  }

  /** Where in the crop a keyframe shows what is to be seen at each pixel of the row. */
  #placeInCrop(own: EyeAxes, count: number, closing: number, ownClosing: number): void {
    const { widthUnits, upper, lower } = this.#patch;
    const { crop } = this.#lids;
    const row = this.#row;
    const places = this.#places;
    const above = REACH_ABOVE * widthUnits;
    const below = REACH_BELOW * widthUnits;
    // Straight lines stay straight.
    const [x0, y0] = [xAt(own, 0, 0), yAt(own, 0, 0)];
    const [x1, y1] = [xAt(own, 1, 0), yAt(own, 1, 0)];
    const [x2, y2] = [xAt(own, 0, 1), yAt(own, 0, 1)];
    const column0 = crop.columnAt(x0, y0);
    const columnAlong = crop.columnAt(x1, y1) - column0;
    const columnAcross = crop.columnAt(x2, y2) - column0;
    const row0 = crop.rowAt(x0, y0);
    const rowAlong = crop.rowAt(x1, y1) - row0;
    const rowAcross = crop.rowAt(x2, y2) - row0;
    for (let i = 0; i < count; i++) {
      const along = row[ROW_VALUES * i];
      const across = row[ROW_VALUES * i + 1];
      const openUpper = row[ROW_VALUES * i + 2];
      const openLower = row[ROW_VALUES * i + 3];
      const ownUpper = upper.at(along);
      const ownGap = Math.max(0, lower.at(along) - ownUpper);
      const edge = openUpper + (openLower - openUpper) * closing * (1 - LOWER_LID_SHARE);
      const top = openUpper - above;
      const bottom = openLower + below;
      const ownEdge = ownUpper + ownGap * ownClosing * (1 - LOWER_LID_SHARE);
      // Skin between the lid's edge and places that stay stretches; beyond them all is where it was.
      let ownAcross = across + ownUpper - openUpper;
      if (across >= bottom) ownAcross = across + ownUpper + ownGap - openLower;
      else if (across >= edge) {
        const ownBottom = ownUpper + ownGap + below;
        ownAcross = ownEdge + ((across - edge) * (ownBottom - ownEdge)) / (bottom - edge);
      } else if (across >= top) {
        const ownTop = ownUpper - above;
        ownAcross = ownEdge + ((across - edge) * (ownEdge - ownTop)) / (edge - top);
      }
      places[2 * i] = column0 + columnAlong * along + columnAcross * ownAcross;
      places[2 * i + 1] = row0 + rowAlong * along + rowAcross * ownAcross;
    }
  }
}

/** What an eye does in one frame. */
interface Look {
  readonly closing: number;
  /** In the eye's axes. */
  readonly gazeAlong: number;
  readonly gazeAcross: number;
  /** How much of the eyeball is drawn anew, 0..1. */
  readonly presence: number;
  /** How much of it is painted, without the lids' shadow of the portrait, 0..1. */
  readonly cleaned: number;
}

type Box = ReturnType<typeof boundingBox>;

function blend(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
