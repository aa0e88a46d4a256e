import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { VideoEncoder } from '../../studio/codec/video-encoder.ts';
import type { CodedFrame } from '../../studio/rtp/payload-format.ts';
import { VideoFileError } from '../../video/video-file-error.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { CommandError } from '../command-error.ts';

/** All sessions run at this rate. */
export const CAMERA_FPS = 25;
export const FRAME_MS = 1000 / CAMERA_FPS;
/** RTP video ticks from one frame to the next. */
export const FRAME_TICKS = 90_000 / CAMERA_FPS;

/** What browsers send at this size. */
const CAMERA_BITRATE_BPS = 1_500_000;
const CAMERA_SIDE_PX = 1280;

/** A camera's coded frames, to be sent again and again: the first is a keyframe. */
export interface CameraFrames {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly CodedFrame[];
}

/** Codes a video as a browser's camera does (VP8), at most `count` frames of it. */
export async function encodeCamera(path: string, count: number): Promise<CameraFrames> {
  const reader = await VideoReader.open(path, { maxSidePx: CAMERA_SIDE_PX }).catch((error: unknown) => {
    throw error instanceof VideoFileError ? new CommandError(`${path} ${error.message}`) : error;
  });
  const [width, height] = [reader.width & ~1, reader.height & ~1];
  const encoder = await VideoEncoder.open({ codec: 'VP8', width, height, bitrateBps: CAMERA_BITRATE_BPS });
  const picture = createRgbaImage(width, height);
  const frames: CodedFrame[] = [];
  try {
    for await (const { image } of reader.frames()) {
      cutInto(picture, image);
      const { data, keyframe } = encoder.encode(picture, { keyframe: frames.length === 0, intervalMs: FRAME_MS });
      frames.push({ data: Buffer.from(data), keyframe });
      if (frames.length === count) break;
    }
  } finally {
    encoder.close();
    reader.close();
  }
  return { width, height, frames };
}

/** Copies the part of `image` that fits; 4:2:0 takes no odd sizes. */
function cutInto(target: RgbaImage, image: RgbaImage): void {
  for (let y = 0; y < target.height; y++) {
    const from = y * image.width * 4;
    target.data.set(image.data.subarray(from, from + target.width * 4), y * target.width * 4);
  }
}
