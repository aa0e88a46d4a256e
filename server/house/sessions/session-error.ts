import type { ErrorCode } from '../../../shared/protocol.ts';

/** A refusal that the page is told: a code it can switch on, and a sentence for people. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
