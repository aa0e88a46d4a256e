/** Why no studio did what it was asked. */
export type StudioErrorCode =
  /** The studio died, or was given up because it hung. */
  | 'lost'
  /** It did not answer in time. */
  | 'timeout'
  /** No studio became ready in time. */
  | 'none-ready'
  /** The studio could not animate this session; it animates others still. */
  | 'failed';

/** An error of a studio, with a reason that code can switch on. */
export class StudioError extends Error {
  override readonly name = 'StudioError';
  readonly code: StudioErrorCode;

  constructor(code: StudioErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
