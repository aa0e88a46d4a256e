import type { FaceVisibility } from './face-visibility.ts';
import type { SkinTones } from './skin-tones.ts';

/** Points of MediaPipe's face mesh with irises: 468 of the mesh, then 5 of the right and 5 of the left iris. */
export const LANDMARK_COUNT = 478;

/** The landmarks of one face in one picture. */
export interface FaceLandmarks {
  /**
   * `LANDMARK_COUNT × 3` floats: x right, y down, in pixels of the picture (0,0 is the outer corner of the
   * first pixel), z in the same scale, growing away from the camera.
   */
  readonly points: Float32Array;
  /** The mesh model's own belief that there is a face, 0..1. It does not signal occlusion. */
  readonly confidence: number;
  /** What of the face is seen in the picture; absent where nobody looked. */
  readonly visibility?: FaceVisibility;
  /** How bright its skin is in the picture; absent where nobody looked. */
  readonly skin?: SkinTones;
}

/** A face found by the detector, before any landmark is known. */
export interface FaceDetection {
  /** Centre of the face box, pixels. */
  readonly centerX: number;
  readonly centerY: number;
  /** Side of the square box around the face, pixels. */
  readonly sizePx: number;
  /** Rotation of the eye line, radians, clockwise on screen. */
  readonly rollRad: number;
  /** 0..1. */
  readonly score: number;
}
