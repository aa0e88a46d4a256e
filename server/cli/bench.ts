import { cpus } from 'node:os';
import { BENCH_HELP, parseBenchArguments } from './bench/arguments.ts';
import { type BenchResult, runBench } from './bench/run-bench.ts';
import { runCommand } from './run-command.ts';

/** `npm run bench`: what a live session costs on this machine. */
await runCommand('bench', async (args) => {
  const options = parseBenchArguments(args);
  if (!options) {
    process.stdout.write(BENCH_HELP);
    return;
  }
  const result = await runBench(options, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(options.json ? `${JSON.stringify(rounded(result))}\n` : table(result));
});

/** Hundredths of a millisecond are as far as this can be measured. */
function rounded(result: BenchResult): unknown {
  return JSON.parse(
    JSON.stringify(result, (_key, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value)),
  );
}

function table({
  pack,
  executionProvider,
  frames,
  cpuMsPerFrame,
  addedLatencyMs,
  sessionsAt25Fps,
}: BenchResult): string {
  const cores = cpus();
  const rows: [string, string][] = [
    ...Object.entries(cpuMsPerFrame).map(([stage, ms]): [string, string] => [stage, `${ms.toFixed(2)} CPU ms`]),
    ['latency p50', `${addedLatencyMs.p50.toFixed(1)} ms`],
    ['latency p95', `${addedLatencyMs.p95.toFixed(1)} ms`],
    ['sessions', `${sessionsAt25Fps} at 25 fps`],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)} ${value.padStart(16)}`);
  const heading = `Pack ${pack} on ${executionProvider}, ${frames} frames, ${cores.length} × ${cores[0]?.model.trim() ?? 'CPU'}`;
  return `${heading}\n\n${lines.join('\n')}\n`;
}
