/**
 * Largest change of an eye's picture, in its contrasts, that leaves the eye about as it was: on four clips of faces,
 * the gap of the lids then differs by at most 0.4 pixels of the model's crop (64 wide), root mean square, from what it
 * would answer, and the iris by 0.6. A camera's noise comes to half of it.
 */
const MOST_CHANGE = 0.45;
/** An answer is used again for at most so many frames, or one more while it is the other eye's turn. */
const MOST_REUSES = 3;

/** Which eyes to look at in a frame. */
export interface EyeChoice {
  readonly now: readonly number[];
  /** Also this one where the eye looked at `now` turns out to have moved: lids fall and irises turn together. */
  readonly perhaps: number | null;
}

export const BOTH_EYES: EyeChoice = { now: [0, 1], perhaps: null };

/**
 * Chooses the eyes whose last answers do not hold any more: those whose pictures have changed, and now and then eyes at
 * rest, which take turns.
 * @param differences of the two eyes' pictures from those that their answers are of, see `EyeMemory`
 * @param ages of these answers, frames
 */
export function chooseEyes(differences: readonly number[], ages: readonly number[]): EyeChoice {
  const hasChanged = (eye: number) => differences[eye] > MOST_CHANGE || ages[eye] > MOST_REUSES + 1;
  const due = [0, 1].filter((eye) => hasChanged(eye) || ages[eye] > MOST_REUSES);
  if (due.length < 2 || due.every(hasChanged)) return { now: due, perhaps: null };
  const first = hasChanged(0) || (!hasChanged(1) && ages[0] >= ages[1]) ? 0 : 1;
  return { now: [first], perhaps: 1 - first };
}
