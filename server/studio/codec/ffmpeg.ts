import { AV_LOG_QUIET, AVERROR_EAGAIN } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';

/** FFmpeg's own messages about damaged input would fill the log; every error also comes as a return code. */
Log.setLevel(AV_LOG_QUIET);

export type CodecErrorReason =
  /** A native call failed. */
  | 'native'
  /** A picture's size or layout is not what the stage takes. */
  | 'picture'
  /** The stage has been closed. */
  | 'closed';

export class CodecError extends Error {
  readonly reason: CodecErrorReason;

  constructor(reason: CodecErrorReason, message: string) {
    super(message);
    this.name = 'CodecError';
    this.reason = reason;
  }
}

/** Throws where FFmpeg's return code says that the call failed; else gives the code back. */
export function checkReturn(code: number, call: string): number {
  if (code < 0) throw new CodecError('native', `${call}: ${new FFmpegError(code).message}`);
  return code;
}

/** Whether a codec has nothing more to give until it is given more. */
export function isDrained(code: number): boolean {
  return code === AVERROR_EAGAIN;
}
