import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { CommandError } from '../command-error.ts';
import type { TrackedFrame } from './driving-track.ts';

/** The driver's neutral face and the frame that it is in. */
export interface ReferenceFrame {
  readonly index: number;
  readonly face: FaceLandmarks;
}

/**
 * The wanted frame, or the one whose face is the most neutral. `neutrality` is lower the more neutral and frontal a
 * face is. Throws a `CommandError` where there is none.
 */
export function findReferenceFrame(
  frames: readonly TrackedFrame[],
  wantedIndex: number | null,
  neutrality: (face: FaceLandmarks) => number,
): ReferenceFrame {
  return wantedIndex === null ? mostNeutralFrame(frames, neutrality) : wantedFrame(frames, wantedIndex);
}

function wantedFrame(frames: readonly TrackedFrame[], index: number): ReferenceFrame {
  const last = frames.length - 1;
  if (index > last) throw new CommandError(`--reference ${index}: the driving video has frames 0 to ${last}`);
  const { face } = frames[index];
  if (!face) throw new CommandError(`--reference ${index}: no face was found in that frame of the driving video`);
  return { index, face };
}

function mostNeutralFrame(
  frames: readonly TrackedFrame[],
  neutrality: (face: FaceLandmarks) => number,
): ReferenceFrame {
  let best: ReferenceFrame | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const [index, { face }] of frames.entries()) {
    if (!face) continue;
    const score = neutrality(face);
    if (best && !(score < bestScore)) continue;
    best = { index, face };
    bestScore = Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;
  }
  if (!best) throw new CommandError('no face was found in the driving video');
  return best;
}
