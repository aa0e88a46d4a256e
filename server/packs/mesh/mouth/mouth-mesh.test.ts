import { describe, expect, it } from 'vitest';
import { LOWER_ARCH, UPPER_ARCH } from './dental-arch.ts';
import { createMouthModel } from './mouth-mesh.ts';
import type { TongueShape } from './tongue.ts';

describe('createMouthModel', () => {
  const { mesh, tongue } = createMouthModel();

  it('is small enough for every frame', () => {
    expect(mesh.triangles.length / 3).toBeLessThan(3600);
    expect(mesh.vertexCount).toBeLessThan(2200);
  });

  it('has triangles of vertices that are there, unit normals and reflectances below white', () => {
    expect(Math.max(...mesh.triangles)).toBe(mesh.vertexCount - 1);
    for (let i = 0; i < mesh.normals.length; i += 3) {
      const [x, y, z] = mesh.normals.subarray(i, i + 3);
      expect(Math.hypot(x, y, z)).toBeCloseTo(1, 4);
    }
    for (const value of mesh.albedo) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(0.75);
    }
  });

  it('mirrors its arches, each tooth beside the next', () => {
    for (const { teeth, curve } of [UPPER_ARCH, LOWER_ARCH]) {
      const length = teeth.reduce((sum, { width }) => sum + width, 0);
      expect(length).toBeGreaterThan(4);
      expect(length).toBeLessThan(5);
      expect(curve[0][0]).toBe(0);
    }
    let [left, right] = [0, 0];
    for (let v = 0; v < mesh.vertexCount; v++) {
      left = Math.min(left, mesh.positions[3 * v]);
      right = Math.max(right, mesh.positions[3 * v]);
    }
    expect(right).toBeCloseTo(-left, 1);
  });

  it('poses the tongue without leaving anything of the last pose behind', () => {
    const ee = { forward: 1, low: 0, back: 0 };
    const oo = { forward: 0, low: 0, back: 1 };
    tongue.pose(ee, 0.1);
    const first = mesh.positions.slice();
    tongue.pose(oo, 0.8);
    const other = mesh.positions.slice();
    tongue.pose(ee, 0.1);
    expect(mesh.positions).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('moves the tongue between vowels: forward and high for “ee”, back for “oo”, low for “ah”', () => {
    const before = mesh.positions.slice();
    const extent = (shape: TongueShape) => {
      tongue.pose(shape, 0);
      let [front, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let i = 0; i < mesh.positions.length; i += 3) {
        if (mesh.positions[i + 1] === before[i + 1] && mesh.positions[i + 2] === before[i + 2]) continue;
        top = Math.min(top, mesh.positions[i + 1]);
        front = Math.min(front, mesh.positions[i + 2]);
      }
      return { front, top };
    };
    tongue.pose({ forward: 0, low: 0, back: 0 }, 0);
    before.set(mesh.positions);
    const ee = extent({ forward: 1, low: 0, back: 0 });
    const ah = extent({ forward: 0, low: 1, back: 0 });
    const oo = extent({ forward: 0, low: 0, back: 1 });
    expect(ee.front).toBeLessThan(oo.front - 0.7);
    expect(ee.top).toBeLessThan(ah.top - 0.8);
    expect(oo.top).toBeLessThan(ah.top - 0.8);
  });
});
