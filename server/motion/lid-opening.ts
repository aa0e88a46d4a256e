import { smoothstep } from './smoothstep.ts';

/** Openings are not believed beyond this: eyes wide open, or a reference that squinted. */
const MAX_OPENING = 1.35;
/** The far eye's opening seems to fall by this much per radian that the head turns beyond the reference. */
const FAR_EYE_LOSS_PER_RAD = 0.5;
/** At this turn (radians) the far eye no longer counts in the common opening. */
const BLIND_YAW_RAD = 0.45;
/** Differences of the eyes' openings up to which they are one blink, and from which on each eye is its own. */
const ALIKE = 0.06;
const APART = 0.2;
/** Differences between which it is a wink; a winking eye that is open no more than this is meant to be closed. */
const WINK_FROM = 0.35;
const WINK_FULL = 0.55;
const MEANT_CLOSED = 0.12;
const MEANT_OPEN = 0.4;

/** Opening of one eye: 0 at `closedGap` and below, 1 at `openGap`. Gaps in eye widths. */
export function openingFromGap(gap: number, closedGap: number, openGap: number): number {
  const opening = (gap - closedGap) / Math.max(0.05, openGap - closedGap);
  return Math.min(MAX_OPENING, Math.max(0, opening));
}

/**
 * Both eyes' openings, in place: made one where they hardly differ, since lids move together and two estimates are
 * calmer than one; left apart where they do; and in a wink, one closed wholly.
 * `yawRad` is the head's turn since the reference; positive narrows eye 0.
 */
export function coupleLids(openings: Float64Array, yawRad: number): void {
  const turn = Math.max(-BLIND_YAW_RAD, Math.min(BLIND_YAW_RAD, yawRad));
  const weight0 = 0.5 - (0.5 * turn) / BLIND_YAW_RAD;
  const common = weight0 * openings[0] + (1 - weight0) * openings[1];
  const bias = FAR_EYE_LOSS_PER_RAD * turn * Math.min(1, Math.max(openings[0], openings[1]));
  const difference = Math.abs(openings[0] - openings[1] + bias);
  const apart = smoothstep(ALIKE, APART, difference);
  for (let e = 0; e < 2; e++) openings[e] = common + (openings[e] - common) * apart;

  const winking = openings[0] < openings[1] ? 0 : 1;
  const wink = smoothstep(WINK_FROM, WINK_FULL, difference);
  openings[winking] *= 1 - wink * (1 - smoothstep(MEANT_CLOSED, MEANT_OPEN, openings[winking]));
}
