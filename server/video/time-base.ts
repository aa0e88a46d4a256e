/** Length of one tick of a stream's clock: `num / den` seconds. */
export interface TimeBase {
  readonly num: number;
  readonly den: number;
}

const MICROSECONDS: TimeBase = { num: 1, den: 1_000_000 };

export function ticksToMs(ticks: number, { num, den }: TimeBase): number {
  return (ticks * num * 1000) / den;
}

/** The nearest number of ticks of the clock `to`. */
export function rescaleTicks(ticks: number, from: TimeBase, to: TimeBase): number {
  return Math.round((ticks * from.num * to.den) / (from.den * to.num));
}

export function microsecondsToTicks(microseconds: number, timeBase: TimeBase): number {
  return rescaleTicks(microseconds, MICROSECONDS, timeBase);
}
