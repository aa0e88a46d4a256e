import type { PerformanceState } from '../../shared/protocol.ts';
import type { SessionSettings } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';

/**
 * Processor time, in milliseconds, that the process spent while each stage of one frame ran: helper threads and garbage
 * collection are in it, and, in a studio with several sessions, now and then a piece of another's work.
 */
export interface StageTimes {
  track: number;
  motion: number;
  animate: number;
  mark: number;
}

/** One animated, marked frame. `image` belongs to the performer and is valid until its next call. */
export interface PerformedFrame {
  readonly image: RgbaImage;
  readonly state: PerformanceState;
  readonly landmarks: FaceLandmarks | null;
  readonly times: StageTimes;
}

/**
 * The heart that live sessions, the offline command and the benchmark share: driving frames in, animated frames out.
 * Never puts a pixel of the driving frame into its output: it knows only the portrait's.
 */
export interface Performer {
  /** Tracks, extracts motion, animates and marks. `timeMs` is the frame's capture time on any steady clock. */
  perform(frame: RgbaImage, timeMs: number): Promise<PerformedFrame>;
  /** The output when no driving frame has come: holds, then fades to the still portrait. */
  idle(timeMs: number): PerformedFrame;
  /** Takes the last tracked face (or the given one) as the neutral; null if there was none. */
  calibrate(reference?: FaceLandmarks): FaceLandmarks | null;
  configure(settings: SessionSettings): void;
  close(): void;
}
