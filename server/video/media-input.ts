import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { Dictionary, FormatContext } from 'node-av/lib';
// Also silences FFmpeg's own messages.
import { checkReturn } from '../studio/codec/ffmpeg.ts';
import { VideoFileError } from './video-file-error.ts';

/**
 * Opens a media file for demuxing. A playlist in it may name no other protocol than files, so that opening one never
 * reaches the network. The caller frees the context by `closeInput`. Rejects with a `VideoFileError`.
 */
export async function openMediaInput(path: string): Promise<FormatContext> {
  await assertReadable(path);
  const input = new FormatContext();
  try {
    checkReturn(await input.openInput(`file:${path}`, null, Dictionary.fromObject({ protocol_whitelist: 'file' })), '');
    checkReturn(await input.findStreamInfo(), '');
    return input;
  } catch {
    await input.closeInput();
    throw new VideoFileError('not-a-video', 'is not a video that can be read');
  }
}

/** Time 0 of the file: the first moment of its earliest stream, microseconds on the file's own clock. */
export function startTimeUs(input: FormatContext): number {
  // "Not known" is the smallest 64-bit integer.
  return input.startTime < -(2n ** 62n) ? 0 : Number(input.startTime);
}

async function assertReadable(path: string): Promise<void> {
  const entry = await stat(path).catch(() => null);
  if (!entry) throw new VideoFileError('not-found', 'does not exist');
  if (!entry.isFile()) throw new VideoFileError('unreadable', 'is not a file');
  if (entry.size === 0) throw new VideoFileError('not-a-video', 'is empty');
  await access(path, constants.R_OK).catch(() => {
    throw new VideoFileError('unreadable', 'cannot be read: permission denied');
  });
}
