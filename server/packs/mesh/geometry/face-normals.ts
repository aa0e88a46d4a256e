import { FACE_TRIANGLES, MESH_POINT_COUNT } from '../../../face/face-topology.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';

/** Unit normals that point out of the face, weighted by area, of landmarks (xyz triples) in any frame. */
export function faceNormals(points: ArrayLike<number>): Float64Array {
  const normals = new Float64Array(MESH_POINT_COUNT * 3);
  for (let t = 0; t < FACE_TRIANGLES.length; t += 3) {
    const [a, b, c] = [3 * FACE_TRIANGLES[t], 3 * FACE_TRIANGLES[t + 1], 3 * FACE_TRIANGLES[t + 2]];
    const u = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
    const v = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
    const across = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const corner of [a, b, c]) for (let k = 0; k < 3; k++) normals[corner + k] += across[k] * OUTWARDS;
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]) || 1;
    for (let k = 0; k < 3; k++) normals[i + k] /= length;
  }
  return normals;
}

/** Sign that makes the triangles' normals point to the viewer (−z) where the face looks at the viewer. */
const OUTWARDS = (() => {
  const [a, b, c] = [...FACE_TRIANGLES.subarray(0, 3)].map((point) => 3 * point);
  const p = CANONICAL_FACE;
  const z = (p[b] - p[a]) * (p[c + 1] - p[a + 1]) - (p[b + 1] - p[a + 1]) * (p[c] - p[a]);
  return z < 0 ? 1 : -1;
})();
