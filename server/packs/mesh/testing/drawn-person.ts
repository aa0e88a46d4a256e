import type { FaceLandmarks } from '../../../face/face-landmarks.ts';
import { FACE_TRIANGLES, SILHOUETTE } from '../../../face/face-topology.ts';
import type { PortraitLayers } from '../../../imaging/portrait-layers.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../../imaging/rgba-image.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { inside, paint, posedFace } from './drawn-portrait.ts';

/** A whole person that is drawn, with the layers that a perfect cut would give. */
export interface DrawnPerson {
  readonly still: RgbaImage;
  readonly layers: PortraitLayers;
  readonly landmarks: FaceLandmarks;
  /** Pixels per canonical unit. */
  readonly scale: number;
}

export const PERSON_COLOURS = {
  skin: [190, 150, 125],
  hair: [70, 45, 30],
  coat: [40, 60, 120],
  spot: [150, 20, 40],
} as const satisfies Record<string, readonly [number, number, number]>;

/** Canonical units. */
const SPOT_RADIUS = 0.13;

export interface DrawnPersonOptions {
  readonly angles?: HeadAngles;
  /** Canonical units in picture sides. */
  readonly size?: number;
  /** A landmark that a dark red spot is drawn around. */
  readonly spot?: number;
  /** Multiplies the colour of the face at a share of its width, 0 on the left … 1 on the right. */
  readonly light?: (across: number) => number;
}

/** Head with hair around it, neck and a coat, before a chequered wall, `sidePx` square. */
export function drawPerson(
  sidePx: number,
  { angles, size = 0.15, spot, light = () => 1 }: DrawnPersonOptions = {},
): DrawnPerson {
  const scale = size * sidePx;
  const centreX = sidePx / 2;
  const centreY = 0.42 * sidePx;
  const landmarks = posedFace(centreX, centreY, scale, angles);
  const { points } = landmarks;
  const outline = SILHOUETTE.map((i): [number, number] => [points[3 * i], points[3 * i + 1]]);
  const xs = outline.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const face = faceMask(points, sidePx);
  const background = createRgbaImage(sidePx, sidePx);
  const person = createRgbaImage(sidePx, sidePx);
  const still = createRgbaImage(sidePx, sidePx);
  for (let y = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++) {
      const isLight = (Math.floor(x / 8) + Math.floor(y / 8)) % 2 === 0;
      paint(background, x, y, isLight ? [210, 205, 190] : [150, 160, 150]);
      const [u, v] = [(x + 0.5 - centreX) / scale, (y + 0.5 - centreY) / scale];
      const beyondHair = (Math.hypot(u / 1.55, (v + 0.1) / 1.75) - 1) * 1.6 * scale;
      const beyondCoat = Math.max(2.7 - v, Math.abs(u) - 2.4) * scale;
      const beyondNeck = Math.max(Math.abs(u) - 0.8, 0.5 - v, v - 3) * scale;
      const isFace = face[y * sidePx + x] === 1;
      const alpha = isFace ? 1 : Math.min(1, Math.max(0, 0.5 - Math.min(beyondHair, beyondCoat, beyondNeck) / 3));
      const skin = PERSON_COLOURS.skin.map((value) => value * light((x - left) / (right - left)));
      let colour: readonly number[] = PERSON_COLOURS.hair;
      if (isFace && spot !== undefined && isNear(points, spot, x, y, SPOT_RADIUS * scale)) colour = PERSON_COLOURS.spot;
      else if (isFace) colour = skin;
      else if (beyondCoat < 1) colour = PERSON_COLOURS.coat;
      else if (beyondNeck < 0 && v > 1.2) colour = PERSON_COLOURS.skin;
      paint(person, x, y, colour);
      const o = 4 * (y * sidePx + x);
      person.data[o + 3] = Math.round(255 * alpha);
      for (let k = 0; k < 3; k++) {
        const weight = person.data[o + 3] / 255;
        still.data[o + k] = Math.round(person.data[o + k] * weight + background.data[o + k] * (1 - weight));
      }
    }
  }
  return { still, layers: { person, background }, landmarks, scale };
}

function isNear(points: Float32Array, landmark: number, x: number, y: number, reach: number): boolean {
  return Math.hypot(x + 0.5 - points[3 * landmark], y + 0.5 - points[3 * landmark + 1]) < reach;
}

/** 1 for pixels that the face's triangles cover. */
function faceMask(points: Float32Array, sidePx: number): Uint8Array {
  const mask = new Uint8Array(sidePx * sidePx);
  for (let t = 0; t < FACE_TRIANGLES.length; t += 3) {
    const corners = [...FACE_TRIANGLES.subarray(t, t + 3)].map((i): [number, number] => [
      points[3 * i],
      points[3 * i + 1],
    ]);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    for (let y = Math.max(0, Math.floor(Math.min(...ys))); y <= Math.min(sidePx - 1, Math.max(...ys)); y++) {
      for (let x = Math.max(0, Math.floor(Math.min(...xs))); x <= Math.min(sidePx - 1, Math.max(...xs)); x++) {
        if (inside(corners, x + 0.5, y + 0.5)) mask[y * sidePx + x] = 1;
      }
    }
  }
  return mask;
}
