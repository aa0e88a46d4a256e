import type { SchedulerStats } from '../../studio/studio-protocol.ts';
import type { StudioReport } from './studio-seat.ts';

type FrameCounts = Pick<StudioReport, 'sentFrames' | 'droppedFrames'>;
type SchedulingCounts = Omit<SchedulerStats, 'waiting'>;

/**
 * What all studios did since the house started. Sessions and studios come and go, and each counts from nothing: what
 * they add from one report to the next is summed up here, so that the sums only go up.
 */
export class StudioCounters {
  readonly frames: Record<keyof FrameCounts, number> = { sentFrames: 0, droppedFrames: 0 };
  readonly scheduling: Record<keyof SchedulingCounts, number> = {
    calls: 0,
    batches: 0,
    superseded: 0,
    splitBatches: 0,
  };

  /** @param before the report before, of the same session in the same studio */
  countFrames(before: FrameCounts | null, now: FrameCounts): void {
    addRise(this.frames, before, now);
  }

  /** @param before the report before, of the same studio */
  countScheduling(before: SchedulingCounts | null, now: SchedulingCounts): void {
    addRise(this.scheduling, before, now);
  }
}

function addRise<K extends string>(
  sums: Record<K, number>,
  before: Readonly<Record<K, number>> | null,
  now: Readonly<Record<K, number>>,
): void {
  for (const name of Object.keys(sums) as K[]) {
    const rise = now[name] - (before?.[name] ?? 0);
    if (Number.isSafeInteger(rise) && rise > 0) sums[name] += rise;
  }
}
