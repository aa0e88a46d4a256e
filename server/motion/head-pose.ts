import { RIGID_POINTS } from '../face/face-topology.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import type { Similarity } from './procrustes.ts';
import { alignSimilarity } from './procrustes.ts';
import type { HeadAngles } from './rotation.ts';
import { fromAngles, toAngles } from './rotation.ts';
import { smoothstep } from './smoothstep.ts';

/**
 * What the mesh's flat depths make of a turn, by which it is multiplied to get the true one: fitted to the rendered
 * driving clip, whose turns are known. A head that looks down is seen to do so by three quarters only.
 */
const YAW_GAIN = 0.92;
const PITCH_UP_GAIN = 1.03;
const PITCH_DOWN_GAIN = 1.33;
/** The pitch over which the one gain gives way to the other, radians. */
const GAIN_CHANGE_RAD = 0.09;

/**
 * The pose of a head: the similarity from the canonical face to `points` (`LANDMARK_COUNT × 3`, as `FaceLandmarks` has
 * them), into `out`. Where the face is and how large follows from the points that ride on the skull; so does how it is
 * turned, corrected for what a landmark model is known to get wrong.
 */
export function readHeadPose(points: ArrayLike<number>, out: Similarity): Similarity {
  // The canonical face's origin is the mean of its rigid points: turning about it leaves the face where it is.
  alignSimilarity(CANONICAL_FACE, points, RIGID_POINTS, out);
  fromAngles(trueTurn(toAngles(out.rotation)), out.rotation);
  return out;
}

/** How a head is turned that landmarks show turned by these angles. */
export function trueTurn({ yawRad, pitchRad, rollRad }: HeadAngles): HeadAngles {
  const down = smoothstep(-GAIN_CHANGE_RAD, GAIN_CHANGE_RAD, pitchRad);
  const pitchGain = PITCH_UP_GAIN + (PITCH_DOWN_GAIN - PITCH_UP_GAIN) * down;
  return { yawRad: yawRad * YAW_GAIN, pitchRad: pitchRad * pitchGain, rollRad };
}
