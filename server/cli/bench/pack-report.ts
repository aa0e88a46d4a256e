import type { PackBenchResult } from './run-pack-bench.ts';

/** A table for people: a row for each batch size. */
export function formatPackTable(result: PackBenchResult): string {
  const { pack, weights, executionProvider, device, startMs, portraitMs, batches, memory } = result;
  const stages = Object.keys(batches[0]?.stages ?? {});
  const header = ['batch', ...stages, 'ms/frame', 'frames/s'];
  const rows = batches.map(({ batch, stages: costs, msPerFrame, framesPerSecond }) => [
    String(batch),
    ...stages.map((stage) => costs[stage].toFixed(2)),
    msPerFrame.toFixed(2),
    framesPerSecond.toFixed(1),
  ]);
  const table = [header, ...rows].map((row) => `  ${row.map((cell) => cell.padStart(10)).join(' ')}`);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const portrait = Object.entries(portraitMs).map(([graph, ms]) => `${graph} ${ms.toFixed(1)} ms`);
  return [
    `Pack ${pack}${weights === 'random' ? ' (random weights)' : ''} on ${executionProvider}: ${device}`,
    ...result.refusedProviders.map((refused) => `Not on ${refused.executionProvider}: ${refused.reason}.`),
    '',
    ...table,
    '',
    `  sessions        ${result.sessionsAt25Fps} at 25 fps, ${result.sessionsAt30Fps} at 30 fps (networks alone)`,
    `  per portrait    ${portrait.join(', ') || 'nothing'}`,
    `  start           ${seconds(startMs.cold)}, again ${seconds(startMs.kept)}`,
    `  memory          ${memory.processMiB.toFixed(0)} MiB${memory.gpuMiB === null ? '' : `, GPU ${memory.gpuMiB} MiB`}`,
    '',
  ].join('\n');
}
