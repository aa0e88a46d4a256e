/** The exit codes of the commands. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** A command cannot go on. Its message is the one line that the user sees. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILED) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Wrong flags: the command line itself has to be changed. */
export function usageError(message: string): CommandError {
  return new CommandError(message, EXIT_USAGE);
}
