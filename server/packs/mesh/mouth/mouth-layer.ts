import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { mouthOpening } from '../../../motion/face-measures.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { blurBox } from '../raster/box-blur.ts';
import { PolygonCoverage } from '../raster/polygon-coverage.ts';
import type { Texture } from '../raster/texture.ts';
import { sampleTexture } from '../raster/texture.ts';
import type { Light } from '../skin-light.ts';
import { toDisplay } from '../skin-light.ts';
import type { CavityHit } from './mouth-cavity.ts';
import { MouthCavity } from './mouth-cavity.ts';
import { OUTLINE_CORNERS, traceOpening } from './mouth-outline.ts';
import { OwnTeeth } from './own-teeth.ts';

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
  readonly #still: Texture;
  readonly #ownTeeth: OwnTeeth;
  readonly #ownOpening: number;
  readonly #outline = new Float64Array(2 * OUTLINE_CORNERS);
  readonly #coverage = new PolygonCoverage();
  #near = new Float32Array(0);
  #far = new Float32Array(0);
  #scratch = new Float32Array(0);
  readonly #hit: CavityHit = { red: 0, green: 0, blue: 0, depthCm: 0 };

  constructor(geometry: PortraitGeometry, light: Light, still: Texture) {
    this.#geometry = geometry;
    this.#still = still;
    this.#light = light;
    this.#ownOpening = mouthOpening(geometry.ownShape);
    this.#ownTeeth = new OwnTeeth(geometry, still);
    this.#cavity = new MouthCavity(geometry, this.#ownOpening, 1 - this.#ownTeeth.share);
  }

  /** Draws over `out` for the geometry as it is now. */
  draw(out: RgbaImage): void {
    const opening = mouthOpening(this.#geometry.shape);
    const presence = this.#presence(opening);
    if (presence === 0) return;
    traceOpening(this.#geometry.moved, this.#outline, GROWTH_PX * smoothstep(0, 0.1, opening));
    const coverage = this.#coverage;
    if (!coverage.fill(this.#outline, OUTLINE_CORNERS, MARGIN_PX, out.width, out.height)) return;
    this.#cavity.pose();
    this.#ownTeeth.pose();
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
        let red = toDisplay(hit.red * light * lightRed);
        let greenish = toDisplay(hit.green * green * lightGreen);
        let bluish = toDisplay(hit.blue * blue * lightBlue);
        const own = this.#ownTeeth.find(left + x + 0.5, top + y + 0.5);
        if (own > 0) {
          const colour = sampleTexture(this.#still, this.#ownTeeth.sourceX, this.#ownTeeth.sourceY);
          red += ((colour & 255) - red) * own;
          greenish += (((colour >>> 8) & 255) - greenish) * own;
          bluish += (((colour >>> 16) & 255) - bluish) * own;
        }
        const p = 4 * ((top + y) * out.width + left + x);
        data[p] = mixByte(data[p], red, alpha);
        data[p + 1] = mixByte(data[p + 1], greenish, alpha);
        data[p + 2] = mixByte(data[p + 2], bluish, alpha);
      }
    }
  }
}

function mixByte(from: number, to: number, weight: number): number {
  return from + (to - from) * weight + 0.5;
}
