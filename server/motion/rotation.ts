/**
 * Rotations as 3×3 matrices, row-major, in camera axes: x right, y down, z away from the camera.
 *
 * Angles decompose a rotation as R = Rz(roll) · Ry(yaw) · Rx(pitch) and mean, for a head:
 * - yaw > 0: the nose turns to the left of the picture,
 * - pitch > 0: the nose goes down,
 * - roll > 0: the head tilts clockwise on screen.
 * A face that looks into the camera has all three at 0.
 */
export type Matrix3 = Float64Array | Float32Array;

export interface HeadAngles {
  readonly yawRad: number;
  readonly pitchRad: number;
  readonly rollRad: number;
}

export function identity3(): Float64Array {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** `a · b`, into `out`, which may be neither `a` nor `b`. */
export function multiply3<T extends Matrix3>(a: Matrix3, b: Matrix3, out: T): T {
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      out[row + column] = a[row] * b[column] + a[row + 1] * b[3 + column] + a[row + 2] * b[6 + column];
    }
  }
  return out;
}

/** `a · bᵀ`: the rotation that leads from `b` to `a`. `out` may be neither of them. */
export function multiplyTransposed3<T extends Matrix3>(a: Matrix3, b: Matrix3, out: T): T {
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      const c = 3 * column;
      out[row + column] = a[row] * b[c] + a[row + 1] * b[c + 1] + a[row + 2] * b[c + 2];
    }
  }
  return out;
}

/** Angle of the turn in the picture's plane, radians, that leads from one rotation to another. */
export function rollBetween(from: Matrix3, to: Matrix3): number {
  // Of the in-plane part of to · fromᵀ.
  const m00 = to[0] * from[0] + to[1] * from[1] + to[2] * from[2];
  const m01 = to[0] * from[3] + to[1] * from[4] + to[2] * from[5];
  const m10 = to[3] * from[0] + to[4] * from[1] + to[5] * from[2];
  const m11 = to[3] * from[3] + to[4] * from[4] + to[5] * from[5];
  return Math.atan2(m10 - m01, m00 + m11);
}

export function toAngles(rotation: Matrix3): HeadAngles {
  return {
    yawRad: Math.asin(Math.max(-1, Math.min(1, -rotation[6]))),
    pitchRad: Math.atan2(rotation[7], rotation[8]),
    rollRad: Math.atan2(rotation[3], rotation[0]),
  };
}

export function fromAngles<T extends Matrix3>({ yawRad, pitchRad, rollRad }: HeadAngles, out: T): T {
  const cy = Math.cos(yawRad);
  const sy = Math.sin(yawRad);
  const cp = Math.cos(pitchRad);
  const sp = Math.sin(pitchRad);
  const cr = Math.cos(rollRad);
  const sr = Math.sin(rollRad);
  out[0] = cr * cy;
  out[1] = cr * sy * sp - sr * cp;
  out[2] = cr * sy * cp + sr * sp;
  out[3] = sr * cy;
  out[4] = sr * sy * sp + cr * cp;
  out[5] = sr * sy * cp - cr * sp;
  out[6] = -sy;
  out[7] = cy * sp;
  out[8] = cy * cp;
  return out;
}

/** The rotation's axis times its angle in radians (the logarithm of the matrix), for angles below π. */
export function toRotationVector(rotation: Matrix3, out: Float64Array): Float64Array {
  const x = rotation[7] - rotation[5];
  const y = rotation[2] - rotation[6];
  const z = rotation[3] - rotation[1];
  const sine = Math.hypot(x, y, z) / 2;
  const cosine = (rotation[0] + rotation[4] + rotation[8] - 1) / 2;
  const factor = sine < 1e-9 ? 0.5 : Math.atan2(sine, cosine) / (2 * sine);
  out[0] = x * factor;
  out[1] = y * factor;
  out[2] = z * factor;
  return out;
}

/** Inverse of `toRotationVector` (Rodrigues' formula). */
export function fromRotationVector<T extends Matrix3>(vector: ArrayLike<number>, out: T): T {
  const angle = Math.hypot(vector[0], vector[1], vector[2]);
  const a = angle < 1e-9 ? 1 : Math.sin(angle) / angle;
  const b = angle < 1e-9 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const [x, y, z] = [vector[0], vector[1], vector[2]];
  out[0] = 1 - b * (y * y + z * z);
  out[1] = b * x * y - a * z;
  out[2] = b * x * z + a * y;
  out[3] = b * x * y + a * z;
  out[4] = 1 - b * (x * x + z * z);
  out[5] = b * y * z - a * x;
  out[6] = b * x * z - a * y;
  out[7] = b * y * z + a * x;
  out[8] = 1 - b * (x * x + y * y);
  return out;
}
