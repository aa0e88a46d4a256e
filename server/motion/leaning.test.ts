import { describe, expect, it } from 'vitest';
import { LIPS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { createReading, type FaceReading, readFace } from './face-reading.ts';
import { straightenLeaning } from './leaning.ts';

/** The canonical face, or another shape, seen by a pinhole camera `distance` canonical units away. */
function seenFrom(distance: number, shape: Float32Array = CANONICAL_FACE): FaceReading {
  const points = new Float32Array(shape.length);
  for (let i = 0; i < shape.length; i += 3) {
    const scale = 600 / (distance + shape[i + 2]);
    points[i] = shape[i] * scale;
    points[i + 1] = shape[i + 1] * scale;
    points[i + 2] = (shape[i + 2] * 600) / distance;
  }
  return readFace(points, createReading());
}

const difference = (face: FaceReading, reference: FaceReading) =>
  face.shape.map((value, i) => value - reference.shape[i]);
const size = (expression: Float64Array) => Math.sqrt(expression.reduce((sum, value) => sum + value * value, 0) / 478);

describe('straightenLeaning', () => {
  it.each([
    [10, 5],
    [10, 7],
    [8, 12],
  ])('takes out what a head does that goes from %d to %d units from the camera', (from, to) => {
    const [reference, face] = [seenFrom(from), seenFrom(to)];
    const expression = difference(face, reference);
    const before = size(expression);
    straightenLeaning(expression, face.pose.scale / reference.pose.scale);
    expect(before).toBeGreaterThan(0.02);
    expect(size(expression)).toBeLessThan(0.32 * before);
  });

  it('leaves what the mouth does meanwhile', () => {
    const open = CANONICAL_FACE.slice();
    for (const point of LIPS.lowerInner.slice(1, -1)) open[3 * point + 1] += 0.3;
    const [reference, face] = [seenFrom(10), seenFrom(6, open)];
    const expression = difference(face, reference);
    straightenLeaning(expression, face.pose.scale / reference.pose.scale);
    expect(expression[3 * 14 + 1] - expression[3 * 13 + 1]).toBeGreaterThan(0.27);
  });

  it('touches nothing of a head that keeps its size, nor of one that grows without a trace of perspective', () => {
    const expression = Float64Array.from(CANONICAL_FACE, (_, i) => 0.05 * Math.sin(i));
    const kept = expression.slice();
    straightenLeaning(expression, 1);
    expect(expression).toEqual(kept);
    const zoomed = new Float64Array(CANONICAL_FACE.length);
    straightenLeaning(zoomed, 1.5);
    expect(size(zoomed)).toBe(0);
  });
});
