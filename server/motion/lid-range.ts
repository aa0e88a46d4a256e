import { median } from '../../shared/median.ts';

/** What a closed eye reads before anything is known of this one: a share of its open gap, within these (eye widths). */
const CLOSED_SHARE = 0.38;
const LEAST_CLOSED_GAP = 0.11;
const MOST_CLOSED_GAP = 0.155;
/** A blink begins and ends above this share of the open gap, and goes below that one. */
const OPEN_SHARE = 0.72;
const BLINK_SHARE = 0.62;
/** A blink takes no longer; what does is a glance down or tiredness, and no lid need have met the other. */
const LONGEST_BLINK_MS = 450;
/** Blinks are remembered so many at a time; as many as `DOUBT` weigh as much as what is known beforehand. */
const BLINKS_REMEMBERED = 7;
const DOUBT = 1;
/** A camera rarely catches the lowest moment, and a closed lid is to be closed wholly. */
const MARGIN = 0.012;
/** What is learned stays above the first guess less this, and below this share of the open gap. */
const MOST_BELOW_GUESS = 0.02;
const MOST_OF_OPEN = 0.6;

/**
 * What the landmarks of one driver's eye read when it is closed. A landmark model never lets the lids meet, and how
 * far apart it leaves them differs with eyes and glasses; each blink shows it.
 */
export class LidRange {
  readonly #minima: number[] = [];
  #lowest = Number.POSITIVE_INFINITY;
  #lastOpenMs = Number.NaN;

  /** Takes in the gap of the lids (eye widths) in one frame, of an eye whose open gap is `openGap`. */
  observe(gap: number, openGap: number, timeMs: number): void {
    if (!(gap >= OPEN_SHARE * openGap)) {
      this.#lowest = Math.min(this.#lowest, gap);
      return;
    }
    if (this.#lowest < BLINK_SHARE * openGap && timeMs - this.#lastOpenMs < LONGEST_BLINK_MS) {
      this.#minima.push(this.#lowest);
      if (this.#minima.length > BLINKS_REMEMBERED) this.#minima.shift();
    }
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#lastOpenMs = timeMs;
  }

  /** The gap at and below which the eye counts as closed. */
  closedGap(openGap: number): number {
    const guess = Math.min(MOST_CLOSED_GAP, Math.max(LEAST_CLOSED_GAP, CLOSED_SHARE * openGap));
    const learned = median(this.#minima);
    if (learned === null) return guess;
    const count = this.#minima.length;
    const believed = guess + (learned + MARGIN - guess) * (count / (count + DOUBT));
    return Math.max(guess - MOST_BELOW_GUESS, Math.min(MOST_OF_OPEN * openGap, believed));
  }

  reset(): void {
    this.#minima.length = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#lastOpenMs = Number.NaN;
  }
}
