import { SKIN_TRIANGLES } from './face-topology.ts';

/** Patches of skin that brightness is known of: the triangles of the mesh's skin, `SKIN_TRIANGLES`. */
export const SKIN_PATCH_COUNT = SKIN_TRIANGLES.length / 3;

/** How bright the skin is in one picture, patch by patch. */
export interface SkinTones {
  /** `SKIN_PATCH_COUNT` natural logarithms of the brightness (8-bit values) in the middle of each patch. */
  readonly brightness: Float32Array;
  /** How well each patch is seen: 0 turned away or out of the picture … 1 facing the camera. */
  readonly facing: Float32Array;
}
