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
import { WIDEST_JAW_RAD } from './dental-arch.ts';
import type { MouthLight } from './mouth-light.ts';
import { measureMouthLight } from './mouth-light.ts';
import type { MouthModel } from './mouth-mesh.ts';
import { createMouthModel } from './mouth-mesh.ts';
import { OUTLINE_CORNERS, traceOpening } from './mouth-outline.ts';
import { MouthPose, UNITS_PER_CM } from './mouth-pose.ts';
import type { MouthView } from './mouth-rasterizer.ts';
import { MouthRasterizer, SAMPLE_VALUES, SAMPLES } from './mouth-rasterizer.ts';
import { OwnTeeth } from './own-teeth.ts';
import { lightMesh } from './surface-builder.ts';

/** Openings (of the mouth's width, beyond the portrait's own) over which the inside appears. */
const APPEARS_FROM = 0.006;
const APPEARS_AT = 0.045;
/** Between lips that have only just parted it is dark: light, of what it will be, and the opening of full light. */
const FIRST_LIGHT = 0.42;
const FULL_LIGHT_AT = 0.13;
/** A portrait whose mouth is open more than this shows its own teeth and keeps them … */
const OWN_OPEN_FROM = 0.05;
const OWN_OPEN_AT = 0.12;
/** … until the mouth is open by so many times its own opening and so much. The change is short: two mouths are a ghost. */
const OWN_KEPT_TIMES = 1.3;
const OWN_KEPT_MORE = 0.02;
const OWN_GONE_TIMES = 1.5;
const OWN_GONE_MORE = 0.06;
/** A picture of a mouth wide open shows all of it, and keeps it however far it opens. */
const OWN_WIDE_FROM = 0.34;
const OWN_WIDE_AT = 0.42;
/** The hole is a little larger than the lips' landmarks say, pixels; more where the portrait's own inside would show. */
const GROWTH_PX = 1.1;
const OWN_GROWTH_PX = 1.2;

/** Light that reaches a point is told by how much of the opening is around it, near (teeth) and far (throat), cm. */
const NEAR_BLUR_CM = 0.32;
const FAR_BLUR_CM = 0.8;
const MARGIN_PX = 3;
const LIGHT_GAIN = 1.6;
const LIGHT_POWER = 1.3;
/** Light comes from above as well: what lies deep sees the opening so much higher up, cm and cm per cm of depth. */
const ABOVE_CM = 0.15;
const ABOVE_PER_CM = 0.14;
/** Light in shadow has been reflected by red tissue: what it has lost. */
const SHADOW_LOSS_RED = 0.05;
const SHADOW_LOSS_OTHER = 0.38;

/** Draws the inside of the mouth into the opening between the lips. */
export class MouthLayer {
  readonly #geometry: PortraitGeometry;
  readonly #model: MouthModel = createMouthModel();
  readonly #pose: MouthPose;
  readonly #rasterizer: MouthRasterizer;
  readonly #view: MouthView;
  readonly #light: MouthLight;
  readonly #still: Texture;
  readonly #ownTeeth: OwnTeeth;
  readonly #ownOpening: number;
  /** How surely the portrait shows the inside of its mouth, 0..1. */
  readonly #ownIsOpen: number;
  readonly #outline = new Float64Array(2 * OUTLINE_CORNERS);
  readonly #coverage = new PolygonCoverage();
  #near = new Float32Array(0);
  #far = new Float32Array(0);
  #scratch = new Float32Array(0);

  constructor(geometry: PortraitGeometry, light: Light, still: Texture) {
    this.#geometry = geometry;
    this.#still = still;
    this.#light = measureMouthLight(still, geometry.own, light);
    lightMesh(this.#model.mesh, this.#light.light);
    this.#ownOpening = mouthOpening(geometry.ownShape);
    this.#ownIsOpen = smoothstep(OWN_OPEN_FROM, OWN_OPEN_AT, this.#ownOpening);
    this.#ownTeeth = new OwnTeeth(geometry, still);
    this.#pose = new MouthPose(geometry);
    this.#rasterizer = new MouthRasterizer(this.#model.mesh);
    this.#view = { rotation: geometry.pose.rotation, x: 0, y: 0, pixelsPerCm: 1, jawRad: 0 };
  }

  /** Draws over `out` for the geometry as it is now. */
  draw(out: RgbaImage): void {
    const opening = mouthOpening(this.#geometry.shape);
    const presence = this.#presence(opening);
    if (presence === 0) return;
    const growthPx = GROWTH_PX + OWN_GROWTH_PX * this.#ownIsOpen;
    traceOpening(this.#geometry.moved, this.#outline, growthPx * smoothstep(0, 0.1, opening));
    if (!this.#coverage.fill(this.#outline, OUTLINE_CORNERS, MARGIN_PX, out.width, out.height)) return;
    this.#takePose();
    this.#rasterizer.draw(this.#view, this.#coverage);
    this.#measureLight();
    const parted = smoothstep(APPEARS_FROM, FULL_LIGHT_AT, opening - this.#ownOpening);
    this.#composite(out, presence, FIRST_LIGHT + (1 - FIRST_LIGHT) * parted);
  }

  #presence(opening: number): number {
    const own = this.#ownOpening;
    const goneAt = own * OWN_GONE_TIMES + OWN_GONE_MORE;
    const isBelow = smoothstep(goneAt, own * OWN_KEPT_TIMES + OWN_KEPT_MORE, opening);
    const kept = this.#ownIsOpen * Math.max(isBelow, smoothstep(OWN_WIDE_FROM, OWN_WIDE_AT, own));
    return smoothstep(APPEARS_FROM, APPEARS_AT, opening - own) * (1 - kept);
  }

  #takePose(): void {
    const pose = this.#pose;
    pose.read();
    this.#model.tongue.pose(pose.tongue, pose.jawRad / WIDEST_JAW_RAD);
    this.#ownTeeth.pose();
    const { rotation: r, scale, translation: t } = this.#geometry.pose;
    const [x, y, z] = pose.originCm;
    const k = scale * UNITS_PER_CM;
    const view = this.#view;
    view.x = t[0] + k * (r[0] * x + r[1] * y + r[2] * z);
    view.y = t[1] + k * (r[3] * x + r[4] * y + r[5] * z);
    view.pixelsPerCm = pose.pixelsPerCm;
    view.jawRad = pose.jawRad;
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
    const { pixelsPerCm } = this.#view;
    const near = Math.max(1, Math.round(NEAR_BLUR_CM * pixelsPerCm));
    const far = Math.max(1, Math.round(FAR_BLUR_CM * pixelsPerCm));
    blurBox(values, this.#near, this.#scratch, width, height, near);
    blurBox(this.#near, this.#near, this.#scratch, width, height, near);
    blurBox(values, this.#far, this.#scratch, width, height, far);
    blurBox(this.#far, this.#far, this.#scratch, width, height, far);
  }

  #composite(out: RgbaImage, presence: number, entering: number): void {
    const { values, left, top, width, height } = this.#coverage;
    const { pixelsPerCm } = this.#view;
    const { samples } = this.#rasterizer;
    const near = this.#near;
    const far = this.#far;
    const { colour, hue } = this.#light;
    const { data } = out;
    const stride = SAMPLE_VALUES * SAMPLES * width;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const o = y * width + x;
        const alpha = values[o] * presence;
        if (alpha <= 0.002) continue;
        const s = SAMPLES * (y * stride + x * SAMPLE_VALUES);
        const s1 = s + SAMPLE_VALUES;
        const s2 = s + stride;
        const s3 = s2 + SAMPLE_VALUES;
        const depth = Math.max(0, (samples[s + 3] + samples[s1 + 3] + samples[s2 + 3] + samples[s3 + 3]) / 4);
        const farness = Math.min(1, depth / 3);
        const above = Math.max(0, y - Math.round(pixelsPerCm * (ABOVE_CM + ABOVE_PER_CM * depth))) * width + x;
        const seenAbove = near[above] + (far[above] - near[above]) * farness;
        const seenHere = near[o] + (far[o] - near[o]) * farness;
        const light = entering * Math.min(1, LIGHT_GAIN * ((seenAbove + seenHere) / 2) ** LIGHT_POWER);
        const gain = light / 4;
        const shadow = 1 - light;
        const other = gain * (1 - SHADOW_LOSS_OTHER * shadow);
        let r = (samples[s] + samples[s1] + samples[s2] + samples[s3]) * gain * (1 - SHADOW_LOSS_RED * shadow);
        let g = (samples[s + 1] + samples[s1 + 1] + samples[s2 + 1] + samples[s3 + 1]) * other;
        let b = (samples[s + 2] + samples[s1 + 2] + samples[s2 + 2] + samples[s3 + 2]) * other;
        if (colour < 1) {
          const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
          r = luminance * hue[0] + (r - luminance * hue[0]) * colour;
          g = luminance * hue[1] + (g - luminance * hue[1]) * colour;
          b = luminance * hue[2] + (b - luminance * hue[2]) * colour;
        }
        let red = toDisplay(r);
        let green = toDisplay(g);
        let blue = toDisplay(b);
        const own = this.#ownTeeth.find(left + x + 0.5, top + y + 0.5);
        if (own > 0) {
          const colour = sampleTexture(this.#still, this.#ownTeeth.sourceX, this.#ownTeeth.sourceY);
          red += ((colour & 255) - red) * own;
          green += (((colour >>> 8) & 255) - green) * own;
          blue += (((colour >>> 16) & 255) - blue) * own;
        }
        const p = 4 * ((top + y) * out.width + left + x);
        data[p] = mixByte(data[p], red, alpha);
        data[p + 1] = mixByte(data[p + 1], green, alpha);
        data[p + 2] = mixByte(data[p + 2], blue, alpha);
      }
    }
  }
}

function mixByte(from: number, to: number, weight: number): number {
  return from + (to - from) * weight + 0.5;
}
