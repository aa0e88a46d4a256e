import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** A driving frame, ready for the performer. */
export interface DrivingFrame {
  readonly image: RgbaImage;
  /** Of the camera's RTP stream. */
  readonly timestamp: number;
  /** On the session's steady clock. */
  readonly captureMs: number;
  /** When its last packet was there, on the same clock. */
  readonly receivedMs: number;
  /** The camera's timestamps do not continue those before. */
  readonly restarted: boolean;
}

/**
 * Holds at most one waiting frame: the latest. Three pictures go round (one being written, one waiting, one in use),
 * so that nothing is allocated while the camera's size stays.
 */
export class LatestFrame {
  #waiting: DrivingFrame | null = null;
  #inUse: RgbaImage | null = null;
  readonly #spares: RgbaImage[] = [];
  #replacedCount = 0;

  /** Frames that were replaced by a later one before they were taken. */
  get replacedCount(): number {
    return this.#replacedCount;
  }

  /** `write` draws into the picture it is given, or into a new one where it is of no use, and returns it. */
  put(frame: Omit<DrivingFrame, 'image'>, write: (spare: RgbaImage | null) => RgbaImage): void {
    const image = write(this.#spares.pop() ?? null);
    const replaced = this.#waiting;
    if (replaced) {
      this.#replacedCount += 1;
      this.#spares.push(replaced.image);
    }
    const restarted = frame.restarted || replaced?.restarted === true;
    this.#waiting = { ...frame, restarted, image };
  }

  /** The waiting frame, if there is one. Its picture is the caller's until the next call. */
  take(): DrivingFrame | null {
    const frame = this.#waiting;
    if (!frame) return null;
    this.#waiting = null;
    if (this.#inUse) this.#spares.push(this.#inUse);
    this.#inUse = frame.image;
    return frame;
  }
}
