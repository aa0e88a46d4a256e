import { CANONICAL_EYE_DISTANCE } from '../../../motion/canonical-face.ts';
import { mouthOpening, mouthWidth } from '../../../motion/face-measures.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { JAW_AXIS_Y, JAW_AXIS_Z, LOWER_ARCH, WIDEST_JAW_RAD } from './dental-arch.ts';
import type { TongueShape } from './tongue.ts';

/** Distance between the outer eye corners of an average adult, which makes canonical units centimetres. */
const EYE_DISTANCE_CM = 8.92;
export const UNITS_PER_CM: number = CANONICAL_EYE_DISTANCE / EYE_DISTANCE_CM;

const SUBNASALE = 2;
const UPPER_LIP = 13;
const LOWER_LIP = 14;
const CHIN = 152;
/** The front teeth lie this far behind the base of the nose. */
const TEETH_DEPTH_CM = 0.97;
/** The upper teeth's edge is this far below the resting upper lip … */
const SHOWN_AT_REST_CM = 0.32;
/** … and at most so far below the lip as it is; approached over `SHOWN_SOFTNESS_CM`. */
const MOST_SHOWN_CM = 0.78;
const SHOWN_SOFTNESS_CM = 0.25;
/** A portrait with an open mouth would have its upper lip this much lower at rest. */
const OPEN_LIP_RISE_CM = 0.1;
const OPEN_FROM = 0.06;
/** A nose that is pulled up takes the teeth with it by this share, as the skull's pose is never exact. */
const FOLLOW_NOSE = 0.5;
/** Of the chin and of the lower lip when the jaw is open as far as it will, cm. */
const CHIN_DROP_CM = 2.82;
const LIP_DROP_CM = 2.65;
const MOST_JAW = 1.15;
/** The lower teeth's edge above the lower lip: what chin and lips say, kept between these, softly. */
const LEAST_LOWER_SHOWN_CM = -0.45;
const MOST_LOWER_SHOWN_CM = 0.32;
/** Lips that are drawn wide bare more of the lower teeth. */
const MORE_SHOWN_WIDE_CM = 0.14;

const LIPS_ALONE_WIDE = 0.8;

/** Width of the mouth, of its own at rest, of “ee” and of “oo”. */
const WIDE_FROM = 1;
const WIDE_AT = 1.16;
const PURSED_FROM = 0.93;
const PURSED_AT = 0.72;

/** Where the inside of a mouth is: read from the lips, the chin and the skull's pose. */
export class MouthPose {
  /** The edge of the upper front teeth in the head's own frame, cm. */
  readonly originCm: Float64Array = new Float64Array(3);
  /** How far the jaw is turned open. */
  jawRad = 0;
  readonly tongue: TongueShape = { forward: 0, low: 0, back: 0 };

  readonly #geometry: PortraitGeometry;
  readonly #restingLipCm: number;
  readonly #ownJaw: number;
  readonly #ownWidth: number;

  constructor(geometry: PortraitGeometry) {
    this.#geometry = geometry;
    const { ownShape } = geometry;
    const isOpen = smoothstep(OPEN_FROM / 2, OPEN_FROM, mouthOpening(ownShape));
    this.#restingLipCm = yCm(ownShape, UPPER_LIP) + isOpen * OPEN_LIP_RISE_CM;
    const ownGapCm = yCm(ownShape, LOWER_LIP) - yCm(ownShape, UPPER_LIP);
    this.#ownJaw = (isOpen * Math.max(0, ownGapCm)) / 2 / LIP_DROP_CM;
    this.#ownWidth = mouthWidth(ownShape);
  }

  /** Pixels per centimetre under the present motion. */
  get pixelsPerCm(): number {
    return this.#geometry.pixelsPerUnit * UNITS_PER_CM;
  }

  /** Takes the geometry as it is under the present motion. */
  read(): void {
    const { shape, ownShape } = this.#geometry;
    const noseRise = yCm(shape, SUBNASALE) - yCm(ownShape, SUBNASALE);
    const upperLip = yCm(shape, UPPER_LIP);
    const edge = this.#restingLipCm + FOLLOW_NOSE * noseRise + SHOWN_AT_REST_CM;
    this.originCm[0] = ownShape[3 * SUBNASALE] / UNITS_PER_CM;
    this.originCm[1] = softMinimum(edge, upperLip + MOST_SHOWN_CM, SHOWN_SOFTNESS_CM);
    this.originCm[2] = ownShape[3 * SUBNASALE + 2] / UNITS_PER_CM + TEETH_DEPTH_CM;

    const wide = smoothstep(WIDE_FROM, WIDE_AT, mouthWidth(shape) / this.#ownWidth);
    this.#readJaw(noseRise, wide);
    this.#readTongue(wide);
  }

  #readJaw(noseRise: number, wide: number): void {
    const { shape, ownShape } = this.#geometry;
    const lowerLip = yCm(shape, LOWER_LIP);
    const byChin = this.#ownJaw + (yCm(shape, CHIN) - yCm(ownShape, CHIN) - noseRise) / CHIN_DROP_CM;
    const byLip = (lowerLip - this.#restingLipCm) / LIP_DROP_CM;
    // Lips that are drawn wide bare the lower teeth without the jaw.
    const jaw = byChin + (Math.max(0, byLip - byChin) / 2) * (1 - LIPS_ALONE_WIDE * wide);
    const believed = Math.min(MOST_JAW, Math.max(0, jaw)) * WIDEST_JAW_RAD;

    const lipFromEdge = lowerLip - this.originCm[1];
    const shown = lipFromEdge - lowerEdgeY(believed);
    const most = MOST_LOWER_SHOWN_CM + MORE_SHOWN_WIDE_CM * wide;
    this.jawRad = jawForEdge(lipFromEdge - softLimits(shown, LEAST_LOWER_SHOWN_CM, most));
  }

  #readTongue(wide: number): void {
    const { shape } = this.#geometry;
    const open = this.jawRad / WIDEST_JAW_RAD;
    const back = smoothstep(PURSED_FROM, PURSED_AT, mouthWidth(shape) / this.#ownWidth) * smoothstep(0.9, 0.4, open);
    const low = smoothstep(0.2, 0.65, open) * (1 - back);
    const { tongue } = this;
    tongue.back = back;
    tongue.low = low;
    tongue.forward = wide * smoothstep(0.5, 0.15, open) * (1 - back) * (1 - low);
  }
}

function yCm(shape: Float64Array, point: number): number {
  return shape[3 * point + 1] / UNITS_PER_CM;
}

const EDGE_FROM_AXIS_Y = LOWER_ARCH.edgeY - JAW_AXIS_Y;
const EDGE_FROM_AXIS_Z = LOWER_ARCH.curve[0][1] - JAW_AXIS_Z;
const EDGE_RADIUS = Math.hypot(EDGE_FROM_AXIS_Y, EDGE_FROM_AXIS_Z);
const EDGE_ANGLE = Math.atan2(-EDGE_FROM_AXIS_Z, EDGE_FROM_AXIS_Y);

/** y of the lower front teeth's edge with the jaw turned by `jawRad`. */
function lowerEdgeY(jawRad: number): number {
  return JAW_AXIS_Y + EDGE_RADIUS * Math.cos(EDGE_ANGLE - jawRad);
}

/** The turn that brings the edge to `y`; none where it would have to be above its place. */
function jawForEdge(y: number): number {
  const cosine = Math.min(1, (y - JAW_AXIS_Y) / EDGE_RADIUS);
  return Math.min(MOST_JAW * WIDEST_JAW_RAD, Math.max(0, EDGE_ANGLE - Math.acos(Math.max(-1, cosine))));
}

/** The smaller of two, rounded off where they are within `softness`. */
function softMinimum(a: number, b: number, softness: number): number {
  const mixed = Math.max(0, softness - Math.abs(a - b)) / softness;
  return Math.min(a, b) - (mixed * mixed * softness) / 4;
}

/** `value` in the middle of the limits, approaching them smoothly. */
function softLimits(value: number, least: number, most: number): number {
  const middle = (least + most) / 2;
  const half = (most - least) / 2;
  return middle + half * Math.tanh((value - middle) / half);
}
