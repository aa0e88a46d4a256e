import type { PerformanceState, StudioInfo } from '../../../shared/protocol.ts';
import type { SessionSettings } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { StudioLink } from '../../sfu/session-media.ts';
import type { HouseToStudio, PreparedPortrait, StageTimes } from '../../studio/studio-protocol.ts';

/** What a studio reports about one session. */
export interface StudioReport {
  readonly state: PerformanceState;
  readonly fps: number | null;
  readonly serverMs: number | null;
  readonly stages: StageTimes | null;
  /** Since the session came to this studio, as are those dropped. */
  readonly sentFrames: number;
  readonly droppedFrames: number;
}

/** Told what happens to a session in its studio. */
export interface StudioSeatListener {
  onStats(report: StudioReport): void;
  onTracking(contours: [number, number][][] | null): void;
  onKeyframeNeeded(): void;
  /** The neutral reference changed; null where there was no face to take. */
  onReference(reference: FaceLandmarks | null): void;
  /** The studio died or gave this session up: it needs another seat. */
  onLost(reason: string): void;
}

interface StudioSeatOptions {
  readonly sessionId: string;
  readonly port: number;
  readonly info: StudioInfo;
  readonly listener: StudioSeatListener;
  readonly send: (message: HouseToStudio) => void;
  readonly calibrate: () => Promise<FaceLandmarks | null>;
  readonly leave: () => void;
}

/** One session's place in a studio. After `onLost` or `close` it is deaf. */
export class StudioSeat {
  /** UDP port on loopback where the studio expects this session's RTP. */
  readonly port: number;
  readonly info: StudioInfo;
  readonly listener: StudioSeatListener;
  #report: StudioReport | null = null;
  readonly #options: StudioSeatOptions;
  #startedAt = Number.POSITIVE_INFINITY;
  #left = false;

  constructor(options: StudioSeatOptions) {
    this.#options = options;
    this.port = options.port;
    this.info = options.info;
    this.listener = options.listener;
  }

  /** Since when media is meant to flow; negative before. */
  get startedForMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Media starts. */
  start(link: StudioLink): void {
    this.#startedAt = performance.now();
    this.#send({ type: 'session.start', sessionId: this.#options.sessionId, ...link });
  }

  configure(settings: SessionSettings): void {
    this.#send({ type: 'session.settings', sessionId: this.#options.sessionId, settings });
  }

  showPortrait(portrait: PreparedPortrait): void {
    this.#send({ type: 'session.portrait', sessionId: this.#options.sessionId, portrait });
  }

  /** Takes the driver's present face as the neutral; null if there is none. @throws StudioError */
  calibrate(): Promise<FaceLandmarks | null> {
    return this.#options.calibrate();
  }

  setBitrate(bitrateBps: number): void {
    this.#send({ type: 'session.bitrate', sessionId: this.#options.sessionId, bitrateBps });
  }

  requestKeyframe(): void {
    this.#send({ type: 'session.keyframe', sessionId: this.#options.sessionId });
  }

  /** Leaves the studio; idempotent. */
  close(): void {
    if (this.#left) return;
    this.#left = true;
    this.#options.leave();
  }

  /** The newest; null before the first. */
  get report(): StudioReport | null {
    return this.#report;
  }

  /** For the studio's process: how the session does. */
  takeReport(report: StudioReport): void {
    this.#report = report;
    this.listener.onStats(report);
  }

  /** For the studio's process: the seat is gone. */
  lose(reason: string): void {
    if (this.#left) return;
    this.#left = true;
    this.listener.onLost(reason);
  }

  #send(message: HouseToStudio): void {
    if (!this.#left) this.#options.send(message);
  }
}
