import canonical from './canonical-face.json' with { type: 'json' };

/**
 * The mean face, neutral, symmetric about x = 0 and looking into the camera: `LANDMARK_COUNT × 3` floats, x right,
 * y down, z away. The origin is the mean of the rigid points, and their root mean square distance from it is the unit;
 * about a third of the height of a face. Derived from rendered heads by `models/canonical/`.
 */
export const CANONICAL_FACE: Float32Array = Float32Array.from(canonical.points.flat());

/** Distance between the outer corners of the eyes, in canonical units: a face's own ruler. */
export const CANONICAL_EYE_DISTANCE: number = CANONICAL_FACE[3 * 263] - CANONICAL_FACE[3 * 33];
