import { LIPS } from '../../face/face-topology.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { mouthOpening } from '../../motion/face-measures.ts';
import { blurBox } from './box-blur.ts';
import type { CavityHit } from './mouth-cavity.ts';
import { MouthCavity } from './mouth-cavity.ts';
import { PolygonCoverage } from './polygon-coverage.ts';
import type { PortraitGeometry } from './portrait-geometry.ts';
import type { Light } from './skin-light.ts';
import { toDisplay } from './skin-light.ts';
import { smoothstep } from './smoothstep.ts';

/** Points drawn between two landmarks of a lip. */
const CURVE_STEPS = 4;
const CORNERS = 2 * (LIPS.upperInner.length - 1) * CURVE_STEPS;
/** Openings (of the mouth's width, beyond the portrait's own) over which the inside appears. */
const APPEARS_FROM = 0.004;
const APPEARS_AT = 0.05;
/** A portrait whose mouth is open more than this shows its own teeth and keeps them … */
const OWN_OPEN_FROM = 0.05;
const OWN_OPEN_AT = 0.12;
/** … until the mouth is open by so many times its own opening. */
const OWN_KEPT_UNTIL = 1.35;
const OWN_GONE_AT = 2.2;
/** The hole is a little larger than the lips' landmarks say, pixels. */
const GROWTH_PX = 0.8;

/** Light that reaches a point is told by how much of the opening is around it, near (teeth) and far (throat), cm. */
const NEAR_BLUR_CM = 0.25;
const FAR_BLUR_CM = 0.8;
const MARGIN_PX = 3;
const LIGHT_GAIN = 1.85;
const LIGHT_POWER = 1.15;
/** Per cm behind the front teeth. */
const LIGHT_DECAY = 0.26;
/** Light in shadow has been reflected by red tissue: green and blue that it has lost. */
const SHADOW_LOSS_GREEN = 0.27;
const SHADOW_LOSS_BLUE = 0.42;

/** Draws the inside of the mouth into the opening between the lips. */
export class MouthLayer {
  readonly #geometry: PortraitGeometry;
  readonly #cavity: MouthCavity;
  readonly #light: Light;
  readonly #ownOpening: number;
  readonly #outline = new Float64Array(2 * CORNERS);
  readonly #coverage = new PolygonCoverage();
  #near = new Float32Array(0);
  #far = new Float32Array(0);
  #scratch = new Float32Array(0);
  readonly #hit: CavityHit = { red: 0, green: 0, blue: 0, depthCm: 0 };

  constructor(geometry: PortraitGeometry, light: Light) {
    this.#geometry = geometry;
    this.#light = light;
    this.#ownOpening = mouthOpening(geometry.ownShape);
    this.#cavity = new MouthCavity(geometry, this.#ownOpening);
  }

  /** Draws over `out` for the geometry as it is now. */
  draw(out: RgbaImage): void {
    const opening = mouthOpening(this.#geometry.shape);
    const presence = this.#presence(opening);
    if (presence === 0) return;
    traceOpening(this.#geometry.moved, this.#outline, GROWTH_PX * smoothstep(0, 0.1, opening));
    const coverage = this.#coverage;
    if (!coverage.fill(this.#outline, CORNERS, MARGIN_PX, out.width, out.height)) return;
    this.#cavity.pose();
    this.#measureLight();
    this.#shade(out, presence);
  }

  #presence(opening: number): number {
    const own = this.#ownOpening;
    const ownIsOpen = smoothstep(OWN_OPEN_FROM, OWN_OPEN_AT, own);
    const kept = ownIsOpen * smoothstep(OWN_GONE_AT, OWN_KEPT_UNTIL, opening / Math.max(0.02, own));
    return smoothstep(APPEARS_FROM, APPEARS_AT, opening - own) * (1 - kept);
  }

  /** How open the surroundings of each pixel of the opening are, near and far. */
  #measureLight(): void {
    const { values, width, height } = this.#coverage;
    const size = width * height;
    if (this.#near.length < size) {
      this.#near = new Float32Array(2 * size);
      this.#far = new Float32Array(2 * size);
      this.#scratch = new Float32Array(2 * size);
    }
    const { pixelsPerCm } = this.#cavity;
    const near = Math.max(1, Math.round(NEAR_BLUR_CM * pixelsPerCm));
    const far = Math.max(1, Math.round(FAR_BLUR_CM * pixelsPerCm));
    blurBox(values, this.#near, this.#scratch, width, height, near);
    blurBox(this.#near, this.#near, this.#scratch, width, height, near);
    blurBox(values, this.#far, this.#scratch, width, height, far);
    blurBox(this.#far, this.#far, this.#scratch, width, height, far);
  }

  #shade(out: RgbaImage, presence: number): void {
    const { values, left, top, width, height } = this.#coverage;
    const { pixelsPerCm } = this.#cavity;
    const hit = this.#hit;
    const [lightRed, lightGreen, lightBlue] = this.#light;
    const { data } = out;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const o = y * width + x;
        const alpha = values[o] * presence;
        if (alpha <= 0.002) continue;
        this.#cavity.look(left + x + 0.5, top + y + 0.5, hit);
        const depth = Math.max(0, hit.depthCm + 0.35);
        const farness = Math.min(1, depth / 3);
        // Light comes from above as well: what lies deep sees the opening higher up.
        const above = Math.max(0, y - Math.round(pixelsPerCm * (0.1 + 0.14 * depth))) * width + x;
        const seenAbove = this.#near[above] + (this.#far[above] - this.#near[above]) * farness;
        const seenHere = this.#near[o] + (this.#far[o] - this.#near[o]) * farness;
        const seen = 0.5 * (seenAbove + seenHere);
        const light = Math.min(1, LIGHT_GAIN * seen ** LIGHT_POWER) * Math.exp(-LIGHT_DECAY * depth);
        const green = light * (1 - SHADOW_LOSS_GREEN * (1 - light));
        const blue = light * (1 - SHADOW_LOSS_BLUE * (1 - light));
        const p = 4 * ((top + y) * out.width + left + x);
        data[p] = mixByte(data[p], toDisplay(hit.red * light * lightRed), alpha);
        data[p + 1] = mixByte(data[p + 1], toDisplay(hit.green * green * lightGreen), alpha);
        data[p + 2] = mixByte(data[p + 2], toDisplay(hit.blue * blue * lightBlue), alpha);
      }
    }
  }
}

function mixByte(from: number, to: number, weight: number): number {
  return from + (to - from) * weight + 0.5;
}

/** The opening as a closed polygon: Catmull-Rom curves through the inner lips' points, moved apart by `growPx`. */
function traceOpening(points: Float32Array, outline: Float64Array, growPx: number): void {
  const last = LIPS.upperInner.length - 1;
  let o = 0;
  for (let step = 0; step < last * CURVE_STEPS; step++, o += 2) curvePoint(points, LIPS.upperInner, step, outline, o);
  for (let step = last * CURVE_STEPS; step > 0; step--, o += 2) curvePoint(points, LIPS.lowerInner, step, outline, o);
  const half = last * CURVE_STEPS;
  for (let step = 1; step < half; step++) {
    const upper = 2 * step;
    const lower = 2 * (2 * half - step);
    const dx = outline[lower] - outline[upper];
    const dy = outline[lower + 1] - outline[upper + 1];
    const distance = Math.hypot(dx, dy) + 1e-6;
    const grow = (growPx * Math.min(1, distance / 4)) / distance;
    outline[upper] -= dx * grow;
    outline[upper + 1] -= dy * grow;
    outline[lower] += dx * grow;
    outline[lower + 1] += dy * grow;
  }
}

function curvePoint(points: Float32Array, line: readonly number[], step: number, out: Float64Array, o: number): void {
  const segment = Math.min(line.length - 2, Math.floor(step / CURVE_STEPS));
  const t = step / CURVE_STEPS - segment;
  const p1 = 3 * line[segment];
  const p2 = 3 * line[segment + 1];
  for (let k = 0; k < 2; k++) {
    const b = points[p1 + k];
    const c = points[p2 + k];
    const a = segment > 0 ? points[3 * line[segment - 1] + k] : 2 * b - c;
    const d = segment + 2 < line.length ? points[3 * line[segment + 2] + k] : 2 * c - b;
    out[o + k] =
      0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
  }
}
