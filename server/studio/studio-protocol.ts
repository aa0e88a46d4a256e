import type { PerformanceState, StudioInfo } from '../../shared/protocol.ts';
import type { SessionSettings } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { SchedulerStats } from '../inference/batch-scheduler.ts';

/**
 * Messages between the house and a studio (a child process, `child_process.fork` with `serialization: 'advanced'`).
 * Media does not pass here: RTP goes by UDP on loopback, between the studio's own socket and mediasoup's PlainTransport.
 */

export type { SchedulerStats };

export type VideoCodecName = 'VP8' | 'H264';

/** One direction of RTP on the session's socket. */
export interface RtpStreamSpec {
  readonly codec: VideoCodecName;
  readonly payloadType: number;
  readonly ssrc: number;
}

/** A portrait ready for a pack: cropped, with its landmarks. */
export interface PreparedPortrait {
  readonly id: string;
  readonly still: RgbaImage;
  readonly landmarks: FaceLandmarks;
  /** Null or absent where the person could not be told from the background. */
  readonly layers?: PortraitLayers | null;
}

export interface SessionSpec {
  readonly sessionId: string;
  readonly portrait: PreparedPortrait;
  readonly settings: SessionSettings;
  readonly maxFps: number;
  /** Reference of an earlier studio's calibration, so that a restart does not lose it. */
  readonly reference: FaceLandmarks | null;
}

/** Where a frame's time in the studio goes, one stage after the other, ms. */
export interface StageTimes {
  /** From its last packet in: decoding, and waiting for the performer. */
  readonly receiveMs: number;
  /** Tracking, motion, animation and the mark. */
  readonly performMs: number;
  /** Encoding, and its last packet out. */
  readonly sendMs: number;
}

export type HouseToStudio =
  /** Binds a UDP socket; answered by `session.opened`. */
  | { type: 'session.open'; spec: SessionSpec }
  /** Where mediasoup's PlainTransport listens (RTP and RTCP on one port), and the streams. Media starts. */
  | {
      type: 'session.start';
      sessionId: string;
      remote: { ip: string; port: number };
      camera: RtpStreamSpec;
      output: RtpStreamSpec & { cname: string };
    }
  | { type: 'session.settings'; sessionId: string; settings: SessionSettings }
  | { type: 'session.portrait'; sessionId: string; portrait: PreparedPortrait }
  /** Answered by `session.calibrated`. */
  | { type: 'session.calibrate'; sessionId: string }
  /** What the viewers' networks carry; the encoder follows. */
  | { type: 'session.bitrate'; sessionId: string; bitrateBps: number }
  /** A viewer joined or asked (PLI also arrives as RTCP on the socket). */
  | { type: 'session.keyframe'; sessionId: string }
  | { type: 'session.close'; sessionId: string };

export type StudioToHouse =
  | { type: 'studio.ready'; info: StudioInfo }
  /** Sessions cannot be animated as the settings say, and trying again would not help; the studio ends. */
  | { type: 'studio.refused'; reason: string }
  /** Once a second, where sessions share a scheduler: what it did since the studio started. */
  | { type: 'studio.stats'; scheduler: SchedulerStats }
  | { type: 'session.opened'; sessionId: string; port: number }
  | { type: 'session.calibrated'; sessionId: string; reference: FaceLandmarks | null }
  /** Loss on the camera's stream: ask its producer for a keyframe. */
  | { type: 'session.keyframeNeeded'; sessionId: string }
  | {
      type: 'session.stats';
      sessionId: string;
      state: PerformanceState;
      fps: number | null;
      serverMs: number | null;
      /** Medians of the last second; null where `serverMs`, their whole, is. */
      stages: StageTimes | null;
      /** Since the session came to this studio, as are those dropped. */
      sentFrames: number;
      droppedFrames: number;
    }
  | { type: 'session.tracking'; sessionId: string; contours: [number, number][][] | null }
  /** This session failed and is gone from the studio; the others go on. */
  | { type: 'session.failed'; sessionId: string; message: string };
