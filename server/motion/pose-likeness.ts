import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { hullArea } from './hull-area.ts';

/**
 * How unlike the poses and expressions of two faces are, whatever their places and sizes in their pictures: the squared
 * distances between their landmarks, each face's laid around 0 and over an area of 1. 0 for the same face.
 */
export function poseDistance(a: FaceLandmarks, b: FaceLandmarks): number {
  const [placeA, placeB] = [placeOf(a.points), placeOf(b.points)];
  let sum = 0;
  for (let i = 0; i < a.points.length; i += 3) {
    const x = (a.points[i] - placeA.x) / placeA.size - (b.points[i] - placeB.x) / placeB.size;
    const y = (a.points[i + 1] - placeA.y) / placeA.size - (b.points[i + 1] - placeB.y) / placeB.size;
    sum += x * x + y * y;
  }
  return sum;
}

function placeOf(points: Float32Array): { x: number; y: number; size: number } {
  let [x, y] = [0, 0];
  for (let i = 0; i < points.length; i += 3) {
    x += points[i];
    y += points[i + 1];
  }
  const count = points.length / 3;
  return { x: x / count, y: y / count, size: Math.sqrt(hullArea(points, 3)) };
}
