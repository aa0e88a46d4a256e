/** Left and right as the person has them is never used: index 0 is the eye on the left of an unmirrored picture. */
export type PerEye<T> = readonly [T, T];

/**
 * Folds, shadows and the turn of the head show in how bright the skin is: an expression ratio image (Liu, Shan and
 * Zhang, "Expressive Expression Mapping with Ratio Images", SIGGRAPH 2001), one ratio for each patch of the skin.
 */
export interface Shading {
  /** `SKIN_PATCH_COUNT` natural logarithms of brightness over that of the reference. */
  readonly change: Float32Array;
  /** How surely each is known, 0 (not at all) … 1. */
  readonly certainty: Float32Array;
}

/**
 * What the driver's face does in one frame, independent of who it is.
 * Lengths are in units of the canonical face (see `canonical-face.ts`).
 */
export interface Motion {
  /** Head rotation to apply on top of the portrait's own, 3×3, row-major, camera axes (x right, y down, z away). */
  readonly rotation: Float32Array;
  /** Head size relative to the reference, 1 = unchanged. */
  readonly scale: number;
  /** Head translation since the reference, in canonical units. */
  readonly translation: readonly [number, number, number];
  /** `LANDMARK_COUNT × 3` displacements of the landmarks in the head's own frame, canonical units. */
  readonly expression: Float32Array;
  /** Lid opening relative to the driver's open eye: 0 closed, 1 as in the reference. */
  readonly lidOpening: PerEye<number>;
  /** Iris displacement from the reference, in eye widths: x right, y down. */
  readonly gaze: PerEye<readonly [number, number]>;
  /** How the light on the driver's skin has changed since the reference; null where that is not known. */
  readonly shading: Shading | null;
}
