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
import { acrossOf, alongOf, createEyeAxes, readEyeAxes, xAt, yAt } from './eye-axes.ts';
import { LOWER_LID_SHARE } from './eye-crop.ts';
import { boundingBox, EyePatch } from './eye-patch.ts';
import { paintEyeball } from './eyeball.ts';
import { LidCurve } from './lid-curve.ts';
import type { LidKeyframes, LidSample } from './lid-keyframes.ts';
import { CLOSINGS } from './lid-keyframes.ts';

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
  /** What the keyframes show at the place that is being drawn. */
  readonly #seen: LidSample = { alpha: 0, red: 0, green: 0, blue: 0, lightRed: 1, lightGreen: 1, lightBlue: 1 };

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
    const axes = this.#axes;
    const patch = this.#patch;
    const own = patch.axes;
    const { data } = out;
    const room = ROOM * patch.widthUnits;
    const box = boundingBox(
      axes,
      -REACH_BESIDE,
      1 + REACH_BESIDE,
      this.#upper.at(0.5) - room,
      this.#lower.at(0.5) + room,
    );
    const left = Math.max(0, Math.floor(box.left));
    const right = Math.min(out.width, Math.ceil(box.right));
    const top = Math.max(0, Math.floor(box.top));
    const bottom = Math.min(out.height, Math.ceil(box.bottom));
    const widthPx = Math.hypot(axes.alongX, axes.alongY);
    /** Pixels per canonical unit across. */
    const acrossPx = Math.abs(1 / axes.inverse) / Math.max(1e-6, widthPx);
    const cleaned = smoothstep(0.005, 0.05, Math.hypot(gazeAlong, gazeAcross) + 0.15 * closing);
    const seen = this.#seen;
    seen.lightRed = seen.lightGreen = seen.lightBlue = 1;
    const irisReach = (patch.irisRadius * RIGID_AROUND_IRIS) / patch.widthUnits;

    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const along = alongOf(axes, x + 0.5, y + 0.5);
        if (along < -REACH_BESIDE || along > 1 + REACH_BESIDE) continue;
        const across = acrossOf(axes, x + 0.5, y + 0.5);
        const openUpper = this.#upper.at(along);
        const openLower = Math.max(openUpper, this.#lower.at(along));
        const gap = openLower - openUpper;
        const upper = openUpper + gap * closing * (1 - LOWER_LID_SHARE);
        const lower = openLower - gap * closing * LOWER_LID_SHARE;
        const corners = clamp01(along * widthPx + 0.5) * clamp01((1 - along) * widthPx + 0.5);
        const opening =
          corners *
          clamp01((across - upper) * acrossPx + 0.5) *
          clamp01((lower - across) * acrossPx + 0.5) *
          clamp01((lower - upper) * acrossPx);
        const p = 4 * (y * out.width + x);
        let red = data[p];
        let green = data[p + 1];
        let blue = data[p + 2];

        if (closing > 0) {
          this.#sampleLids(along, across, openUpper, openLower, closing);
          const was = clamp01((across - openUpper) * acrossPx + 0.5) * clamp01((openLower - across) * acrossPx + 0.5);
          const swept = was * corners - opening;
          const alpha = seen.alpha + (1 - seen.alpha) * Math.max(0, swept);
          red += (seen.red - red) * alpha;
          green += (seen.green - green) * alpha;
          blue += (seen.blue - blue) * alpha;
        }
        const eyeball = opening * presence;
        if (eyeball > 0.002) {
          // The iris and what is near it move as they are, the corners stay.
          const fromIris = Math.abs(along - gazeAlong - patch.irisAlong);
          const side = along - gazeAlong < patch.irisAlong ? patch.irisAlong : 1 - patch.irisAlong;
          const share = smoothstep(Math.max(irisReach + 0.1, side), irisReach, fromIris);
          const sx = xAt(own, along - gazeAlong * share, across - gazeAcross * share);
          const sy = yAt(own, along - gazeAlong * share, across - gazeAcross * share);
          const still = sampleTexture(this.#still, sx, sy);
          const whole = sampleTexture(this.#eyeballTexture, sx - patch.left, sy - patch.top);
          red += (blend(still & 255, whole & 255, cleaned) * seen.lightRed - red) * eyeball;
          green += (blend((still >>> 8) & 255, (whole >>> 8) & 255, cleaned) * seen.lightGreen - green) * eyeball;
          blue += (blend((still >>> 16) & 255, (whole >>> 16) & 255, cleaned) * seen.lightBlue - blue) * eyeball;
        }
        data[p] = Math.min(255, red + 0.5);
        data[p + 1] = Math.min(255, green + 0.5);
        data[p + 2] = Math.min(255, blue + 0.5);
      }
    }
  }

  /** Reads the keyframes before and after `closing` into `#seen`, each where its own lid lies as this one does here. */
  #sampleLids(along: number, across: number, openUpper: number, openLower: number, closing: number): void {
    const { axes, widthUnits, upper, lower } = this.#patch;
    const seen = this.#seen;
    seen.alpha = seen.red = seen.green = seen.blue = 0;
    seen.lightRed = seen.lightGreen = seen.lightBlue = 0;
    let after = 0;
    while (CLOSINGS[after] < closing) after++;
    // Before the first keyframe is the portrait itself: nothing drawn, the light unchanged.
    const first = after === 0;
    const from = first ? 0 : CLOSINGS[after - 1];
    const share = (closing - from) / (CLOSINGS[after] - from);

    const ownUpper = upper.at(along);
    const ownGap = Math.max(0, lower.at(along) - ownUpper);
    const edge = openUpper + (openLower - openUpper) * closing * (1 - LOWER_LID_SHARE);
    const top = openUpper - REACH_ABOVE * widthUnits;
    const bottom = openLower + REACH_BELOW * widthUnits;
    for (let index = first ? after : after - 1; index <= after; index++) {
      const ownEdge = ownUpper + ownGap * CLOSINGS[index] * (1 - LOWER_LID_SHARE);
      // Skin between the lid's edge and places that stay stretches; beyond them all is where it was.
      let ownAcross = across + ownUpper - openUpper;
      if (across >= bottom) ownAcross = across + ownUpper + ownGap - openLower;
      else if (across >= edge) {
        const ownBottom = ownUpper + ownGap + REACH_BELOW * widthUnits;
        ownAcross = ownEdge + ((across - edge) * (ownBottom - ownEdge)) / (bottom - edge);
      } else if (across >= top) {
        const ownTop = ownUpper - REACH_ABOVE * widthUnits;
        ownAcross = ownEdge + ((across - edge) * (ownEdge - ownTop)) / (edge - top);
      }
      const x = xAt(axes, along, ownAcross);
      const y = yAt(axes, along, ownAcross);
      const weight = first ? 1 : index === after ? share : 1 - share;
      this.#lids.add(index, this.#lids.crop.columnAt(x, y), this.#lids.crop.rowAt(x, y), weight, seen);
    }
    if (!first) return;
    seen.alpha *= share;
    seen.lightRed = 1 + (seen.lightRed - 1) * share;
    seen.lightGreen = 1 + (seen.lightGreen - 1) * share;
    seen.lightBlue = 1 + (seen.lightBlue - 1) * share;
  }
}

function blend(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
