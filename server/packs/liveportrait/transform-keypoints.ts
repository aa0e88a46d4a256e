import type { FaceMotion } from './face-motion.ts';

/**
 * Where a face's keypoints are in the picture: `s · (R · x_c + δ) + t` (Guo and others, "LivePortrait", equation 2).
 * All of `K × 3` floats.
 * @param canonical keypoints of the face at rest that looks ahead
 * @param rotation row by row
 */
export function transformKeypoints(
  canonical: Float32Array,
  rotation: Float64Array,
  { expression, scale: [scale], translation: [x, y] }: Pick<FaceMotion, 'expression' | 'scale' | 'translation'>,
  out: Float32Array,
): Float32Array {
  const r = rotation;
  for (let i = 0; i < out.length; i += 3) {
    const [cx, cy, cz] = [canonical[i], canonical[i + 1], canonical[i + 2]];
    out[i] = scale * (r[0] * cx + r[1] * cy + r[2] * cz + expression[i]) + x;
    out[i + 1] = scale * (r[3] * cx + r[4] * cy + r[5] * cz + expression[i + 1]) + y;
    out[i + 2] = scale * (r[6] * cx + r[7] * cy + r[8] * cz + expression[i + 2]);
  }
  return out;
}
