import { Worker } from 'node:worker_threads';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { InferenceError } from '../inference/onnx-model.ts';
import type { Tracker } from './face-performer.ts';
import type { FromTrackingThread, ToTrackingThread } from './tracking-thread-protocol.ts';

const PROGRAM = new URL('./tracking-thread-main.ts', import.meta.url);

/**
 * Threads that find faces, for studios with many sessions: a run of the face models blocks its thread, and there are
 * more sessions than one thread could follow.
 */
export class TrackingThreads {
  readonly #threads: readonly TrackingThread[];
  #trackerCount = 0;

  private constructor(threads: readonly TrackingThread[]) {
    this.#threads = threads;
  }

  /**
   * Resolves when all have loaded the face models.
   * @param onLost a thread ended by itself; its trackers reject from then on
   */
  static async start(count: number, onLost: (error: Error) => void): Promise<TrackingThreads> {
    const threads = Array.from({ length: count }, () => new TrackingThread(onLost));
    try {
      await Promise.all(threads.map(({ ready }) => ready));
      return new TrackingThreads(threads);
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.close()));
      throw error;
    }
  }

  /** A tracker for one face, in the thread with the fewest. */
  openTracker(): Tracker {
    const thread = [...this.#threads].sort((a, b) => a.trackerCount - b.trackerCount)[0];
    return thread.openTracker(++this.#trackerCount);
  }

  /** Trackers reject from then on; idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  resolve(face: FaceLandmarks | null): void;
  reject(error: Error): void;
}

class TrackingThread {
  readonly ready: Promise<void>;
  readonly #worker = new Worker(PROGRAM, { execArgv: [] });
  readonly #trackers = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();
  #ended: InferenceError | null = null;
  #isClosing = false;

  constructor(onLost: (error: Error) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on('message', (message: FromTrackingThread) => {
      if (message.type === 'ready') resolve();
      else this.#answer(message);
    });
    let reason = 'a tracking thread ended';
    this.#worker.on('error', (error) => {
      reason = `a tracking thread failed: ${error instanceof Error ? error.message : error}`;
    });
    this.#worker.on('exit', () => {
      this.#ended = new InferenceError(reason);
      for (const { reject } of this.#waiting.values()) reject(this.#ended);
      this.#waiting.clear();
      reject(this.#ended);
      if (!this.#isClosing) onLost(this.#ended);
    });
  }

  get trackerCount(): number {
    return this.#trackers.size;
  }

  openTracker(tracker: number): Tracker {
    this.#trackers.add(tracker);
    let picture = new SharedArrayBuffer(0);
    return {
      track: (frame) => {
        const bytes = frame.width * frame.height * 4;
        if (picture.byteLength < bytes) picture = new SharedArrayBuffer(bytes);
        return this.#track(tracker, frame, picture);
      },
      close: () => {
        if (this.#trackers.delete(tracker)) this.#send({ type: 'forget', tracker });
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#worker.terminate();
  }

  #track(tracker: number, frame: RgbaImage, picture: SharedArrayBuffer): Promise<FaceLandmarks | null> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      if (this.#waiting.has(tracker)) throw new Error('the tracker is still at the last frame');
      const { width, height } = frame;
      new Uint8Array(picture).set(frame.data.subarray(0, width * height * 4));
      this.#waiting.set(tracker, { resolve, reject });
      this.#send({ type: 'track', tracker, width, height, picture });
    });
  }

  #answer(message: Exclude<FromTrackingThread, { type: 'ready' }>): void {
    const waiting = this.#waiting.get(message.tracker);
    this.#waiting.delete(message.tracker);
    if (message.type === 'tracked') waiting?.resolve(message.face);
    else waiting?.reject(new InferenceError(message.message));
  }

  #send(message: ToTrackingThread): void {
    this.#worker.postMessage(message);
  }
}
