import { z } from 'zod';
import type { SchedulerStats } from '../../studio/studio-protocol.ts';

/** No count beyond what a number holds exactly. */
const count = z.int().min(0);

const schedulerStatsSchema = z.object({
  calls: count,
  batches: count,
  superseded: count,
  splitBatches: count,
  waiting: count,
}) satisfies z.ZodType<SchedulerStats>;

/** What a studio sent of its scheduler; null where that is none. */
export function parseSchedulerStats(given: unknown): SchedulerStats | null {
  return schedulerStatsSchema.safeParse(given).data ?? null;
}
