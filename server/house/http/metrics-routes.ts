import type { FastifyInstance } from 'fastify';
import { median } from '../../../shared/median.ts';
import type { Config } from '../../config/config.ts';
import type { StudioPool } from '../studios/studio-pool.ts';
import { type Metric, PROMETHEUS_CONTENT_TYPE, prometheusText, type Sample } from './prometheus-text.ts';
import type { StatusParts } from './status-routes.ts';

/** `/metrics` for Prometheus: what the house knows of its children, no session told from another. */
export function registerMetricsRoute(
  app: FastifyInstance,
  config: Pick<Config, 'maxSessions'>,
  parts: Pick<StatusParts, 'sfu' | 'studios' | 'sessions'>,
): void {
  app.get('/metrics', async (_, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(PROMETHEUS_CONTENT_TYPE)
      .send(prometheusText(metricsOf(config, parts))),
  );
}

function metricsOf(
  { maxSessions }: Pick<Config, 'maxSessions'>,
  { sfu, studios, sessions }: Pick<StatusParts, 'sfu' | 'studios' | 'sessions'>,
): Metric[] {
  const { frames } = studios.counters;
  return [
    gauge('effigy_sessions_open', 'Sessions with a page.', sessions.activeCount),
    gauge('effigy_sessions_max', 'Sessions that there are places for.', maxSessions),
    gauge('effigy_studios_ready', 'Studios that can animate.', studios.readyCount),
    gauge('effigy_studios', 'Studios that there should be.', studios.size),
    gauge('effigy_sfu_workers_alive', 'Media workers alive.', sfu.aliveCount),
    counter('effigy_frames_sent_total', 'Animated frames sent.', frames.sentFrames),
    counter('effigy_frames_dropped_total', 'Driving frames dropped: the newest wins.', frames.droppedFrames),
    ...times(studios),
    ...providers(studios),
    ...scheduling(studios),
  ];
}

/** Half of the sessions are as fast as the first of each pair; none is slower than the second. */
function times({ ready }: StudioPool): Metric[] {
  const reports = ready.flatMap((studio) => studio.reports);
  const stages = reports.flatMap(({ stages }) => stages ?? []);
  return [
    {
      name: 'effigy_server_time_seconds',
      help: 'Across sessions: median of the last second, from a frame’s last packet in to its last packet out.',
      type: 'gauge',
      samples: acrossSessions(reports.flatMap(({ serverMs }) => serverMs ?? [])),
    },
    {
      name: 'effigy_stage_time_seconds',
      help: 'The same by stage: receive (decode and wait), perform (track and animate), send (encode).',
      type: 'gauge',
      samples: [
        ...acrossSessions(
          stages.map(({ receiveMs }) => receiveMs),
          { stage: 'receive' },
        ),
        ...acrossSessions(
          stages.map(({ performMs }) => performMs),
          { stage: 'perform' },
        ),
        ...acrossSessions(
          stages.map(({ sendMs }) => sendMs),
          { stage: 'send' },
        ),
      ],
    },
  ];
}

function acrossSessions(timesMs: readonly number[], labels: Readonly<Record<string, string>> = {}): Sample[] {
  const middleMs = median(timesMs);
  if (middleMs === null) return [];
  return [
    { labels: { ...labels, sessions: 'median' }, value: middleMs / 1000 },
    { labels: { ...labels, sessions: 'slowest' }, value: Math.max(...timesMs) / 1000 },
  ];
}

/** One series for each provider, with the first reason: reasons that differ in a number must not grow in number. */
function providers({ ready }: StudioPool): Metric[] {
  const chosen = new Map<string, Sample>();
  const refused = new Map<string, Sample>();
  for (const { info } of ready) {
    if (info === null) continue;
    const { pack, executionProvider: provider, refusedProviders = [] } = info;
    chosen.set(JSON.stringify([pack, provider]), { labels: { pack, provider }, value: 1 });
    for (const { executionProvider, reason } of refusedProviders) {
      if (refused.has(executionProvider)) continue;
      refused.set(executionProvider, { labels: { provider: executionProvider, reason }, value: 1 });
    }
  }
  return [
    {
      name: 'effigy_execution_provider',
      help: 'What the studios that are ready animate with.',
      type: 'gauge',
      samples: [...chosen.values()],
    },
    {
      name: 'effigy_execution_provider_refused',
      help: 'Better execution providers that cannot be used, each with its reason.',
      type: 'gauge',
      samples: [...refused.values()],
    },
  ];
}

/** Nothing where sessions share no scheduler, as with the mesh. */
function scheduling({ counters, ready }: StudioPool): Metric[] {
  const { calls, batches, superseded, splitBatches } = counters.scheduling;
  const stats = ready.flatMap(({ schedulerStats }) => schedulerStats ?? []);
  if (stats.length === 0 && calls === 0) return [];
  const waiting = stats.reduce((sum, { waiting }) => sum + waiting, 0);
  return [
    counter('effigy_scheduler_calls_total', 'Graph runs that sessions asked for.', calls),
    counter('effigy_scheduler_batches_total', 'Batches that they were joined into.', batches),
    counter('effigy_scheduler_superseded_total', 'Calls that a newer frame made needless.', superseded),
    counter('effigy_scheduler_split_batches_total', 'Batches that failed and were run call by call.', splitBatches),
    gauge('effigy_scheduler_waiting', 'Calls that wait now.', waiting),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: 'gauge', samples: [{ value }] };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, help, type: 'counter', samples: [{ value }] };
}
