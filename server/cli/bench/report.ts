import { cpus } from 'node:os';
import type { BenchResult } from './run-bench.ts';

/** One line of JSON. Hundredths of a millisecond are as far as this can be measured. */
export function formatJson(result: object): string {
  const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value);
  return `${JSON.stringify(result, rounded)}\n`;
}

/** A table for people. */
export function formatTable(result: BenchResult): string {
  const { pack, executionProvider, layers, frames, cpuMsPerFrame, addedLatencyMs, sessionsAt25Fps } = result;
  const cores = cpus();
  const rows: [string, string][] = [
    ...Object.entries(cpuMsPerFrame).map(([stage, ms]): [string, string] => [stage, `${ms.toFixed(2)} CPU ms`]),
    ['latency p50', `${addedLatencyMs.p50.toFixed(1)} ms`],
    ['latency p95', `${addedLatencyMs.p95.toFixed(1)} ms`],
    ['sessions', `${sessionsAt25Fps} at 25 fps`],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)} ${value.padStart(16)}`);
  const machine = `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown CPU'}`;
  return `Pack ${pack} on ${executionProvider}, ${layers === 2 ? 'two layers' : 'one layer'}, ${frames} frames, ${machine}\n\n${lines.join('\n')}\n`;
}
