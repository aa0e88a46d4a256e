import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { SILHOUETTE } from '../face/face-topology.ts';
import { distanceTransform } from './distance-transform.ts';

/** What a face says about where its person is, before any colour is looked at. Planes have the asked size. */
export interface PersonOutline {
  readonly width: number;
  readonly height: number;
  /** Where the neck begins, pixels. */
  readonly chinYPx: number;
  /** Width of the face, pixels. */
  readonly faceWidthPx: number;
  /** Signed distance to an average head and shoulders, in face widths; positive inside. */
  readonly expected: Float32Array;
  /** 1: surely the person (face, neck); 2: surely not (far away, or another face); 0: to be found out. */
  readonly known: Uint8Array;
  /** 1 where the trunk is rather than the head: below the chin. */
  readonly trunk: Uint8Array;
  /** 1 under the sides of the head, above the shoulders: hair, or wall. */
  readonly besideNeck: Uint8Array;
  /** 1 inside the silhouette of the face. */
  readonly face: Uint8Array;
}

export const SURELY_PERSON = 1;
export const SURELY_BACKGROUND = 2;

/** All lengths in face widths, along the face's own axes or (shoulders) along the picture's. */
const HEAD = { halfWidth: 0.62, aboveForehead: 0.36 } as const;
/** How much of the skull comes into view per shift of the nose. */
const TURN_TO_SKULL = 1.6;
/** Hair that falls leaves the head's oval this far above the chin. */
const HAIR_FROM = 0.5;
const NECK = { halfWidth: 0.36, surelyHalfWidth: 0.2, length: 0.55, surelyLength: 0.3 } as const;
const SHOULDERS = { start: 0.22, firstHalfWidth: 0.4, fullHalfWidth: 1.3, slopeLength: 0.7, growth: 0.12 } as const;
/** Farther than this from the average person nobody is: even big hair and hats stay within. */
const FARTHEST = 1.1;
/** A face seen from the side is not narrower than this part of its length. */
const LEAST_WIDTH_OF_LENGTH = 0.78;
/** The mesh's silhouette lies on the skin's edge: this much inside it is skin for sure, in face widths. */
const SURE_MARGIN = 0.04;

/** @param others other faces of the picture, which belong to the background */
export function personOutline(
  width: number,
  height: number,
  scale: number,
  landmarks: FaceLandmarks,
  others: readonly FaceLandmarks[],
): PersonOutline {
  const frame = faceFrame(landmarks, scale);
  const face = fillPolygon(silhouetteOf(landmarks, scale), width, height);
  const shape = face.slice();
  const trunk = new Uint8Array(width * height);
  const besideNeck = new Uint8Array(width * height);
  const neck = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const place = placeOf(frame, x + 0.5, y + 0.5);
      if (isHead(place) || isNeck(place, NECK.halfWidth, NECK.length) || isShoulder(place)) shape[at] = 1;
      if (isBesideNeck(place)) besideNeck[at] = 1;
      if (place.shoulderY > 0) trunk[at] = 1;
      if (isNeck(place, NECK.surelyHalfWidth, NECK.surelyLength)) neck[at] = 1;
    }
  }
  const expected = signedDistance(shape, width, height);
  for (let i = 0; i < expected.length; i++) expected[i] /= frame.widthPx;

  const known = new Uint8Array(width * height);
  const intoFace = signedDistance(face, width, height);
  for (let i = 0; i < known.length; i++) {
    if (expected[i] < -FARTHEST) known[i] = SURELY_BACKGROUND;
    if (intoFace[i] > SURE_MARGIN * frame.widthPx || neck[i]) known[i] = SURELY_PERSON;
  }
  for (const other of others) {
    const otherFace = fillPolygon(silhouetteOf(other, scale), width, height);
    for (let i = 0; i < known.length; i++) if (otherFace[i] && !face[i]) known[i] = SURELY_BACKGROUND;
  }
  return {
    width,
    height,
    chinYPx: frame.chin[1],
    faceWidthPx: frame.widthPx,
    expected,
    known,
    trunk,
    besideNeck,
    face,
  };
}

interface FaceFrame {
  readonly widthPx: number;
  readonly forehead: readonly [number, number];
  readonly chin: readonly [number, number];
  /** Unit vector from the chin to the forehead. */
  readonly up: readonly [number, number];
  /** Length from chin to forehead in face widths. */
  readonly length: number;
  readonly shoulderX: number;
  readonly shoulderY: number;
  /** How far the head reaches beyond a frontal one's sides, face widths: a turned head shows its back on one side. */
  readonly headFrom: number;
  readonly headTo: number;
}

function faceFrame({ points }: FaceLandmarks, scale: number): FaceFrame {
  const at = (point: number) => [points[3 * point] * scale, points[3 * point + 1] * scale] as const;
  const [forehead, chin, right, left] = [at(10), at(152), at(234), at(454)];
  const lengthPx = Math.max(1, Math.hypot(forehead[0] - chin[0], forehead[1] - chin[1]));
  const acrossPx = Math.hypot(left[0] - right[0], left[1] - right[1]);
  const widthPx = Math.max(acrossPx, LEAST_WIDTH_OF_LENGTH * lengthPx);
  const up = [(forehead[0] - chin[0]) / lengthPx, (forehead[1] - chin[1]) / lengthPx] as const;
  // On a turned head the nose has left the middle, and the skull lies on the other side.
  const middle = [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2];
  const nose = at(1);
  const turn = ((middle[0] - nose[0]) * -up[1] + (middle[1] - nose[1]) * up[0]) / widthPx;
  // The trunk hangs from the neck: half along the face's axis, then straight down.
  const neckPx = SHOULDERS.start * widthPx;
  return {
    widthPx,
    forehead,
    chin,
    up,
    length: lengthPx / widthPx,
    headFrom: -HEAD.halfWidth + Math.min(0, TURN_TO_SKULL * turn),
    headTo: HEAD.halfWidth + Math.max(0, TURN_TO_SKULL * turn),
    shoulderX: chin[0] - up[0] * neckPx,
    shoulderY: chin[1] - up[1] * neckPx,
  };
}

/** A pixel in the face's frame, all in face widths. */
interface Place {
  /** From the chin: to the right of the face's axis, and up along it. */
  readonly across: number;
  readonly up: number;
  readonly length: number;
  readonly headFrom: number;
  readonly headTo: number;
  /** From the root of the neck: to the right, and down. */
  readonly shoulderX: number;
  readonly shoulderY: number;
}

function placeOf(frame: FaceFrame, x: number, y: number): Place {
  const { widthPx, chin, up, length, headFrom, headTo, shoulderX, shoulderY } = frame;
  const [dx, dy] = [(x - chin[0]) / widthPx, (y - chin[1]) / widthPx];
  return {
    across: dx * -up[1] + dy * up[0],
    up: dx * up[0] + dy * up[1],
    length,
    headFrom,
    headTo,
    shoulderX: (x - shoulderX) / widthPx,
    shoulderY: (y - shoulderY) / widthPx,
  };
}

function isHead({ across, up, length, headFrom, headTo }: Place): boolean {
  const halfHeight = (length + HEAD.aboveForehead) / 2;
  return ((2 * across - headFrom - headTo) / (headTo - headFrom)) ** 2 + ((up - halfHeight) / halfHeight) ** 2 <= 1;
}

function isBesideNeck({ across, up, headFrom, headTo }: Place): boolean {
  return across > headFrom && across < headTo && up < HAIR_FROM && up > -NECK.length;
}

function isNeck({ across, up }: Place, halfWidth: number, length: number): boolean {
  return Math.abs(across) <= halfWidth && up <= 0.1 && up >= -length;
}

function isShoulder({ shoulderX, shoulderY }: Place): boolean {
  if (shoulderY < 0) return false;
  const { firstHalfWidth, fullHalfWidth, slopeLength, growth } = SHOULDERS;
  const slope = Math.min(1, shoulderY / slopeLength);
  const rounded = 0.5 * (slope + Math.sqrt(slope * (2 - slope)));
  return Math.abs(shoulderX) <= firstHalfWidth + (fullHalfWidth - firstHalfWidth) * rounded + growth * shoulderY;
}

function silhouetteOf({ points }: FaceLandmarks, scale: number): [number, number][] {
  return SILHOUETTE.map((point) => [points[3 * point] * scale, points[3 * point + 1] * scale]);
}

/** 1 where the pixel's centre lies inside the polygon (even-odd rule). */
export function fillPolygon(corners: readonly (readonly [number, number])[], width: number, height: number) {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const crossings: number[] = [];
    for (let i = 0; i < corners.length; i++) {
      const [x0, y0] = corners[i];
      const [x1, y1] = corners[(i + 1) % corners.length];
      if (y0 > y + 0.5 !== y1 > y + 0.5) crossings.push(x0 + ((y + 0.5 - y0) * (x1 - x0)) / (y1 - y0));
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const first = Math.max(0, Math.ceil(crossings[k] - 0.5));
      const last = Math.min(width - 1, Math.ceil(crossings[k + 1] - 0.5) - 1);
      if (last >= first) mask.fill(1, y * width + first, y * width + last + 1);
    }
  }
  return mask;
}

/** Distance to the edge of a mask, pixels: positive inside, negative outside. */
export function signedDistance(mask: Uint8Array, width: number, height: number): Float32Array {
  const outside = distanceTransform(mask, width, height).distances;
  const inside = distanceTransform(
    mask.map((value) => (value ? 0 : 1)),
    width,
    height,
  ).distances;
  return inside.map((distance, i) => (distance > 0 ? distance - 0.5 : 0.5 - outside[i]));
}
