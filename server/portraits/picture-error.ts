import type { UploadErrorCode } from '../../shared/portraits.ts';

/** A picture that cannot become a portrait: a code to switch on, and a sentence that says what to do. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly code: UploadErrorCode;

  constructor(code: UploadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
