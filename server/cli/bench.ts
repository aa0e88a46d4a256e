import { BENCH_HELP, parseBenchArguments } from './bench/arguments.ts';
import { formatJson, formatTable } from './bench/report.ts';
import { runBench } from './bench/run-bench.ts';
import { runCommand } from './run-command.ts';

/** `npm run bench`: what a live session costs on this machine. */
await runCommand('bench', async (args) => {
  const options = parseBenchArguments(args);
  if (!options) {
    process.stdout.write(BENCH_HELP);
    return;
  }
  const result = await runBench(options, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(options.json ? formatJson(result) : formatTable(result));
});
