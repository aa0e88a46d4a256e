import type { FaceDetection } from './face-landmarks.ts';

/** A square part of a picture, possibly turned; it may reach over the picture's edges. */
export interface SquareRegion {
  /** Centre, pixels. */
  readonly centerX: number;
  readonly centerY: number;
  /** Side, pixels. */
  readonly sizePx: number;
  /** Rotation, radians, clockwise on screen. */
  readonly rollRad: number;
}

/** Number of points that the mesh model itself gives, before those of the irises. */
export const MESH_POINT_COUNT = 468;

/** Outer corners of the eyes: on the left and on the right of an unmirrored picture. */
const LEFT_EYE_OUTER_CORNER = 33;
const RIGHT_EYE_OUTER_CORNER = 263;

/** The mesh model wants a face with this much room around it: side of the region over side of the face's box. */
const ROOM_AROUND_FACE = 1.5;

/** The square around a whole picture. */
export function wholePicture(width: number, height: number): SquareRegion {
  return { centerX: width / 2, centerY: height / 2, sizePx: Math.max(width, height), rollRad: 0 };
}

/** Where to fit the mesh for a face that the detector has found. */
export function meshRegionOfDetection(detection: FaceDetection): SquareRegion {
  return { ...detection, sizePx: detection.sizePx * ROOM_AROUND_FACE };
}

/** Where to fit the mesh next for a face with these landmarks (`points`: x, y, z of at least the mesh's points). */
export function meshRegionOfLandmarks(points: Float32Array): SquareRegion {
  const box = uprightBox(points);
  return { ...box, sizePx: Math.max(box.width, box.height) * ROOM_AROUND_FACE };
}

/** How much a region differs from another one. */
export interface RegionChange {
  /** Of the centre, in sides of the first. */
  readonly shift: number;
  /** Factor between the sides, at least 1. */
  readonly scale: number;
  /** At least 0. */
  readonly turnRad: number;
}

export function regionChange(from: SquareRegion, to: SquareRegion): RegionChange {
  const turn = to.rollRad - from.rollRad;
  return {
    shift: Math.hypot(to.centerX - from.centerX, to.centerY - from.centerY) / from.sizePx,
    scale: Math.max(to.sizePx / from.sizePx, from.sizePx / to.sizePx),
    turnRad: Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn))),
  };
}

/** The box around the mesh's points whose sides are along and across the eye line. */
export interface UprightBox {
  readonly centerX: number;
  readonly centerY: number;
  /** Along the eye line, pixels. */
  readonly width: number;
  /** Across the eye line, pixels. */
  readonly height: number;
  /** Direction of the eye line, radians, clockwise on screen. */
  readonly rollRad: number;
}

export function uprightBox(points: Float32Array): UprightBox {
  const left = 3 * LEFT_EYE_OUTER_CORNER;
  const right = 3 * RIGHT_EYE_OUTER_CORNER;
  const rollRad = Math.atan2(points[right + 1] - points[left + 1], points[right] - points[left]);
  const cos = Math.cos(rollRad);
  const sin = Math.sin(rollRad);
  let minAlong = Number.POSITIVE_INFINITY;
  let maxAlong = Number.NEGATIVE_INFINITY;
  let minAcross = Number.POSITIVE_INFINITY;
  let maxAcross = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < 3 * MESH_POINT_COUNT; i += 3) {
    const along = points[i] * cos + points[i + 1] * sin;
    const across = points[i + 1] * cos - points[i] * sin;
    if (along < minAlong) minAlong = along;
    if (along > maxAlong) maxAlong = along;
    if (across < minAcross) minAcross = across;
    if (across > maxAcross) maxAcross = across;
  }
  const along = (minAlong + maxAlong) / 2;
  const across = (minAcross + maxAcross) / 2;
  return {
    centerX: along * cos - across * sin,
    centerY: along * sin + across * cos,
    width: maxAlong - minAlong,
    height: maxAcross - minAcross,
    rollRad,
  };
}
