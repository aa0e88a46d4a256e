/** Why the SFU did not do what it was asked. */
export type SfuErrorCode =
  /** The parameters are not those of one video stream that can be received here. */
  | 'bad-parameters'
  /** No codec in common. */
  | 'unsupported-codec'
  /** E.g. consuming before anything is produced. */
  | 'wrong-state'
  /** The worker is gone; the session has to be set up again. */
  | 'gone'
  /** A port cannot be bound. */
  | 'port-in-use';

/** An error of the SFU with a reason that code can switch on; the message is fit for people. */
export class SfuError extends Error {
  override readonly name = 'SfuError';
  readonly code: SfuErrorCode;

  constructor(code: SfuErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
