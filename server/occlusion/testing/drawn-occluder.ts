import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** Something in front of a face, drawn into a driving frame. Lengths in pixels, angles in radians. */
export interface Occluder {
  readonly kind: 'hand' | 'cup' | 'microphone';
  /** Middle of the palm, of the cup or of the microphone's head. */
  readonly x: number;
  readonly y: number;
  /** Width of the palm, the cup or the head. */
  readonly sizePx: number;
  /** 0: fingers (or the rim) up; grows clockwise on screen. */
  readonly angleRad: number;
  /** Linear 0..255 sRGB of its lit side. */
  readonly colour: readonly [number, number, number];
  /** How soft its outline is. */
  readonly blurPx?: number;
}

/** A rounded bar between two points, in widths of the occluder. */
interface Bar {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly radius: number;
  /** How much its edges turn away from the light: a finger is round, a palm nearly flat. */
  readonly roundness: number;
}

const BARS: Record<Occluder['kind'], readonly Bar[]> = {
  hand: [
    { from: [0, 0.15], to: [0, -0.1], radius: 0.46, roundness: 0.35 },
    { from: [0, 1.5], to: [0, 0.4], radius: 0.33, roundness: 0.5 },
    { from: [-0.36, -0.2], to: [-0.42, -0.95], radius: 0.105, roundness: 0.8 },
    { from: [-0.13, -0.3], to: [-0.14, -1.15], radius: 0.115, roundness: 0.8 },
    { from: [0.11, -0.3], to: [0.13, -1.1], radius: 0.115, roundness: 0.8 },
    { from: [0.34, -0.2], to: [0.39, -0.85], radius: 0.1, roundness: 0.8 },
    { from: [0.35, 0.25], to: [0.72, -0.22], radius: 0.12, roundness: 0.8 },
  ],
  cup: [
    { from: [0, -0.3], to: [0, 0.5], radius: 0.5, roundness: 0.45 },
    { from: [0.62, -0.1], to: [0.62, 0.3], radius: 0.12, roundness: 0.8 },
  ],
  microphone: [
    { from: [0, 0], to: [0, 0], radius: 0.5, roundness: 0.7 },
    { from: [0, 0.5], to: [0, 2.5], radius: 0.22, roundness: 0.7 },
  ],
};

/** Grain of what is drawn, share of its brightness. */
const GRAIN = 0.03;

/**
 * Draws `occluder` over `image`, in place, lit from the upper left. The same arguments draw the same pixels.
 * Where `covered` is given (one byte a pixel), it is set to 1 under the occluder.
 */
export function drawOccluder(image: RgbaImage, occluder: Occluder, covered?: Uint8Array): void {
  const { x: cx, y: cy, sizePx, colour, blurPx = 1 } = occluder;
  const cos = Math.cos(occluder.angleRad) / sizePx;
  const sin = Math.sin(occluder.angleRad) / sizePx;
  const softness = Math.max(1, blurPx) / sizePx;
  const bars = BARS[occluder.kind];
  const extent = extentOf(bars);
  const reach = sizePx * Math.max(...extent.map((each) => Math.hypot(...each)));
  const [left, right] = [Math.max(0, Math.floor(cx - reach)), Math.min(image.width, Math.ceil(cx + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(cy - reach)), Math.min(image.height, Math.ceil(cy + reach))];
  const [[minU, minV], [maxU, maxV]] = extent;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const u = (x + 0.5 - cx) * cos + (y + 0.5 - cy) * sin;
      const v = (y + 0.5 - cy) * cos - (x + 0.5 - cx) * sin;
      if (u < minU - softness || u > maxU + softness || v < minV - softness || v > maxV + softness) continue;
      const distance = nearest(bars, u, v);
      const alpha = Math.min(1, Math.max(0, 0.5 - distance / softness));
      if (alpha <= 0) continue;
      if (covered && alpha > 0.5) covered[y * image.width + x] = 1;
      const light = nearestShade * (1 + GRAIN * grainAt(Math.floor(u * 60), Math.floor(v * 60)));
      const i = 4 * (y * image.width + x);
      for (let c = 0; c < 3; c++) {
        const value = Math.min(255, Math.max(0, colour[c] * light));
        image.data[i + c] = Math.round(image.data[i + c] + (value - image.data[i + c]) * alpha);
      }
    }
  }
}

/** Corners of a box around bars. */
function extentOf(bars: readonly Bar[]): readonly [readonly [number, number], readonly [number, number]] {
  const edge = (k: 0 | 1, sign: number) =>
    Math.max(...bars.flatMap(({ from, to, radius }) => [sign * from[k] + radius, sign * to[k] + radius]));
  return [
    [-edge(0, -1), -edge(1, -1)],
    [edge(0, 1), edge(1, 1)],
  ];
}

/** How light the nearest bar of the last call of `nearest` is there. */
let nearestShade = 1;

/** Distance from the nearest bar, negative inside. */
function nearest(bars: readonly Bar[], u: number, v: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (const { from, to, radius, roundness } of bars) {
    const ax = to[0] - from[0];
    const ay = to[1] - from[1];
    const length2 = ax * ax + ay * ay;
    const along = length2 > 0 ? Math.min(1, Math.max(0, ((u - from[0]) * ax + (v - from[1]) * ay) / length2)) : 0;
    const dx = u - from[0] - along * ax;
    const dy = v - from[1] - along * ay;
    const fromAxis = Math.sqrt(dx * dx + dy * dy);
    if (fromAxis - radius >= best) continue;
    best = fromAxis - radius;
    const edge = Math.min(1, fromAxis / radius);
    const facing = Math.sqrt(1 - edge * edge * 0.98);
    const slant = fromAxis > 0 ? (-0.5 * dx - 0.6 * dy) / fromAxis : 0;
    nearestShade = 1 - roundness * (1 - facing) * 0.7 + roundness * 0.25 * edge * slant;
  }
  return best;
}

/** Pseudo-random −1..1 for a place. */
function grainAt(u: number, v: number): number {
  let hash = Math.imul(u, 374761393) + Math.imul(v, 668265263);
  hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x7fffffff - 1;
}
