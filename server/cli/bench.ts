import { BENCH_HELP, parseBenchArguments } from './bench/arguments.ts';
import { formatPackTable } from './bench/pack-report.ts';
import { formatJson, formatTable } from './bench/report.ts';
import { runPackBench } from './bench/run-pack-bench.ts';
import { openPack } from './packs/open-pack.ts';
import { runCommand } from './run-command.ts';

/** `npm run bench`: what a live session costs on this machine. */
await runCommand('bench', async (args) => {
  const options = parseBenchArguments(args);
  if (!options) {
    process.stdout.write(BENCH_HELP);
    return;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (options.networks) {
    const result = await runPackBench(await openPack(options.networks.pack), options.networks, say);
    process.stdout.write(options.json ? formatJson(result) : formatPackTable(result));
    return;
  }
  // Networks are measured with onnxruntime alone; codecs, face models and studios are for whole sessions.
  const { runBench } = await import('./bench/run-bench.ts');
  const result = await runBench(options, say);
  process.stdout.write(options.json ? formatJson(result) : formatTable(result));
});
