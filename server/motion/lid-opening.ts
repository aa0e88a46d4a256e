import { smoothstep } from './smoothstep.ts';

/**
 * From the lids' distance to how far an eye is open.
 *
 * A landmark model never lets the lids meet: closed eyes still show a gap, which differs little between people. And a
 * head that turns away narrows its far eye, so the near one tells more; only a clear difference is a wink.
 */

/** A closed eye's gap as a fraction of the same person's open eye, within these absolute bounds in eye widths. */
const CLOSED_FRACTION = 0.38;
const MIN_CLOSED_GAP = 0.11;
const MAX_CLOSED_GAP = 0.155;
/** Openings are not believed beyond this: eyes wide open, or a reference that squinted. */
const MAX_OPENING = 1.35;
/** The far eye's opening seems to fall by this much per radian that the head turns beyond the reference. */
const FAR_EYE_LOSS_PER_RAD = 0.9;
/** At this turn (radians) the far eye no longer counts in the common opening. */
const BLIND_YAW_RAD = 0.45;
/** Differences of the eyes' openings between which a blink of both becomes a wink. */
const WINK_FROM = 0.3;
const WINK_FULL = 0.5;

/** Opening of one eye: 0 closed, 1 as in the reference. */
export function openingFromGap(gap: number, referenceGap: number): number {
  const closed = Math.min(MAX_CLOSED_GAP, Math.max(MIN_CLOSED_GAP, CLOSED_FRACTION * referenceGap));
  const opening = (gap - closed) / Math.max(0.05, referenceGap - closed);
  return Math.min(MAX_OPENING, Math.max(0, opening));
}

/**
 * Both eyes' openings, in place, made one where they do not clearly differ.
 * `yawRad` is the head's turn since the reference; positive narrows eye 0.
 */
export function coupleLids(openings: Float64Array, yawRad: number): void {
  const turn = Math.max(-BLIND_YAW_RAD, Math.min(BLIND_YAW_RAD, yawRad));
  const weight0 = 0.5 - (0.5 * turn) / BLIND_YAW_RAD;
  const common = weight0 * openings[0] + (1 - weight0) * openings[1];
  const bias = FAR_EYE_LOSS_PER_RAD * turn * Math.min(1, Math.max(openings[0], openings[1]));
  const difference = Math.abs(openings[0] - openings[1] + bias);
  const apart = smoothstep(WINK_FROM, WINK_FULL, difference);
  for (let e = 0; e < 2; e++) openings[e] = common + (openings[e] - common) * apart;
}
