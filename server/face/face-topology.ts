import type { FaceLandmarks } from './face-landmarks.ts';
import { LANDMARK_COUNT } from './face-landmarks.ts';
import { MESH_TRIANGLES, MIRROR_POINTS } from './face-mesh-data.ts';

/**
 * Which landmark is what. All lists that run across the face run from the left of an unmirrored picture to its right;
 * "upper" and "lower" lists of a pair start and end at the same corners and have equal lengths.
 */

/** Points of the mesh proper; the rest are irises. */
export const MESH_POINT_COUNT = 468;

/** Outline of the face, clockwise on screen from the middle of the forehead. */
export const SILHOUETTE: readonly number[] = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

export const LIPS = {
  upperOuter: [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291],
  lowerOuter: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291],
  upperInner: [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308],
  lowerInner: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308],
} as const satisfies Record<string, readonly number[]>;

/** The points of one eye. */
export interface EyePoints {
  /** Lash line of the upper and of the lower lid, corner to corner, 9 points each. */
  readonly upperLid: readonly number[];
  readonly lowerLid: readonly number[];
  /** The next row of skin points outside each lid, without corners: 7 points, beside `upperLid[1…7]`. */
  readonly upperCrease: readonly number[];
  readonly lowerCrease: readonly number[];
  readonly irisCenter: number;
  /** Four points around the iris. */
  readonly irisRing: readonly number[];
}

/** Index 0 is the eye on the left of an unmirrored picture. */
export const EYES: readonly [EyePoints, EyePoints] = [
  {
    upperLid: [33, 246, 161, 160, 159, 158, 157, 173, 133],
    lowerLid: [33, 7, 163, 144, 145, 153, 154, 155, 133],
    upperCrease: [247, 30, 29, 27, 28, 56, 190],
    lowerCrease: [25, 110, 24, 23, 22, 26, 112],
    irisCenter: 468,
    irisRing: [469, 470, 471, 472],
  },
  {
    upperLid: [362, 398, 384, 385, 386, 387, 388, 466, 263],
    lowerLid: [362, 382, 381, 380, 374, 373, 390, 249, 263],
    upperCrease: [414, 286, 258, 257, 259, 260, 467],
    lowerCrease: [341, 256, 252, 253, 254, 339, 255],
    irisCenter: 473,
    irisRing: [474, 475, 476, 477],
  },
];

/** Upper and lower edge of each brow, index 0 on the left of the picture. */
export const BROWS = [
  { upper: [70, 63, 105, 66, 107], lower: [46, 53, 52, 65, 55] },
  { upper: [336, 296, 334, 293, 300], lower: [285, 295, 282, 283, 276] },
] as const;

/** Bridge of the nose, from between the brows to the tip, and the nostrils' base. */
export const NOSE = { bridge: [168, 6, 197, 195, 5, 4, 1], base: [98, 97, 2, 326, 327] } as const;

/** Points that ride on the skull and hardly move with expression: they carry the head's pose. */
export const RIGID_POINTS: readonly number[] = [
  10, 109, 338, 67, 297, 103, 332, 54, 284, 151, 9, 8, 168, 6, 197, 195, 21, 251, 162, 389, 127, 356, 234, 454, 33, 133,
  362, 263, 116, 345, 143, 372, 35, 265, 4, 5, 93, 323,
];

/** For each of the 478 points the one that mirrors it; its own inverse. */
export const MIRROR_OF: Uint16Array = MIRROR_POINTS;

/** All 880 triangles of the mesh, three indices each, wound alike; eyes closed, mouth open. */
export const FACE_TRIANGLES: Uint16Array = MESH_TRIANGLES;

/** The mesh without the triangles that lie across the eye openings. */
export const SKIN_TRIANGLES: Uint16Array = withoutEyeOpenings(MESH_TRIANGLES);

function withoutEyeOpenings(triangles: Uint16Array): Uint16Array {
  const lids = EYES.map((eye) => new Set([...eye.upperLid, ...eye.lowerLid]));
  const kept: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = triangles.subarray(i, i + 3);
    if (!lids.some((lid) => corners.every((point) => lid.has(point)))) kept.push(...corners);
  }
  return Uint16Array.from(kept);
}

/** Neighbours of each mesh point along the edges of `triangles`. */
export function meshNeighbours(triangles: Uint16Array): number[][] {
  const neighbours = Array.from({ length: MESH_POINT_COUNT }, () => new Set<number>());
  for (let i = 0; i < triangles.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const a = triangles[i + k];
      const b = triangles[i + ((k + 1) % 3)];
      neighbours[a].add(b);
      neighbours[b].add(a);
    }
  }
  return neighbours.map((set) => [...set]);
}

/** The lines that show a face: outline, brows, eyes, irises, nose, lips. Closed ones repeat their first point. */
export const CONTOURS: readonly (readonly number[])[] = [
  closed(SILHOUETTE),
  ...BROWS.map((brow) => [...brow.upper]),
  ...EYES.map((eye) => loop(eye.upperLid, eye.lowerLid)),
  ...EYES.map((eye) => closed(eye.irisRing)),
  [...NOSE.bridge],
  [...NOSE.base],
  loop(LIPS.upperOuter, LIPS.lowerOuter),
  loop(LIPS.upperInner, LIPS.lowerInner),
];

function closed(points: readonly number[]): number[] {
  return [...points, points[0]];
}

function loop(upper: readonly number[], lower: readonly number[]): number[] {
  return [...upper, ...lower.slice(0, -1).reverse()];
}

/** Of the outline every second point is enough to draw it. */
const OUTLINE_STEP = 2;

/**
 * The face as polylines of [x, y] in 0..1 of a `width × height` picture, rounded to 4 digits, for drawing over it.
 * Points outside of the picture lie outside of 0..1.
 */
export function faceContours(landmarks: FaceLandmarks, width: number, height: number): [number, number][][] {
  const { points } = landmarks;
  const at = (point: number): [number, number] => [
    round4(points[3 * point] / width),
    round4(points[3 * point + 1] / height),
  ];
  return CONTOURS.map((line, index) => {
    const kept = index === 0 ? line.filter((_, i) => i % OUTLINE_STEP === 0) : line;
    return kept.map(at);
  });
}

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Writes into `out` the landmarks of the face seen in a mirror: x negated, left and right points exchanged. */
export function mirrorPoints(points: Float32Array, out: Float32Array): Float32Array {
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const from = 3 * MIRROR_OF[i];
    out[3 * i] = -points[from];
    out[3 * i + 1] = points[from + 1];
    out[3 * i + 2] = points[from + 2];
  }
  return out;
}
