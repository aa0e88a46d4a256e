import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import { ObservingTracker } from '../../occlusion/observing-tracker.ts';
import type { Tracker } from '../../studio/face-performer.ts';
import { type TimeBase, ticksToMs } from '../../video/time-base.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { showProgress } from '../progress.ts';

/** Frames are tracked at no more than this longer side: a face that fills a tenth of it is still sharp to the model. */
export const TRACKING_SIDE_PX = 1920;
/** Containers round; what is missing beyond this was cut off. */
const MISSING_TO_TELL_MS = 500;

/** One frame of the driving video as the animation needs it: when it is shown, and what the face does. */
export interface TrackedFrame {
  /** Since the file's start, ticks of the track's time base. */
  readonly ticks: number;
  readonly durationTicks: number;
  readonly timeMs: number;
  /** Null where no face was found. About 6 kB, the most that is kept of a frame. */
  readonly face: FaceLandmarks | null;
}

/** A driving video, tracked. */
export interface DrivingTrack {
  readonly timeBase: TimeBase;
  readonly frameRate: number | null;
  readonly frames: readonly TrackedFrame[];
  /** What the user should know about the video, in sentences. */
  readonly remarks: readonly string[];
}

/** Follows the face through the whole video. Rejects with a `VideoFileError`. */
export async function trackDriving(models: FaceModels, path: string): Promise<DrivingTrack> {
  const reader = await VideoReader.open(path, { maxSidePx: TRACKING_SIDE_PX });
  const progress = showProgress('Tracking', reader.expectedFrames);
  try {
    const tracker = new ObservingTracker(new FaceTracker(models));
    const frames: TrackedFrame[] = [];
    for await (const { image, ticks, durationTicks, timeMs } of reader.frames()) {
      frames.push({ ticks, durationTicks, timeMs, face: await tracker.track(image) });
      progress.update(frames.length);
    }
    return { timeBase: reader.timeBase, frameRate: reader.frameRate, frames, remarks: remarksOn(reader, frames) };
  } finally {
    progress.end();
    reader.close();
  }
}

function remarksOn({ statedEndMs, timeBase }: VideoReader, frames: readonly TrackedFrame[]): string[] {
  const last = frames.at(-1);
  if (!last || statedEndMs === null) return [];
  const endMs = ticksToMs(last.ticks + last.durationTicks, timeBase);
  if (statedEndMs - endMs < MISSING_TO_TELL_MS) return [];
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return [`The driving video breaks off: ${seconds(endMs)} s of its ${seconds(statedEndMs)} s can be read.`];
}

/** Gives a performer the recorded faces, frame by frame, whatever picture it is shown. */
export class RecordedTracker implements Tracker {
  readonly #frames: readonly TrackedFrame[];
  #next = 0;

  constructor(frames: readonly TrackedFrame[]) {
    this.#frames = frames;
  }

  async track(): Promise<FaceLandmarks | null> {
    return this.#frames[this.#next++]?.face ?? null;
  }
}
