import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { SquareRegion } from '../../face/face-region.ts';
import { BROWS, EYES, LIPS, SILHOUETTE } from '../../face/face-topology.ts';

/** Side of the square over the longer side of the face from brows to chin, as the official program frames portraits. */
const SIZE_IN_FACES = 2.3;
/** So much of its side the square lies above the face: for hair. */
const UPWARD = 0.125;

/** Brows, and the silhouette below them: what the official program's 203 landmarks enclose. */
const FRAMED = [...BROWS.flatMap(({ upper }) => upper), ...SILHOUETTE.filter((_, i) => i >= 8 && i <= 28)];

/** The turned square that LivePortrait's networks want around a portrait's face: its eyes above its mouth. */
export function faceCrop({ points }: FaceLandmarks): SquareRegion {
  const eyes = middle(
    points,
    EYES.flatMap(({ upperLid, lowerLid }) => [upperLid[0], upperLid[4], upperLid[8], lowerLid[4]]),
  );
  const mouth = middle(points, [LIPS.upperOuter[0], LIPS.upperOuter[10]]);
  const length = Math.hypot(mouth.x - eyes.x, mouth.y - eyes.y) || 1;
  // The direction down the face, and the one to its side.
  const down = { x: (mouth.x - eyes.x) / length, y: (mouth.y - eyes.y) / length };
  const aside = { x: down.y, y: -down.x };
  const across = FRAMED.map((i) => points[3 * i] * aside.x + points[3 * i + 1] * aside.y);
  const along = FRAMED.map((i) => points[3 * i] * down.x + points[3 * i + 1] * down.y);
  const [left, right, top, bottom] = [Math.min(...across), Math.max(...across), Math.min(...along), Math.max(...along)];
  const sizePx = Math.max(right - left, bottom - top) * SIZE_IN_FACES;
  const u = (left + right) / 2;
  const v = (top + bottom) / 2 - UPWARD * sizePx;
  return {
    centerX: u * aside.x + v * down.x,
    centerY: u * aside.y + v * down.y,
    sizePx,
    rollRad: Math.atan2(aside.y, aside.x),
  };
}

function middle(points: Float32Array, indices: readonly number[]): { x: number; y: number } {
  const sum = (axis: number) => indices.reduce((total, i) => total + points[3 * i + axis], 0);
  return { x: sum(0) / indices.length, y: sum(1) / indices.length };
}
