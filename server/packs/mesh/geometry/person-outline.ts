import { FACE_TRIANGLES, SILHOUETTE } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';

/** A pixel belongs to the person from this alpha on; below the other one there is nothing of the person. */
const SOLID_ALPHA = 128;
const FAINT_ALPHA = 6;
/** Gaps in the matte up to this, in mean face radii, are taken for light between strands. */
const LARGEST_GAP = 0.06;
/** Farthest that hair is looked for above the jaw, that neck is below it, and that a soft edge reaches, face radii. */
const FARTHEST_HAIR = 1.4;
const FARTHEST_NECK = 0.7;
const FARTHEST_FRINGE = 0.3;
const FARTHEST_COVER = 0.4;
const LEAST_EDGE_PX = 2;
/** Spokes that go up so steeply (cosine to the way up) are over the top of the head, which no border holds. */
const TOP_FROM = 0.3;
export const TOP_AT = 0.6;

/** A ray from the middle of the face outwards through a point of its outline. Lengths are pixels. */
export interface Spoke {
  readonly landmark: number;
  /** The point of the outline, and the unit vector outwards. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** Cosine of the angle between the ray and the way up through the head. */
  readonly upward: number;
  /** Distance from the face's middle to its outline. */
  readonly faceRadius: number;
  /** How far the face itself reaches beyond this point of its outline, which it may hide. */
  readonly covered: number;
  /** Distances from the outline: to the end of hair or ear, on to that of its soft edge, and to the picture's border. */
  readonly hair: number;
  readonly fringe: number;
  readonly border: number;
  /** Whether what lies between the outline and `hair` looks like skin, an ear, and not like hair: 0…1. */
  readonly skin: number;
  /** Whether the picture's border cuts the head off here, or its soft edge. */
  readonly reachesBorder: boolean;
  /** How far the picture's border cuts the head off and holds it here, 0…1, smooth from spoke to spoke; 0 over its top. */
  readonly cut: number;
}

export interface PersonOutline {
  readonly spokes: readonly Spoke[];
  /** Mean distance of the face's outline from its middle, pixels. */
  readonly meanRadius: number;
}

/** Finds where hair and ears end around the face of `own` (landmarks, pixels), by the alpha of `person`. */
export function tracePerson(own: Float32Array, ownPose: Similarity, person: RgbaImage): PersonOutline {
  const { width, height } = person;
  let [centreX, centreY, meanRadius] = [0, 0, 0];
  for (const landmark of SILHOUETTE) {
    centreX += own[3 * landmark] / SILHOUETTE.length;
    centreY += own[3 * landmark + 1] / SILHOUETTE.length;
  }
  for (const i of SILHOUETTE) {
    meanRadius += Math.hypot(own[3 * i] - centreX, own[3 * i + 1] - centreY) / SILHOUETTE.length;
  }
  const upLength = Math.max(1e-6, Math.hypot(ownPose.rotation[1], ownPose.rotation[4]));
  const [upX, upY] = [-ownPose.rotation[1] / upLength, -ownPose.rotation[4] / upLength];

  const spokes = SILHOUETTE.map((landmark) => {
    const [x, y] = [own[3 * landmark], own[3 * landmark + 1]];
    const faceRadius = Math.max(1, Math.hypot(x - centreX, y - centreY));
    const [dx, dy] = [(x - centreX) / faceRadius, (y - centreY) / faceRadius];
    const upward = dx * upX + dy * upY;
    const border = Math.max(1, distanceToBorder(x, y, dx, dy, width, height));
    const farthest = FARTHEST_NECK + (FARTHEST_HAIR - FARTHEST_NECK) * smoothstep(-0.6, 0, upward);
    const alphaAt = (distance: number) => alphaOf(person, x + dx * distance, y + dy * distance);
    const end = solidUntil(alphaAt, LARGEST_GAP * meanRadius, Math.min(border, farthest * meanRadius));
    const covered = coveredUntil(own, x, y, dx, dy, FARTHEST_COVER * meanRadius);
    const hair = Math.max(covered + LEAST_EDGE_PX, end);
    const isCut = end >= border - 1;
    const faint = faintUntil(alphaAt, hair, FARTHEST_FRINGE * meanRadius);
    const reachesBorder = isCut || faint >= border - 1;
    const fringe = Math.min(faint, border) - hair;
    return {
      landmark,
      x,
      y,
      dx,
      dy,
      upward,
      faceRadius,
      covered,
      hair,
      fringe: Math.max(LEAST_EDGE_PX, fringe),
      border,
      skin: 0,
      reachesBorder,
      cut: isCut ? 1 : 0,
    };
  });
  const hair = evened(spokes.map((spoke) => spoke.hair));
  const cut = evened(evened(spokes.map((spoke) => spoke.cut)));
  const skin = evened(skinShares(spokes, own, person));
  const even = (spoke: Spoke, i: number): Spoke => ({
    ...spoke,
    hair: Math.max(spoke.covered + LEAST_EDGE_PX, hair[i]),
    skin: skin[i],
    cut: cut[i] * smoothstep(TOP_AT, TOP_FROM, spoke.upward),
  });
  return { spokes: spokes.map(even), meanRadius };
}

/** Cheeks and nose, for the colour of skin. */
const SKIN_POINTS = [50, 280, 205, 425, 117, 346, 4, 195];
/** Samples along a spoke, as shares of the hair. */
const SAMPLES = [0.25, 0.4, 0.55, 0.7, 0.85];

/** Of each spoke: how much more it looks like the face's skin than like the hair above. */
function skinShares(spokes: readonly Spoke[], own: Float32Array, person: RgbaImage): number[] {
  const colourAt = (x: number, y: number) => hueAndLight(person, x, y);
  const along = ({ x, y, dx, dy, hair }: Spoke) =>
    SAMPLES.map((at) => colourAt(x + dx * hair * at, y + dy * hair * at));
  const skin = SKIN_POINTS.map((point) => colourAt(own[3 * point], own[3 * point + 1]));
  const hair = spokes.filter(({ upward }) => upward > 0.6).flatMap(along);
  const nearest = (colour: Colour, colours: readonly Colour[]) =>
    Math.min(...colours.map((other) => Math.hypot(...colour.map((value, k) => value - other[k]))));
  return spokes.map((spoke) => {
    const votes = along(spoke).map((colour): number => {
      const [toSkin, toHair] = [nearest(colour, skin), nearest(colour, hair)];
      return toHair / Math.max(1e-6, toSkin + toHair);
    });
    return smoothstep(0.4, 0.6, votes.reduce((sum, vote) => sum + vote, 0) / votes.length);
  });
}

type Colour = readonly [number, number, number];

/** Colour as red and green shares, and brightness, which shadows change, with less weight. */
function hueAndLight({ width, height, data }: RgbaImage, x: number, y: number): Colour {
  const o = 4 * offsetOf(width, height, x, y);
  const sum = data[o] + data[o + 1] + data[o + 2] + 30;
  return [(3 * (data[o] + 10)) / sum, (3 * (data[o + 1] + 10)) / sum, sum / 765];
}

/** Distance at which a solid run that begins at 0 ends, bridging gaps; `most` where it does not. */
function solidUntil(alphaAt: (distance: number) => number, largestGap: number, most: number): number {
  let last = 0;
  for (let distance = 0; distance <= most; distance++) {
    if (alphaAt(distance) >= SOLID_ALPHA) last = distance;
    else if (distance - last > largestGap) return last;
  }
  return most;
}

/** How far a ray from (x, y) runs over the face's own triangles, at most `most`. */
function coveredUntil(own: Float32Array, x: number, y: number, dx: number, dy: number, most: number): number {
  let covered = 0;
  for (let distance = 1; distance < most; distance++) {
    if (isOnFace(own, x + dx * distance, y + dy * distance)) covered = distance;
    else if (distance > covered + 2) break;
  }
  return covered;
}

function isOnFace(own: Float32Array, x: number, y: number): boolean {
  for (let t = 0; t < FACE_TRIANGLES.length; t += 3) {
    const [a, b, c] = [3 * FACE_TRIANGLES[t], 3 * FACE_TRIANGLES[t + 1], 3 * FACE_TRIANGLES[t + 2]];
    const side = (p: number, q: number) =>
      (own[q] - own[p]) * (y - own[p + 1]) - (own[q + 1] - own[p + 1]) * (x - own[p]);
    const [u, v, w] = [side(a, b), side(b, c), side(c, a)];
    if ((u > 0 && v > 0 && w > 0) || (u < 0 && v < 0 && w < 0)) return true;
  }
  return false;
}

function faintUntil(alphaAt: (distance: number) => number, from: number, most: number): number {
  for (let distance = from; distance < from + most; distance++) {
    if (alphaAt(distance) < FAINT_ALPHA) return distance;
  }
  return from + most;
}

function alphaOf({ width, height, data }: RgbaImage, x: number, y: number): number {
  return data[4 * offsetOf(width, height, x, y) + 3];
}

/** Index of the pixel at (x, y), or of the nearest one in the picture. */
function offsetOf(width: number, height: number, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
  return row * width + column;
}

function evened(values: readonly number[]): number[] {
  const n = values.length;
  return values.map((value, i) => (values[(i + n - 1) % n] + 2 * value + values[(i + 1) % n]) / 4);
}

/** How far one can go from (x, y) before leaving the picture; 0 outside of it. */
function distanceToBorder(x: number, y: number, dx: number, dy: number, width: number, height: number): number {
  const alongX = dx > 0 ? (width - x) / dx : dx < 0 ? -x / dx : Number.POSITIVE_INFINITY;
  const alongY = dy > 0 ? (height - y) / dy : dy < 0 ? -y / dy : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(alongX, alongY));
}
