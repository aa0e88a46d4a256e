import type { EyePoints } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import type { EyeAxes } from './eye-axes.ts';
import { acrossOf, alongOf, createEyeAxes, readEyeAxes, xAt, yAt } from './eye-axes.ts';
import { LidCurve } from './lid-curve.ts';

/** Room around an eye: left and right in eye widths, above and below in eye heights. */
const ROOM_ALONG = 0.3;
const ROOM_ABOVE = 1.5;
const ROOM_BELOW = 2;

/** The part of the still picture around one eye, and where things are in it. */
export class EyePatch {
  readonly axes: EyeAxes = createEyeAxes();
  readonly upper: LidCurve = new LidCurve();
  readonly lower: LidCurve = new LidCurve();
  /** Mean opening of the lids in the middle of the eye, canonical units. */
  readonly opening: number;
  /** Canonical units per eye width. */
  readonly widthUnits: number;
  readonly irisAlong: number;
  readonly irisAcross: number;
  /** Radius of the iris, canonical units. */
  readonly irisRadius: number;
  /** Box in pixels of the still picture. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;

  constructor(still: RgbaImage, points: Float32Array, eye: EyePoints, pose: Similarity) {
    readEyeAxes(points, eye, pose, this.axes);
    this.upper.read(points, eye.upperLid, this.axes);
    this.lower.read(points, eye.lowerLid, this.axes);
    this.opening = Math.max(0.01, this.lower.at(0.5) - this.upper.at(0.5));
    this.widthUnits = Math.hypot(this.axes.alongX, this.axes.alongY) / pose.scale;
    const center = 3 * eye.irisCenter;
    this.irisAlong = alongOf(this.axes, points[center], points[center + 1]);
    this.irisAcross = acrossOf(this.axes, points[center], points[center + 1]);
    let radius = 0;
    for (const point of eye.irisRing) {
      radius += Math.hypot(points[3 * point] - points[center], points[3 * point + 1] - points[center + 1]) / 4;
    }
    this.irisRadius = radius / pose.scale;

    const tallest = Math.max(this.opening, 0.2 * this.widthUnits);
    const above = this.upper.at(0.5) - ROOM_ABOVE * tallest;
    const below = this.lower.at(0.5) + ROOM_BELOW * tallest;
    const box = boundingBox(this.axes, -ROOM_ALONG, 1 + ROOM_ALONG, above, below);
    this.left = clampInt(Math.floor(box.left), 0, still.width - 2);
    this.top = clampInt(Math.floor(box.top), 0, still.height - 2);
    this.width = clampInt(Math.ceil(box.right), this.left + 2, still.width) - this.left;
    this.height = clampInt(Math.ceil(box.bottom), this.top + 2, still.height) - this.top;
  }

  /** A copy of the patch's pixels. */
  cut(still: RgbaImage): RgbaImage {
    const data = new Uint8Array(this.width * this.height * 4);
    for (let y = 0; y < this.height; y++) {
      const from = 4 * ((this.top + y) * still.width + this.left);
      data.set(still.data.subarray(from, from + 4 * this.width), 4 * y * this.width);
    }
    return { width: this.width, height: this.height, data };
  }

  /** Eye coordinates of the centre of pixel (x, y) of the patch. */
  along(x: number, y: number): number {
    return alongOf(this.axes, this.left + x + 0.5, this.top + y + 0.5);
  }

  across(x: number, y: number): number {
    return acrossOf(this.axes, this.left + x + 0.5, this.top + y + 0.5);
  }
}

/** Pixels around the parallelogram between the given eye coordinates. */
export function boundingBox(
  axes: EyeAxes,
  fromAlong: number,
  toAlong: number,
  fromAcross: number,
  toAcross: number,
): { left: number; top: number; right: number; bottom: number } {
  const corners = [
    [fromAlong, fromAcross],
    [toAlong, fromAcross],
    [fromAlong, toAcross],
    [toAlong, toAcross],
  ];
  const xs = corners.map(([along, across]) => xAt(axes, along, across));
  const ys = corners.map(([along, across]) => yAt(axes, along, across));
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function clampInt(value: number, from: number, to: number): number {
  return Math.max(from, Math.min(to, value));
}
