import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { SILHOUETTE } from '../face/face-topology.ts';

/** A square of a picture, pixels; may reach beyond the picture. */
export interface CropSquare {
  readonly x: number;
  readonly y: number;
  readonly sizePx: number;
}

/** Side of the crop in face lengths (forehead to chin, or the face's width where that is more): hair and shoulders. */
const COMFORTABLE_SIZE = 2.3;
/** With less than this around it, the face would fill the frame: rather extend the picture's edge. */
const TIGHT_SIZE = 1.75;
/** How far the face's centre may leave the crop's, in crop sides, to keep the crop inside the picture. */
const MAX_OFFSET = 0.17;
/** The crop is centred this much above the face's centre, in crop sides: hair needs more room than the neck. */
const UPWARD = 0.02;

/** The square around a face, inside the picture wherever that leaves the face well framed. */
export function portraitSquare(landmarks: FaceLandmarks, width: number, height: number): CropSquare {
  const face = faceExtent(landmarks);
  const comfortable = COMFORTABLE_SIZE * face.length;
  const fitting = Math.min(comfortable, width, height);
  const sizePx = Math.round(Math.max(fitting, TIGHT_SIZE * face.length));
  const centered = { x: face.centerX - sizePx / 2, y: face.centerY - (0.5 + UPWARD) * sizePx };
  return {
    x: Math.round(insideWhereNear(centered.x, sizePx, width)),
    y: Math.round(insideWhereNear(centered.y, sizePx, height)),
    sizePx,
  };
}

/** Moves an interval into 0…length, but not further than the face may leave the middle. */
function insideWhereNear(start: number, sizePx: number, lengthPx: number): number {
  const most = Math.max(0, lengthPx - sizePx);
  const inside = sizePx > lengthPx ? (lengthPx - sizePx) / 2 : Math.min(Math.max(start, 0), most);
  const reach = MAX_OFFSET * sizePx;
  return Math.min(Math.max(inside, start - reach), start + reach);
}

function faceExtent({ points }: FaceLandmarks): { centerX: number; centerY: number; length: number } {
  const xs = SILHOUETTE.map((point) => points[3 * point]);
  const ys = SILHOUETTE.map((point) => points[3 * point + 1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { centerX: (left + right) / 2, centerY: (top + bottom) / 2, length: Math.max(bottom - top, right - left) };
}

/** The landmarks of a picture, in pixels of a square of it that was scaled to `sizePx`. */
export function landmarksInCrop(landmarks: FaceLandmarks, square: CropSquare, sizePx: number): FaceLandmarks {
  const scale = sizePx / square.sizePx;
  const points = new Float32Array(landmarks.points.length);
  for (let i = 0; i < points.length; i += 3) {
    points[i] = (landmarks.points[i] - square.x) * scale;
    points[i + 1] = (landmarks.points[i + 1] - square.y) * scale;
    points[i + 2] = landmarks.points[i + 2] * scale;
  }
  return { points, confidence: landmarks.confidence };
}
