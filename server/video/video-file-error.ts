export type VideoFileErrorReason =
  /** There is no such file. */
  | 'not-found'
  /** The file is there and cannot be read (rights, a folder). */
  | 'unreadable'
  /** The file is no video, or one that FFmpeg cannot decode. */
  | 'not-a-video'
  /** A picture was given where a video is wanted. */
  | 'picture'
  /** Larger than any video should be. */
  | 'too-large'
  /** Not a single frame could be decoded. */
  | 'damaged'
  /** The output cannot be written. */
  | 'unwritable';

/** A video file cannot be read or written; the message says why in words that follow the file's name. */
export class VideoFileError extends Error {
  readonly reason: VideoFileErrorReason;

  constructor(reason: VideoFileErrorReason, message: string) {
    super(message);
    this.name = 'VideoFileError';
    this.reason = reason;
  }
}
