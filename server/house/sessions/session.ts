import { randomUUID } from 'node:crypto';
import type { SessionStats, StudioInfo } from '../../../shared/protocol.ts';
import type { SettingsPatch } from '../../../shared/settings.ts';
import type { ReadyPortrait } from '../../portraits/portrait-library.ts';
import type { Direction, SessionMedia } from '../../sfu/session-media.ts';
import type { SessionSpec } from '../../studio/studio-protocol.ts';
import type { Log } from '../log.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { StudioPool } from '../studios/studio-pool.ts';
import type { StudioReport, StudioSeat } from '../studios/studio-seat.ts';
import type { PageChannel } from './page-channel.ts';
import { SessionError } from './session-error.ts';
import type { SessionMemory } from './session-memory.ts';

export interface SessionOptions {
  readonly outputMaxFps: number;
  readonly cameraTimeoutMs: number;
  readonly statsIntervalMs: number;
  readonly trackingIntervalMs: number;
}

interface SessionParts {
  readonly memory: SessionMemory;
  readonly media: SessionMedia;
  readonly studios: StudioPool;
  readonly channel: PageChannel;
  readonly options: SessionOptions;
  readonly log: Log;
  /** Called once, when the session is closed, whoever closed it. */
  readonly onClosed: (session: Session) => void;
}

/** A session that loses so many studios within the window is probably what kills them. */
const MAX_LOSSES = 5;
const LOSS_WINDOW_MS = 20_000;

/**
 * One page performing: its media, its seat in a studio, and how they are put together again when the studio dies.
 * What must outlive it is in its `SessionMemory`.
 */
export class Session {
  readonly id = randomUUID();
  readonly memory: SessionMemory;
  readonly media: SessionMedia;
  readonly #parts: SessionParts;
  /** Everything that changes the media happens one after the other. */
  readonly #queue = new SerialQueue();
  readonly #statsTimer: NodeJS.Timeout;
  readonly #cameraTimer: NodeJS.Timeout;
  readonly #lossTimes: number[] = [];
  #seat: StudioSeat | null = null;
  #seatStarted = false;
  #studioInfo: StudioInfo | null = null;
  #report: StudioReport | null = null;
  /** By studios that this session has lost. */
  #framesDroppedBefore = 0;
  #trackingSentAt = 0;
  #closed = false;

  private constructor(parts: SessionParts) {
    this.#parts = parts;
    this.memory = parts.memory;
    this.media = parts.media;
    const { statsIntervalMs, cameraTimeoutMs } = parts.options;
    this.#statsTimer = setInterval(() => this.#sendStats(), statsIntervalMs);
    this.#cameraTimer = setTimeout(() => this.#endWithoutCamera(), cameraTimeoutMs);
    parts.media.on('clock', (mapping) => parts.channel.clock(mapping));
    parts.media.on('bitrate', (bitrateBps) => this.#seat?.setBitrate(bitrateBps));
    parts.media.on('gone', () => {
      parts.channel.reconnect();
      this.close();
    });
  }

  /** Takes a seat in a studio. @throws SessionError */
  static async open(parts: SessionParts): Promise<Session> {
    const session = new Session(parts);
    try {
      await session.#queue.run(() => session.#takeSeat());
      return session;
    } catch (error) {
      session.close();
      parts.log.error({ err: error }, 'no studio for a session');
      throw new SessionError('internal', 'The server could not start animating. Please try again in a moment.', {
        cause: error,
      });
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  get studioInfo(): StudioInfo {
    return this.#studioInfo ?? { pack: 'unknown', executionProvider: 'unknown' };
  }

  createTransport(direction: Direction): ReturnType<SessionMedia['createTransport']> {
    return this.#queue.run(() => this.media.createTransport(direction));
  }

  /** Receives the page's camera and lets the studio answer it. @throws SfuError, SessionError */
  produce(rtpParameters: unknown): Promise<{ id: string }> {
    return this.#queue.run(async () => {
      const produced = await this.media.produceCamera(rtpParameters);
      await this.#startSeat();
      return produced;
    });
  }

  /** The animated stream; waits for a studio that is being replaced. @throws SfuError */
  consume(rtpCapabilities: unknown): ReturnType<SessionMedia['consumeOutput']> {
    return this.#queue.run(() => this.media.consumeOutput(rtpCapabilities));
  }

  resumeConsumer(): Promise<void> {
    return this.#queue.run(async () => {
      await this.media.resumeViewer();
      this.#seat?.requestKeyframe();
    });
  }

  updateSettings(patch: SettingsPatch): void {
    this.memory.settings = { ...this.memory.settings, ...patch };
    this.#seat?.configure(this.memory.settings);
  }

  selectPortrait(portrait: ReadyPortrait): void {
    this.memory.portrait = portrait;
    this.#seat?.showPortrait(portrait.prepared);
  }

  /** Takes the driver's present face as the neutral. @returns whether there was one. @throws SessionError */
  async calibrate(): Promise<boolean> {
    const seat = this.#seat;
    if (seat === null || !this.#seatStarted) {
      throw new SessionError('wrong-state', 'The studio is not running yet. Try again in a moment.');
    }
    try {
      return (await seat.calibrate()) !== null;
    } catch (error) {
      throw new SessionError('internal', 'The studio did not answer. Try again in a moment.', { cause: error });
    }
  }

  /** Ends the media and leaves the studio; the memory stays. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#statsTimer);
    clearTimeout(this.#cameraTimer);
    this.#seat?.close();
    this.#seat = null;
    this.media.close();
    this.#parts.onClosed(this);
  }

  async #takeSeat(): Promise<void> {
    const { memory } = this;
    const spec: SessionSpec = {
      sessionId: this.id,
      portrait: memory.portrait.prepared,
      settings: memory.settings,
      maxFps: this.#parts.options.outputMaxFps,
      reference: memory.reference,
    };
    const seat = await this.#parts.studios.open(spec, {
      onStats: (report) => this.#takeReport(report),
      onTracking: (contours) => this.#sendTracking(contours),
      onKeyframeNeeded: () => void this.media.requestCameraKeyframe().catch(() => {}),
      onReference: (reference) => {
        if (reference) memory.reference = reference;
      },
      onLost: (reason) => this.#lostSeat(reason),
    });
    if (this.#closed) {
      seat.close();
      throw new SessionError('wrong-state', 'The session was closed.');
    }
    this.#seat = seat;
    this.#seatStarted = false;
    this.#studioInfo = seat.info;
    // What was changed while the studio was being asked.
    if (memory.settings !== spec.settings) seat.configure(memory.settings);
    if (memory.portrait.prepared !== spec.portrait) seat.showPortrait(memory.portrait.prepared);
  }

  /** Lets media flow between the camera, the seat and the output. A seat serves one camera: a second one needs anew. */
  async #startSeat(): Promise<void> {
    if (this.#seatStarted) {
      this.#seat?.close();
      this.#seat = null;
    }
    if (this.#seat === null) await this.#takeSeat();
    const seat = this.#seat;
    if (seat === null) return;
    try {
      const link = await this.media.linkStudio(seat.port);
      seat.start(link);
      this.#seatStarted = true;
      seat.setBitrate(this.media.targetBitrateBps);
      await this.media.startCamera();
    } catch (error) {
      // Lost meanwhile: the recovery that is queued behind this links the next seat.
      if (this.#seat === seat) throw error;
    }
  }

  #lostSeat(reason: string): void {
    this.#seat = null;
    this.#seatStarted = false;
    this.#framesDroppedBefore += this.#report?.droppedFrames ?? 0;
    this.#report = null;
    this.media.unlinkStudio();
    if (this.#closed) return;
    this.#parts.log.warn({ sessionId: this.id, reason }, 'session lost its studio');
    this.#sendStats();
    const now = performance.now();
    this.#lossTimes.push(now);
    if (this.#lossTimes.filter((time) => now - time < LOSS_WINDOW_MS).length > MAX_LOSSES) {
      this.#endWith('The studio fails again and again. Please try again later.');
      return;
    }
    void this.#queue.run(() => this.#recover());
  }

  async #recover(): Promise<void> {
    if (this.#closed || this.#seat !== null) return;
    const startedAt = performance.now();
    try {
      await this.#takeSeat();
      if (!this.media.hasCamera) return;
      await this.#startSeat();
      if (this.#seat === null) return;
      this.#parts.channel.streamReplaced();
      this.#sendStats();
      const tookMs = Math.round(performance.now() - startedAt);
      this.#parts.log.info({ sessionId: this.id, tookMs }, 'session goes on in another studio');
    } catch (error) {
      if (this.#closed) return;
      this.#parts.log.error({ sessionId: this.id, err: error }, 'session could not be given another studio');
      this.#endWith('The server could not go on animating. Please try again in a moment.');
    }
  }

  #endWith(message: string): void {
    this.#parts.channel.ended('internal', message);
    this.close();
  }

  #endWithoutCamera(): void {
    this.#parts.channel.ended(
      'wrong-state',
      'No camera picture came, so the place was given to others. Start again when your camera is ready.',
    );
    this.close();
  }

  #takeReport(report: StudioReport): void {
    const stateChanged = report.state !== this.#report?.state;
    // Only a frame of the camera ends the wait for it: a promise of one would keep the seat for nothing.
    if (report.state !== 'waiting') clearTimeout(this.#cameraTimer);
    this.#report = report;
    if (stateChanged) this.#sendStats();
  }

  #sendStats(): void {
    if (this.#closed) return;
    const report = this.#report;
    const stats: SessionStats = {
      state: this.#seat === null ? 'restarting' : (report?.state ?? 'waiting'),
      fps: report?.fps ?? null,
      serverMs: report?.serverMs ?? null,
      droppedFrames: this.#framesDroppedBefore + (report?.droppedFrames ?? 0),
      studio: this.studioInfo,
    };
    this.#parts.channel.stats(stats);
  }

  #sendTracking(contours: [number, number][][] | null): void {
    const now = performance.now();
    if (this.#closed || now - this.#trackingSentAt < this.#parts.options.trackingIntervalMs * 0.9) return;
    this.#trackingSentAt = now;
    this.#parts.channel.tracking(contours);
  }
}
