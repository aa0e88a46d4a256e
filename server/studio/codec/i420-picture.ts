import { CodecError } from './ffmpeg.ts';

/** Larger cameras are refused: no face needs them, and their cost is a way to stop a server. */
export const MAX_PICTURE_SIDE_PX = 1920;

/**
 * A decoded picture, YUV 4:2:0 in three planes, 8 bits. The planes are views into native memory: whoever hands the
 * picture out says how long they are valid.
 */
export interface I420Picture {
  readonly width: number;
  readonly height: number;
  /** Y, U, V. */
  readonly planes: readonly [Buffer, Buffer, Buffer];
  /** Bytes from one row to the next, per plane. */
  readonly strides: readonly [number, number, number];
  /** JPEG's 0..255 instead of television's 16..235. */
  readonly fullRange: boolean;
}

/**
 * Throws a `CodecError` where planes and size do not belong together: swscale checks nothing and would read or write
 * outside of the buffers.
 */
export function assertI420Picture({ width, height, planes, strides }: I420Picture): void {
  assertPictureSize(width, height);
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  for (let plane = 0; plane < 3; plane += 1) {
    const rowBytes = plane === 0 ? width : chromaWidth;
    const rows = plane === 0 ? height : chromaHeight;
    const stride = strides[plane]!;
    const bytes = planes[plane]?.length ?? 0;
    if (stride < rowBytes || bytes < stride * (rows - 1) + rowBytes) {
      throw new CodecError('picture', `plane ${plane} of ${width}×${height}: ${bytes} bytes, stride ${stride}`);
    }
  }
}

export function assertPictureSize(width: number, height: number): void {
  const fits = (side: number): boolean => Number.isInteger(side) && side > 0 && side <= MAX_PICTURE_SIDE_PX;
  if (!fits(width) || !fits(height)) {
    throw new CodecError('picture', `a picture of ${width}×${height}; the limit is ${MAX_PICTURE_SIDE_PX} a side`);
  }
}
