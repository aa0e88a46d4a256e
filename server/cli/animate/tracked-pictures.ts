import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { TRACKING_SIDE_PX } from './driving-track.ts';

/** The pictures of a driving video a second time, at the size that its faces were tracked at. */
export class TrackedPictures {
  readonly #reader: VideoReader;
  readonly #frames: AsyncGenerator<{ readonly image: RgbaImage }, void, undefined>;
  #last: RgbaImage | null = null;

  private constructor(reader: VideoReader) {
    this.#reader = reader;
    this.#frames = reader.frames();
  }

  /** Rejects with a `VideoFileError`. */
  static async open(path: string): Promise<TrackedPictures> {
    return new TrackedPictures(await VideoReader.open(path, { maxSidePx: TRACKING_SIDE_PX }));
  }

  /** One picture of a video, counted from 0. Rejects with a `VideoFileError`, or a RangeError beyond the end. */
  static async at(path: string, index: number): Promise<RgbaImage> {
    const pictures = await TrackedPictures.open(path);
    try {
      for (let i = 0; i < index; i++) await pictures.next();
      const { width, height, data } = await pictures.next();
      return { width, height, data: data.slice() };
    } finally {
      await pictures.close();
    }
  }

  /** Valid until the next; at the end the last one stays. */
  async next(): Promise<RgbaImage> {
    const next = await this.#frames.next();
    if (!next.done) this.#last = next.value.image;
    if (!this.#last) throw new RangeError('a video without pictures');
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#frames.return();
    this.#reader.close();
  }
}
