import { parseQualityArguments, QUALITY_HELP } from './quality/arguments.ts';
import { formatJson, formatTables } from './quality/report.ts';
import { runQuality } from './quality/run-quality.ts';
import { runCommand } from './run-command.ts';

/** `npm run bench:quality`: how close the animated portrait comes to what the camera saw. */
await runCommand('bench:quality', async (args) => {
  const options = parseQualityArguments(args);
  if (!options) {
    process.stdout.write(QUALITY_HELP);
    return;
  }
  const result = await runQuality(options, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(options.json ? formatJson(result) : formatTables(result));
});
