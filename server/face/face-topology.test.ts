import { describe, expect, it } from 'vitest';
import { LANDMARK_COUNT } from './face-landmarks.ts';
import {
  BROWS,
  CONTOURS,
  EYES,
  FACE_TRIANGLES,
  faceContours,
  LIPS,
  MESH_POINT_COUNT,
  MIRROR_OF,
  meshNeighbours,
  mirrorPoints,
  RIGID_POINTS,
  SILHOUETTE,
  SKIN_TRIANGLES,
} from './face-topology.ts';

const mirrored = (points: readonly number[]) => points.map((point) => MIRROR_OF[point]).reverse();

describe('the mirror permutation', () => {
  it('is its own inverse over all landmarks', () => {
    expect(MIRROR_OF).toHaveLength(LANDMARK_COUNT);
    expect([...MIRROR_OF].map((point) => MIRROR_OF[point])).toEqual(
      Array.from({ length: LANDMARK_COUNT }, (_, i) => i),
    );
  });

  it('takes each feature to its counterpart', () => {
    expect(mirrored(EYES[0].upperLid)).toEqual(EYES[1].upperLid);
    expect(mirrored(EYES[0].lowerLid)).toEqual(EYES[1].lowerLid);
    expect(mirrored(EYES[0].upperCrease)).toEqual(EYES[1].upperCrease);
    expect(mirrored(EYES[0].lowerCrease)).toEqual(EYES[1].lowerCrease);
    expect(MIRROR_OF[EYES[0].irisCenter]).toBe(EYES[1].irisCenter);
    expect(mirrored(BROWS[0].upper)).toEqual(BROWS[1].upper);
    expect(mirrored(BROWS[0].lower)).toEqual(BROWS[1].lower);
    for (const line of Object.values(LIPS)) expect(mirrored(line)).toEqual([...line]);
    expect(new Set(mirrored(SILHOUETTE))).toEqual(new Set(SILHOUETTE));
    expect(new Set(mirrored(RIGID_POINTS))).toEqual(new Set(RIGID_POINTS));
  });

  it('mirrors points twice into themselves', () => {
    const points = Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => Math.sin(i) * 100);
    const once = mirrorPoints(points, new Float32Array(points.length));
    expect(mirrorPoints(once, new Float32Array(points.length))).toEqual(points);
  });
});

describe('the mesh', () => {
  it('has the silhouette, the inner lips and, without the eye openings, the lids as its only edges', () => {
    const count = new Map<string, number>();
    for (let i = 0; i < SKIN_TRIANGLES.length; i += 3) {
      for (let k = 0; k < 3; k++) {
        const edge = [SKIN_TRIANGLES[i + k], SKIN_TRIANGLES[i + ((k + 1) % 3)]].sort((a, b) => a - b).join();
        count.set(edge, (count.get(edge) ?? 0) + 1);
      }
    }
    const border = new Set([...count].filter(([, n]) => n === 1).flatMap(([edge]) => edge.split(',').map(Number)));
    const expected = [
      ...SILHOUETTE,
      ...LIPS.upperInner,
      ...LIPS.lowerInner,
      ...EYES.flatMap((eye) => [...eye.upperLid, ...eye.lowerLid]),
    ];
    expect(border).toEqual(new Set(expected));
    expect(FACE_TRIANGLES.length - SKIN_TRIANGLES.length).toBe(2 * 14 * 3);
  });

  it('connects every point', () => {
    const neighbours = meshNeighbours(FACE_TRIANGLES);
    expect(neighbours).toHaveLength(MESH_POINT_COUNT);
    for (const list of neighbours) expect(list.length).toBeGreaterThanOrEqual(2);
  });
});

describe('faceContours', () => {
  it('gives short polylines in fractions of the picture', () => {
    const points = new Float32Array(LANDMARK_COUNT * 3);
    for (let i = 0; i < LANDMARK_COUNT; i++) points.set([64, 24, 5], 3 * i);
    const lines = faceContours({ points, confidence: 1 }, 128, 96);
    expect(lines).toHaveLength(CONTOURS.length);
    for (const [x, y] of lines.flat()) expect([x, y]).toEqual([0.5, 0.25]);
    expect(lines.flat().length).toBeLessThan(160);
  });
});
