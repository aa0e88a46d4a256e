import type { RunTimes } from './run-times.ts';

/** What is known of one graph when the device is free. */
export interface BatchSituation {
  readonly times: RunTimes;
  /** Calls that wait, at least 1. */
  readonly waiting: number;
  /** How long the oldest of them has been kept although the device was free. */
  readonly keptMs: number;
  /** Sessions that have called lately: no more calls than that can come. */
  readonly activeSources: number;
  /** Mean time between two calls of this graph; null where it is not known yet. */
  readonly callIntervalMs: number | null;
  /** Longest time that a call may be kept although the device is free. */
  readonly maxWaitMs: number;
}

export type BatchDecision =
  | { readonly action: 'run'; readonly size: number }
  | { readonly action: 'wait'; readonly forMs: number };

/** Below this share of the device's time, calls one by one keep up well: waiting would buy nothing but delay. */
const BUSY_SHARE = 0.5;

/**
 * Run what is there, or wait for company? Waiting is worth it where the device is short of time, somebody else is
 * likely to call, and the time that a larger batch saves is more than the wait; and never beyond the bound.
 */
export function decideBatch(situation: BatchSituation): BatchDecision {
  const { times, waiting, keptMs, activeSources, callIntervalMs, maxWaitMs } = situation;
  const run = { action: 'run', size: times.bestSize(waiting) } as const;
  const leftMs = maxWaitMs - keptMs;
  if (leftMs <= 0 || callIntervalMs === null) return run;
  if (waiting >= Math.min(activeSources, times.largest)) return run;
  if (times.ms(1) / callIntervalMs < BUSY_SHARE) return run;
  if (times.savedByOneMore(waiting) <= callIntervalMs) return run;
  return { action: 'wait', forMs: leftMs };
}
