/**
 * Something the person at the terminal can mend: printed as it is, without a stack.
 * The first line says what went wrong, the others what to do about it.
 */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}
