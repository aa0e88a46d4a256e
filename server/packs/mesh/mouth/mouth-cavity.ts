import { CANONICAL_EYE_DISTANCE } from '../../../motion/canonical-face.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import type { Colour, DentalArch, ToothHit } from './mouth-anatomy.ts';
import {
  CHEEK,
  ENAMEL,
  GUM,
  JAW_DROP,
  JAW_RETREAT,
  LOWER_ARCH,
  OVERBITE,
  THROAT,
  TONGUE,
  toothAt,
  UPPER_ARCH,
} from './mouth-anatomy.ts';

/** Distance between the outer eye corners of an average adult, which makes canonical units centimetres. */
const EYE_DISTANCE_CM = 8.92;
const UNITS_PER_CM = CANONICAL_EYE_DISTANCE / EYE_DISTANCE_CM;

const SUBNASALE = 2;
const UPPER_LIP = 13;
const LOWER_LIP = 14;
const CHIN = 152;
/** Teeth lie this far behind the base of the nose. */
const TEETH_DEPTH_CM = 0.97;
/** The upper teeth's edge is this far below the resting upper lip, and at most `MOST_SHOWN_CM` below the lip as it is. */
const SHOWN_AT_REST_CM = 0.22;
const MOST_SHOWN_CM = 0.6;
/** A lip that is pulled up takes the teeth with it by this share, as the skull's pose is never exact. */
const FOLLOW_NOSE = 0.5;
/** Of the chin and of the lower lip when the jaw is open as far as it will, cm. */
const CHIN_DROP_CM = 2.82;
const LIP_DROP_CM = 2.65;
const MOST_JAW = 1.15;

/**
 * The tongue is seen as a rounded hill at this depth, its top above the lower teeth's edge: below it with the jaw
 * closed, more with it open, as it stays behind when the jaw drops.
 */
const TONGUE_DEPTH_CM = 2.4;
const TONGUE_RISE_CM = -0.35;
const TONGUE_STAYS_CM = 1.75;
const TONGUE_HALF_WIDTH_CM = 1.9;
/** Softness of its outline, and how far down from the top it comes to full light. */
const TONGUE_EDGE_CM = 0.3;
const TONGUE_SLOPE_CM = 1.5;

/** The last teeth lie in the shade of the cheeks by this much. */
const CHEEK_SHADE = 0.6;

/** Colour and depth that a ray into the mouth meets. */
export interface CavityHit {
  /** Linear reflectance times the shading of shape alone. */
  red: number;
  green: number;
  blue: number;
  /** Depth behind the front teeth, cm. */
  depthCm: number;
}

/**
 * The inside of the mouth, met by rays: teeth on two parabolas, gums, a tongue and a dark throat. The upper row is
 * fixed to the skull, the lower goes with the jaw; both turn with the head.
 */
export class MouthCavity {
  /** 0 closed … 1 as open as it will. */
  jaw = 0;
  readonly #origin = new Float64Array(3);
  readonly #ray = new Float64Array(3);
  readonly #tooth: ToothHit = { enamel: 1, shade: 1 };
  #geometry: PortraitGeometry;
  readonly #restingLipY: number;
  readonly #upperTeeth: number;
  #blurCm = 0.02;

  /** `ownOpening`: of the portrait's own mouth, see `mouthOpening`. `upperTeeth`: how visible they are drawn, 0..1. */
  constructor(geometry: PortraitGeometry, ownOpening: number, upperTeeth: number) {
    this.#geometry = geometry;
    this.#upperTeeth = upperTeeth;
    this.#restingLipY = geometry.ownShape[3 * UPPER_LIP + 1] + (ownOpening < 0.06 ? 0 : 0.1 * UNITS_PER_CM);
  }

  /** Pixels per centimetre under the present motion. */
  get pixelsPerCm(): number {
    return this.#geometry.pixelsPerUnit * UNITS_PER_CM;
  }

  /** Takes the geometry as it is under the present motion. */
  pose(): void {
    const { shape, ownShape, pose } = this.#geometry;
    const y = (point: number) => shape[3 * point + 1] / UNITS_PER_CM;
    const ownY = (point: number) => ownShape[3 * point + 1] / UNITS_PER_CM;
    const restingLip = this.#restingLipY / UNITS_PER_CM;

    const chinDrop = (y(CHIN) - y(SUBNASALE) - (ownY(CHIN) - ownY(SUBNASALE))) / CHIN_DROP_CM;
    const lipDrop = (y(LOWER_LIP) - restingLip) / LIP_DROP_CM;
    const jaw = Math.min(MOST_JAW, Math.max(0, chinDrop));
    const byLip = Math.min(MOST_JAW, Math.max(0, lipDrop));
    this.jaw = Math.max(jaw, (jaw + byLip) / 2);

    const lipSide = restingLip + FOLLOW_NOSE * (y(SUBNASALE) - ownY(SUBNASALE)) + SHOWN_AT_REST_CM;
    this.#origin[0] = shape[3 * SUBNASALE] / UNITS_PER_CM;
    this.#origin[1] = Math.min(lipSide, y(UPPER_LIP) + MOST_SHOWN_CM);
    this.#origin[2] = shape[3 * SUBNASALE + 2] / UNITS_PER_CM + TEETH_DEPTH_CM;
    // The viewer looks along z: in the head's frame that is the third row of its rotation.
    for (let k = 0; k < 3; k++) this.#ray[k] = pose.rotation[6 + k];
    this.#blurCm = 1 / Math.max(1e-6, this.pixelsPerCm);
  }

  /** Sends a ray through (x, y) in pixels of the picture. */
  look(x: number, y: number, hit: CavityHit): void {
    const { rotation: r, scale, translation: t } = this.#geometry.pose;
    const k = 1 / (scale * UNITS_PER_CM);
    const px = (x - t[0]) * k;
    const py = (y - t[1]) * k;
    const startX = r[0] * px + r[3] * py - this.#origin[0];
    const startY = r[1] * px + r[4] * py - this.#origin[1];
    const startZ = r[2] * px + r[5] * py - this.#origin[2];

    this.#lookAtThroat(startX, startY, startZ, hit);
    const { jaw } = this;
    this.#lookAtArch(LOWER_ARCH, 1, startX, startY - (jaw * JAW_DROP - OVERBITE), startZ - jaw * JAW_RETREAT, hit);
    this.#lookAtArch(UPPER_ARCH, this.#upperTeeth, startX, startY, startZ, hit);
  }

  /** The ray's meeting with an arch whose front edge is at the origin of the given start. Draws over `hit`. */
  #lookAtArch(
    arch: DentalArch,
    visibility: number,
    startX: number,
    startY: number,
    startZ: number,
    hit: CavityHit,
  ): void {
    const [dx, dy, dz] = this.#ray;
    const { curvature } = arch;
    const a = curvature * dx * dx;
    const b = 2 * curvature * startX * dx - dz;
    const c = arch.frontZ + curvature * startX * startX - startZ;
    const discriminant = b * b - 4 * a * c;
    if (discriminant < 0) return;
    const distance = (2 * c) / (-b + Math.sqrt(discriminant));
    const x = startX + distance * dx;
    const y = startY + distance * dy;
    if (Math.abs(x) > arch.halfWidth) return;
    const coverage = visibility * toothAt(arch, x, -arch.direction * y, this.#blurCm, this.#tooth);
    if (coverage === 0) return;
    const slope = 2 * curvature * x;
    // How much the surface faces the viewer.
    const facing = Math.max(0, (dz - slope * dx) / Math.sqrt(1 + slope * slope));
    const { enamel } = this.#tooth;
    const inCheek = 1 - CHEEK_SHADE * smoothstep(0.55, 1, Math.abs(x) / arch.halfWidth);
    const light = (0.42 + 0.58 * facing) * (enamel * this.#tooth.shade + (1 - enamel) * 0.85) * inCheek;
    const depth = arch.frontZ + curvature * x * x;
    const [red, green, blue] = mix(GUM, ENAMEL, enamel);
    hit.red += (red * light - hit.red) * coverage;
    hit.green += (green * light - hit.green) * coverage;
    hit.blue += (blue * light - hit.blue) * coverage;
    hit.depthCm += (depth - hit.depthCm) * coverage;
  }

  #lookAtThroat(startX: number, startY: number, startZ: number, hit: CavityHit): void {
    const [dx, dy, dz] = this.#ray;
    const forward = Math.max(0.3, dz);
    const distance = (TONGUE_DEPTH_CM + this.jaw * JAW_RETREAT * 0.6 - startZ) / forward;
    const x = startX + distance * dx;
    const y = startY + distance * dy;
    const lowerEdge = this.jaw * JAW_DROP - OVERBITE;
    const across = x / TONGUE_HALF_WIDTH_CM;
    const furrow = 0.12 * Math.exp(-((x / 0.3) ** 2));
    const top = lowerEdge - TONGUE_RISE_CM - TONGUE_STAYS_CM * this.jaw + 0.9 * across * across + furrow;
    const onTongue = smoothstep(-TONGUE_EDGE_CM, TONGUE_EDGE_CM, y - top) * smoothstep(1.15, 0.8, Math.abs(across));
    const roundness =
      0.45 + 0.55 * smoothstep(-TONGUE_EDGE_CM, TONGUE_SLOPE_CM, y - top) * (1 - 0.35 * across * across);
    const onCheek = smoothstep(1.5, 3, Math.abs(x));
    const wall = mix(THROAT, CHEEK, onCheek);
    hit.red = wall[0] + (TONGUE[0] * roundness - wall[0]) * onTongue;
    hit.green = wall[1] + (TONGUE[1] * roundness - wall[1]) * onTongue;
    hit.blue = wall[2] + (TONGUE[2] * roundness - wall[2]) * onTongue;
    const wallDepth = 4 - 1.2 * onCheek;
    hit.depthCm = wallDepth + (1.4 - wallDepth) * onTongue;
  }
}

const mixed: [number, number, number] = [0, 0, 0];

function mix(from: Colour, to: Colour, weight: number): readonly [number, number, number] {
  for (let k = 0; k < 3; k++) mixed[k] = from[k] + (to[k] - from[k]) * weight;
  return mixed;
}
