import type { ErrorCode } from '../../shared/protocol.ts';

/**
 * Why a request was not answered with a value. Besides the server's own codes:
 * `unreachable`: no connection could be made. `disconnected`: it broke before the answer. `timeout`: no answer came.
 * `malformed`: the answer is not one.
 */
export type SignalingErrorCode = ErrorCode | 'unreachable' | 'disconnected' | 'timeout' | 'malformed';

export class SignalingError extends Error {
  readonly code: SignalingErrorCode;

  constructor(code: SignalingErrorCode, message: string = code) {
    super(message);
    this.name = 'SignalingError';
    this.code = code;
  }

  /** Whether the same request can succeed later without anybody doing anything. */
  get isTransient(): boolean {
    return transientCodes.has(this.code);
  }
}

const transientCodes: ReadonlySet<SignalingErrorCode> = new Set<SignalingErrorCode>([
  'unreachable',
  'disconnected',
  'timeout',
  'malformed',
  'server-full',
  'rate-limited',
  'internal',
  'wrong-state',
]);
