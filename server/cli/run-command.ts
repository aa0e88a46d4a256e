import { constants } from 'node:os';
import { CommandError, EXIT_FAILED } from './command-error.ts';

/**
 * Runs a command as a process: whatever goes wrong becomes one line on standard error and an exit code, and signals
 * end it so that `exit` listeners still clean up.
 */
export async function runCommand(name: string, command: (args: string[]) => Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  // Somebody reads the first lines only (`| head`): nothing to tell, nobody to tell it to.
  process.stdout.on('error', () => process.exit(EXIT_FAILED));
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${name}: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    process.exit(error instanceof CommandError ? error.exitCode : EXIT_FAILED);
  }
}
