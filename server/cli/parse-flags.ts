import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usageError } from './command-error.ts';

/**
 * Reads a command's flags; what is not among `options` is refused, and so is what is no flag.
 *
 * @throws {CommandError} with one sentence that names what is wrong
 */
export function parseFlags<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  return explained(() => parseArgs({ args, strict: true, options }).values);
}

/** As {@link parseFlags}, for commands that also take names and paths; those come as `positionals`. */
export function parseWords<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  return explained(() => parseArgs({ args, strict: true, allowPositionals: true, options }));
}

function explained<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // parseArgs explains itself over several sentences; the first one names what is wrong.
    const [sentence] = (error as Error).message.split(/\.\s|\n/);
    throw usageError(`${sentence} (--help tells more)`);
  }
}
