import { MESH_POINT_COUNT, regionChange, type SquareRegion, uprightBox } from './face-region.ts';

/** Below this there are too few pixels to see an expression, and the networks begin to guess. */
const MIN_FACE_PX = 16;

/** Share of the mesh's points that must lie in the picture. */
const MIN_VISIBLE_SHARE = 0.55;

/** Height of a face's box over its width: from a wide grin nodding down to a profile with the mouth wide open. */
const MIN_ASPECT = 0.55;
const MAX_ASPECT = 3;

/** Distance from the eye line to the mouth, in heights of the face's box. */
const MIN_MOUTH_DROP = 0.15;

/** What one frame may change: the region has little room around the face, so a true face cannot move further. */
const MAX_SHIFT = 0.35;
const MAX_SCALE_CHANGE = 1.5;
const MAX_TURN_RAD = 0.7;

const LEFT_EYE_CORNERS = [33, 133] as const;
const RIGHT_EYE_CORNERS = [362, 263] as const;
const INNER_LIPS = [13, 14] as const;

/** Whether the mesh's points have the size, place and build of a face in a `width × height` picture. */
export function isPlausibleFace(points: Float32Array, width: number, height: number): boolean {
  let visible = 0;
  for (let i = 0; i < 3 * MESH_POINT_COUNT; i += 3) {
    const x = points[i];
    const y = points[i + 1];
    if (!Number.isFinite(x + y + points[i + 2])) return false;
    if (x >= 0 && y >= 0 && x <= width && y <= height) visible++;
  }
  if (visible < MIN_VISIBLE_SHARE * MESH_POINT_COUNT) return false;

  const box = uprightBox(points);
  if (Math.max(box.width, box.height) < MIN_FACE_PX) return false;
  const aspect = box.height / box.width;
  if (!(aspect >= MIN_ASPECT && aspect <= MAX_ASPECT)) return false;

  const down = (indices: readonly number[]) => {
    const across = indices.map(
      (i) => points[3 * i + 1] * Math.cos(box.rollRad) - points[3 * i] * Math.sin(box.rollRad),
    );
    return across.reduce((sum, value) => sum + value, 0) / indices.length;
  };
  const mouthDrop = down(INNER_LIPS) - down([...LEFT_EYE_CORNERS, ...RIGHT_EYE_CORNERS]);
  return mouthDrop >= MIN_MOUTH_DROP * box.height;
}

/** Whether a face can have gone from one region to the other within a frame. */
export function isPlausibleStep(from: SquareRegion, to: SquareRegion): boolean {
  const { shift, scale, turnRad } = regionChange(from, to);
  return shift <= MAX_SHIFT && scale <= MAX_SCALE_CHANGE && turnRad <= MAX_TURN_RAD;
}
