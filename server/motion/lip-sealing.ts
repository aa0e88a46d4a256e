import { LIPS } from '../face/face-topology.ts';
import { smoothstep } from './smoothstep.ts';

/**
 * Lips that touch are a landmark model's blind spot: it leaves a gap between the inner lips of a closed mouth, and a
 * wider one where the lips are pursed and bulge. Shown as it is, a pout becomes a mouth ajar with teeth in it.
 */

/** Gap of lips that touch, in canonical units (an open mouth measures 0.1 to 0.6). */
const TOUCHING_GAP = 0.03;
/** How much wider that gap gets when the mouth is pursed to nothing; it grows with the share of width lost. */
const PURSED_GAP = 0.35;
/** Gaps from which on the lips begin to part, and are believed wholly, in touching gaps. */
const PARTING_FROM = 0.8;
const PARTED_FROM = 2.2;

/**
 * Takes out of `expression`, the displacements from `neutral` to `face`, what only seems to part the inner lips.
 * All are landmarks of 3 coordinates each, head's own frame, canonical units.
 */
export function sealLips(expression: Float64Array, face: Float64Array, neutral: Float64Array): void {
  const narrowing = Math.max(0, 1 - mouthWidth(face) / mouthWidth(neutral));
  const touching = TOUCHING_GAP + PURSED_GAP * narrowing;
  for (let k = 1; k < LIPS.upperInner.length - 1; k++) {
    const upper = 3 * LIPS.upperInner[k] + 1;
    const lower = 3 * LIPS.lowerInner[k] + 1;
    const gap = face[lower] - face[upper];
    const neutralGap = neutral[lower] - neutral[upper];
    // Where the neutral mouth is the open one, its closing is as real as an opening.
    const belief = Math.max(partedBelief(gap, touching), partedBelief(neutralGap, TOUCHING_GAP));
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
