import type { FaceLandmarks } from '../../../face/face-landmarks.ts';
import { EYES, LIPS, SILHOUETTE } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import { applySimilarity, identitySimilarity } from '../../../motion/procrustes.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { fromAngles } from '../../../motion/rotation.ts';

/** A face that is drawn, not photographed: the canonical face in flat colours, for tests. */
export interface DrawnPortrait {
  readonly still: RgbaImage;
  readonly landmarks: FaceLandmarks;
  /** Pixels per canonical unit. */
  readonly scale: number;
}

export const COLOURS = {
  skin: [205, 160, 130],
  iris: [30, 60, 230],
  sclera: [240, 240, 235],
  lips: [170, 70, 70],
  noseTip: [20, 200, 40],
} as const satisfies Record<string, readonly [number, number, number]>;

const STRAIGHT: HeadAngles = { yawRad: 0, pitchRad: 0, rollRad: 0 };
export const NOSE_TIP = 4;

/** The canonical face's landmarks under a pose, `size` pixels per canonical unit. */
export function posedFace(
  centreX: number,
  centreY: number,
  size: number,
  angles: HeadAngles = STRAIGHT,
  shape: ArrayLike<number> = CANONICAL_FACE,
): FaceLandmarks {
  const pose = identitySimilarity();
  fromAngles(angles, pose.rotation);
  pose.scale = size;
  pose.translation.set([centreX, centreY, 0]);
  return { points: applySimilarity(pose, shape, new Float32Array(shape.length)), confidence: 1 };
}

const drawn = new Map<string, DrawnPortrait>();

/** A mouth that is open by so many canonical units, and what is seen in it. */
export interface DrawnMouth {
  readonly opening: number;
  readonly colour: readonly [number, number, number];
}

/** A frontal face in the middle of a striped background. Each is drawn once: not to be written to. */
export function drawPortrait(width: number, height: number, mouth?: DrawnMouth): DrawnPortrait {
  const key = JSON.stringify([width, height, mouth]);
  const portrait = drawn.get(key) ?? draw(width, height, mouth);
  drawn.set(key, portrait);
  return portrait;
}

function draw(width: number, height: number, mouth?: DrawnMouth): DrawnPortrait {
  const scale = Math.min(width, height) * 0.19;
  const shape = CANONICAL_FACE.slice();
  for (const point of [...LIPS.lowerInner.slice(1, -1), ...LIPS.lowerOuter.slice(1, -1)]) {
    shape[3 * point + 1] += mouth?.opening ?? 0;
  }
  const landmarks = posedFace(width / 2, height * 0.48, scale, STRAIGHT, shape);
  const still = createRgbaImage(width, height);
  const { points } = landmarks;
  const at = (line: readonly number[]) => line.map((i): [number, number] => [points[3 * i], points[3 * i + 1]]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const stripe = 20 * Math.sin(x / 7) + 20 * Math.sin(y / 11);
      paint(still, x, y, [110 + stripe, 150 - stripe, 70 + stripe]);
    }
  }
  fillPolygon(still, at(SILHOUETTE), COLOURS.skin);
  fillPolygon(still, [...at(LIPS.upperOuter), ...at(LIPS.lowerOuter).reverse()], COLOURS.lips);
  if (mouth) fillPolygon(still, [...at(LIPS.upperInner), ...at(LIPS.lowerInner).reverse()], mouth.colour);
  for (const eye of EYES) {
    fillPolygon(still, [...at(eye.upperLid), ...at(eye.lowerLid).reverse()], COLOURS.sclera);
    const [ring] = at(eye.irisRing);
    const [centre] = at([eye.irisCenter]);
    const radius = Math.hypot(ring[0] - centre[0], ring[1] - centre[1]);
    const opening = [...at(eye.upperLid), ...at(eye.lowerLid).reverse()];
    const isIris = (x: number, y: number) => Math.hypot(x - centre[0], y - centre[1]) < radius && inside(opening, x, y);
    fill(still, isIris, COLOURS.iris, boxOf(opening));
  }
  const [nose] = at([NOSE_TIP]);
  const tip = 0.08 * scale;
  const isNose = (x: number, y: number) => Math.hypot(x - nose[0], y - nose[1]) < tip;
  fill(still, isNose, COLOURS.noseTip, {
    left: nose[0] - tip,
    top: nose[1] - tip,
    right: nose[0] + tip,
    bottom: nose[1] + tip,
  });
  return { still, landmarks, scale };
}

/** Where a colour is: number of pixels like it, and their centre. */
export function findColour(
  image: RgbaImage,
  [red, green, blue]: readonly [number, number, number],
  tolerance = 60,
): { count: number; x: number; y: number } {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let o = 0; o < image.data.length; o += 4) {
    const difference =
      Math.abs(image.data[o] - red) + Math.abs(image.data[o + 1] - green) + Math.abs(image.data[o + 2] - blue);
    if (difference > tolerance) continue;
    count++;
    sumX += ((o / 4) % image.width) + 0.5;
    sumY += Math.floor(o / 4 / image.width) + 0.5;
  }
  return { count, x: sumX / count, y: sumY / count };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf(polygon: [number, number][]): Box {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function fillPolygon(image: RgbaImage, polygon: [number, number][], colour: readonly number[]): void {
  fill(image, (x, y) => inside(polygon, x, y), colour, boxOf(polygon));
}

function fill(image: RgbaImage, covers: (x: number, y: number) => boolean, colour: readonly number[], box: Box): void {
  for (let y = Math.floor(box.top); y <= box.bottom; y++) {
    for (let x = Math.floor(box.left); x <= box.right; x++) if (covers(x + 0.5, y + 0.5)) paint(image, x, y, colour);
  }
}

/** Whether (x, y) lies in a polygon. */
export function inside(polygon: [number, number][], x: number, y: number): boolean {
  let result = false;
  let [bx, by] = polygon[polygon.length - 1];
  for (const [ax, ay] of polygon) {
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) result = !result;
    [bx, by] = [ax, ay];
  }
  return result;
}

/** Sets one pixel's colour, opaque. */
export function paint(image: RgbaImage, x: number, y: number, colour: readonly number[]): void {
  image.data.set(
    colour.map((value) => Math.round(value)),
    4 * (y * image.width + x),
  );
}
