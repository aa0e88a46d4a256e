import { LIPS } from '../face/face-topology.ts';
import { smoothstep } from './smoothstep.ts';

/**
 * Lips that touch are a landmark model's blind spot: it leaves a gap between the inner lips of a closed mouth, and a
 * wider one where the lips are pursed and bulge. Shown as it is, a pout becomes a mouth ajar with teeth in it.
 */

/** How much wider that gap gets when the mouth is pursed to nothing; it grows with the share of width lost. */
const PURSED_GAP = 0.35;
/** Gaps from which on the lips begin to part, and are believed wholly, in touching gaps. */
const PARTING_FROM = 0.8;
const PARTED_FROM = 2.2;

/**
 * Takes out of `expression`, the displacements from `neutral` to `face`, what only seems to part the inner lips.
 * All are landmarks of 3 coordinates each, head's own frame, canonical units. `touchingGap` is the gap of lips that
 * touch (an open mouth measures 0.1 to 0.6).
 */
export function sealLips(
  expression: Float64Array,
  face: Float64Array,
  neutral: Float64Array,
  touchingGap: number,
): void {
  const narrowing = Math.max(0, 1 - mouthWidth(face) / mouthWidth(neutral));
  const touching = touchingGap + PURSED_GAP * narrowing;
  // Towards its corners an open mouth's gap is narrow: where its middle is believed, they are.
  let open = 0;
  for (let k = 1; k < LIPS.upperInner.length - 1; k++) {
    const gap = face[3 * LIPS.lowerInner[k] + 1] - face[3 * LIPS.upperInner[k] + 1];
    open = Math.max(open, partedBelief(gap, touching));
  }
  for (let k = 1; k < LIPS.upperInner.length - 1; k++) {
    const upper = 3 * LIPS.upperInner[k] + 1;
    const lower = 3 * LIPS.lowerInner[k] + 1;
    const gap = face[lower] - face[upper];
    const neutralGap = neutral[lower] - neutral[upper];
    // Where the neutral mouth is the open one, its closing is as real as an opening.
    const belief = Math.max(open, partedBelief(neutralGap, touchingGap));
    const unreal = (1 - belief) * (gap - neutralGap);
    expression[upper] += unreal / 2;
    expression[lower] -= unreal / 2;
  }
}

/** Whether lips are parted that the model sees `gap` apart, and would see up to `touching` apart when closed: 0..1. */
export function partedBelief(gap: number, touching: number): number {
  return smoothstep(touching * PARTING_FROM, touching * PARTED_FROM, gap);
}

function mouthWidth(shape: Float64Array): number {
  const [right, left] = [3 * LIPS.upperInner[0], 3 * LIPS.upperInner[LIPS.upperInner.length - 1]];
  return Math.abs(shape[left] - shape[right]);
}
