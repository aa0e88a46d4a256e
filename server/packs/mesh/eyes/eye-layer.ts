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
import type { ClosedLid } from './closed-lid.ts';
import { paintClosedLid } from './closed-lid.ts';
import { acrossOf, alongOf, createEyeAxes, readEyeAxes, xAt, yAt } from './eye-axes.ts';
import { boundingBox, EyePatch } from './eye-patch.ts';
import { paintEyeball } from './eyeball.ts';
import { LidCurve } from './lid-curve.ts';

/** Farthest an iris goes, in eye widths, along and across. */
const MOST_GAZE_ALONG = 0.2;
const MOST_GAZE_ACROSS = 0.08;
/** Iris heights are measured less surely than sides. */
const GAZE_ACROSS_SHARE = 0.6;
/** Of a closing eye the lower lid comes up by this share. */
const LOWER_LID_SHARE = 0.1;
/** Closing at which the open eye's own lashes have given way to those of the moving lid. */
const LASHES_CHANGE_AT = 0.25;
/** Lash line: half thickness, and reach of the lashes that point down over a closed eye, in eye widths. */
const LASH_LINE = 0.026;
const LASH_REACH = 0.085;
/** What lies within so many radii of the iris' centre moves as it is; beyond, the white stretches. */
const RIGID_AROUND_IRIS = 1.3;
/** Shadow of a lowered lid on the eyeball, reach in eye widths. */
const LID_SHADOW = 0.22;
const LID_SHADOW_REACH = 0.12;
/** A lid over the eyeball catches light on its roundness and loses it towards the lashes. */
const LID_ROUNDNESS = 0.06;

/** Draws one eye over the warped portrait: gaze, lids that close over the eyeball, their lashes. */
export class EyeLayer {
  readonly #geometry: PortraitGeometry;
  readonly #still: Texture;
  readonly #eye: EyePoints;
  readonly #index: 0 | 1;
  readonly #patch: EyePatch;
  readonly #closed: ClosedLid;
  readonly #closedTexture: Texture;
  readonly #eyeballTexture: Texture;
  readonly #axes = createEyeAxes();
  readonly #upper = new LidCurve();
  readonly #lower = new LidCurve();

  constructor(geometry: PortraitGeometry, still: RgbaImage, texture: Texture, index: 0 | 1) {
    this.#geometry = geometry;
    this.#still = texture;
    this.#eye = EYES[index];
    this.#index = index;
    this.#patch = new EyePatch(still, geometry.own, this.#eye, geometry.ownPose);
    this.#closed = paintClosedLid(this.#patch, still);
    this.#closedTexture = createTexture(this.#closed.picture);
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
    const upperCurve = this.#upper;
    const lowerCurve = this.#lower;
    const middle = lowerCurve.at(0.5) - upperCurve.at(0.5);
    const reach = Math.max(middle, 0.2 * patch.widthUnits);
    const box = boundingBox(axes, -0.12, 1.12, upperCurve.at(0.5) - 0.9 * reach, lowerCurve.at(0.5) + 0.9 * reach);
    const left = Math.max(0, Math.floor(box.left));
    const right = Math.min(out.width, Math.ceil(box.right));
    const top = Math.max(0, Math.floor(box.top));
    const bottom = Math.min(out.height, Math.ceil(box.bottom));

    const widthPx = Math.hypot(axes.alongX, axes.alongY);
    /** Pixels per canonical unit across. */
    const acrossPx = Math.abs(1 / axes.inverse) / Math.max(1e-6, widthPx);
    const swap = smoothstep(0, LASHES_CHANGE_AT, closing);
    const cleaned = smoothstep(0.005, 0.05, Math.hypot(gazeAlong, gazeAcross) + 0.15 * closing);
    const [lashRed, lashGreen, lashBlue] = this.#closed.lashColour;
    const lashSigma = Math.max(0.55, LASH_LINE * widthPx);
    const irisReach = (patch.irisRadius * RIGID_AROUND_IRIS) / patch.widthUnits;
    const data = out.data;

    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const along = alongOf(axes, x + 0.5, y + 0.5);
        const across = acrossOf(axes, x + 0.5, y + 0.5);
        if (along < -0.12 || along > 1.12) continue;
        const openUpper = upperCurve.at(along);
        const openLower = lowerCurve.at(along);
        const gap = Math.max(0, openLower - openUpper);
        const upper = openUpper + gap * closing * (1 - LOWER_LID_SHARE);
        const lower = openLower - gap * closing * LOWER_LID_SHARE;
        const p = 4 * (y * out.width + x);
        let red = data[p];
        let green = data[p + 1];
        let blue = data[p + 2];

        if (swap > 0) {
          const edge =
            smoothstep(-0.12, -0.04, along) *
            smoothstep(1.12, 1.04, along) *
            smoothstep(openUpper - 0.9 * reach, openUpper - 0.5 * reach, across) *
            smoothstep(openLower + 0.9 * reach, openLower + 0.4 * reach, across);
          const skin = this.#samplePatch(this.#closedTexture, xAt(own, along, across), yAt(own, along, across));
          const alpha = swap * edge;
          // Roundness of the lid between its crease and its edge.
          const down = (across - (openUpper - 0.3 * reach)) / Math.max(1e-6, upper - openUpper + 0.3 * reach);
          const round = down > 0 && down < 1 ? Math.sin(Math.PI * down) * LID_ROUNDNESS * closing : 0;
          const gain = 1 + round;
          red += (Math.min(255, (skin & 255) * gain) - red) * alpha;
          green += (Math.min(255, ((skin >>> 8) & 255) * gain) - green) * alpha;
          blue += (Math.min(255, ((skin >>> 16) & 255) * gain) - blue) * alpha;
        }

        const inside = clamp01((across - upper) * acrossPx + 0.5) * clamp01((lower - across) * acrossPx + 0.5);
        const withinCorners = clamp01(along * widthPx + 0.5) * clamp01((1 - along) * widthPx + 0.5);
        const eyeball = inside * withinCorners * presence;
        if (eyeball > 0.002) {
          // The iris and what is near it move as they are, the corners stay.
          const fromIris = Math.abs(along - gazeAlong - patch.irisAlong);
          const side = along - gazeAlong < patch.irisAlong ? patch.irisAlong : 1 - patch.irisAlong;
          const share = smoothstep(Math.max(irisReach + 0.1, side), irisReach, fromIris);
          const fromAlong = along - gazeAlong * share;
          const fromAcross = across - gazeAcross * share;
          const sx = xAt(own, fromAlong, fromAcross);
          const sy = yAt(own, fromAlong, fromAcross);
          const seen = sampleTexture(this.#still, sx, sy);
          const clean = this.#samplePatch(this.#eyeballTexture, sx, sy);
          const shadow =
            1 - LID_SHADOW * closing * Math.exp(-(((across - upper) / (LID_SHADOW_REACH * patch.widthUnits)) ** 2));
          red += (blend(seen & 255, clean & 255, cleaned) * shadow - red) * eyeball;
          green += (blend((seen >>> 8) & 255, (clean >>> 8) & 255, cleaned) * shadow - green) * eyeball;
          blue += (blend((seen >>> 16) & 255, (clean >>> 16) & 255, cleaned) * shadow - blue) * eyeball;
        }

        if (swap > 0) {
          const below = (across - upper) * acrossPx;
          const line = Math.exp(-((below / lashSigma) ** 2));
          const lashes = below > 0 ? 0.38 * closing * smoothstep(LASH_REACH * widthPx, 0, below) : 0;
          const taper = smoothstep(-0.03, 0.14, along) * smoothstep(1.03, 0.86, along);
          const dark = Math.max(line * 0.9, lashes) * taper * swap;
          red += (Math.min(red, lashRed) - red) * dark;
          green += (Math.min(green, lashGreen) - green) * dark;
          blue += (Math.min(blue, lashBlue) - blue) * dark;
        }
        data[p] = red + 0.5;
        data[p + 1] = green + 0.5;
        data[p + 2] = blue + 0.5;
      }
    }
  }

  #samplePatch(texture: Texture, x: number, y: number): number {
    return sampleTexture(texture, x - this.#patch.left, y - this.#patch.top);
  }
}

function blend(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
