import { CANONICAL_FACE } from './canonical-face.ts';
import { mouthOpening } from './face-measures.ts';
import type { FaceReading } from './face-reading.ts';
import { blendReading, copyReading, createReading, readFace } from './face-reading.ts';

/** Mouth openings of a reference between which it stops being taken for the driver's closed mouth. */
const MOUTH_CLOSED = 0.1;
const MOUTH_OPEN = 0.25;
/** A reference whose lids are closer than this share of the canonical face's has not its eyes open. */
const LEAST_LID_GAP = 0.75;

const canonical = readFace(CANONICAL_FACE, createReading());

/**
 * Writes into `out` what absolute motion is measured against: a head that looks into the camera, and the driver's own
 * features at rest. Those are the reference's, so that a long chin is not taken for an expression; of the canonical
 * face where the reference itself is none: its mouth open, its eyes closed. Gaze is measured from the canonical face's.
 */
export function absoluteNeutral(reference: FaceReading, out: FaceReading): FaceReading {
  copyReading(reference, out);
  const opening = (mouthOpening(reference.shape) - MOUTH_CLOSED) / (MOUTH_OPEN - MOUTH_CLOSED);
  blendReading(out, canonical, Math.min(1, Math.max(0, opening)));
  out.pose.rotation.set(canonical.pose.rotation);
  for (let e = 0; e < 2; e++) {
    out.lidGap[e] = Math.max(reference.lidGap[e], LEAST_LID_GAP * canonical.lidGap[e]);
  }
  out.iris.set(canonical.iris);
  return out;
}
