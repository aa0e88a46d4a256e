import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { SILHOUETTE } from '../../face/face-topology.ts';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { posedFace } from '../../packs/mesh/testing/drawn-portrait.ts';

export type Color = readonly [number, number, number];

/** Colour of a pixel of the background. */
export type Wall = (x: number, y: number) => Color;

/** A head and shoulders whose true alpha is known, before a wall. */
export interface DrawnPerson {
  readonly still: RgbaImage;
  readonly landmarks: FaceLandmarks;
  readonly alpha: Float32Array;
  /** Width of the face, pixels. */
  readonly faceWidthPx: number;
}

export const SKIN: Color = [214, 168, 140];
export const HAIR: Color = [62, 40, 28];
export const CLOTHES: Color = [40, 60, 120];
/** How far hair fades into what is behind, in face widths. */
const HAIR_FADE = 0.07;

export interface DrawnPersonOptions {
  /** Of the face's middle, in parts of the picture. */
  readonly centerX?: number;
  readonly centerY?: number;
  /** Width of the face in parts of the picture's width. */
  readonly faceWidth?: number;
  readonly clothes?: Color;
}

/** Draws a person of flat colours with a little grain and hair that fades out. */
export function drawPerson(width: number, height: number, wall: Wall, options: DrawnPersonOptions = {}): DrawnPerson {
  const { centerX = 0.5, centerY = 0.45, faceWidth = 0.34, clothes = CLOTHES } = options;
  const landmarks = faceAt(centerX * width, centerY * height, faceWidth * width);
  const box = boxOf(landmarks);
  const faceWidthPx = box.right - box.left;
  const middleX = (box.left + box.right) / 2;
  const face = { x: middleX, y: (box.top + box.bottom) / 2, rx: faceWidthPx / 2, ry: (box.bottom - box.top) / 2 };
  const hair = { x: middleX, y: face.y - 0.1 * face.ry, rx: 1.22 * face.rx, ry: 1.28 * face.ry };
  const still = createRgbaImage(width, height);
  const alpha = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const across = Math.abs(x + 0.5 - middleX) / faceWidthPx;
      const below = (y + 0.5 - box.bottom) / faceWidthPx;
      const trunk = below > 0.25 && across < 0.45 + 0.9 * Math.sqrt(Math.min(1, (below - 0.25) / 0.6));
      const neck = across < 0.3 && below > -0.3 && below < 0.4;
      const hairDepth = ((1 - radius(hair, x + 0.5, y + 0.5)) * hair.rx) / faceWidthPx;
      const solid = radius(face, x + 0.5, y + 0.5) < 1 || neck || trunk;
      const a = solid ? 1 : Math.min(1, Math.max(0, 0.5 + hairDepth / HAIR_FADE));
      const color = radius(face, x + 0.5, y + 0.5) < 1 || (neck && !trunk) ? SKIN : trunk ? clothes : HAIR;
      const at = y * width + x;
      alpha[at] = a;
      wall(x, y).forEach((level, c) => {
        still.data[4 * at + c] = Math.round(a * color[c] + (1 - a) * level + grain(x, y, c));
      });
    }
  }
  return { still, landmarks, alpha, faceWidthPx };
}

/** Landmarks of a frontal face of that width around a point. */
export function faceAt(x: number, y: number, widthPx: number): FaceLandmarks {
  const unit = boxOf(posedFace(0, 0, 1));
  const scale = widthPx / (unit.right - unit.left);
  return posedFace(x - (scale * (unit.left + unit.right)) / 2, y - (scale * (unit.top + unit.bottom)) / 2, scale);
}

/** −1…1, the same for the same pixel. */
export function grain(x: number, y: number, c: number): number {
  const hash = Math.sin(x * 12.9898 + y * 78.233 + c * 37.719) * 43758.5453;
  return 2 * (hash - Math.floor(hash)) - 1;
}

function radius({ x, y, rx, ry }: { x: number; y: number; rx: number; ry: number }, px: number, py: number): number {
  return Math.hypot((px - x) / rx, (py - y) / ry);
}

function boxOf({ points }: FaceLandmarks) {
  const xs = SILHOUETTE.map((point) => points[3 * point]);
  const ys = SILHOUETTE.map((point) => points[3 * point + 1]);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
