import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usageError } from './command-error.ts';

/**
 * Reads a command's flags; what is not among `options` is refused.
 *
 * @throws {CommandError} with one sentence that names what is wrong
 */
export function parseFlags<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, strict: true, options }).values;
  } catch (error) {
    // parseArgs explains itself over several sentences; the first one names what is wrong.
    const [sentence] = (error as Error).message.split(/\.\s|\n/);
    throw usageError(`${sentence} (--help tells more)`);
  }
}
