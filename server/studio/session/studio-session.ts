import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { PerformanceState } from '../../../shared/protocol.ts';
import type { SessionSettings } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { faceContours } from '../../face/face-topology.ts';
import type { PerformedFrame, Performer } from '../performance.ts';
import type { PerformerFactory } from '../performer-factory.ts';
import { parseRtcp } from '../rtp/rtcp.ts';
import type { HouseToStudio, PreparedPortrait, SessionSpec, StudioToHouse } from '../studio-protocol.ts';
import { CameraReceiver } from './camera-receiver.ts';
import { CaptureClock } from './capture-clock.ts';
import type { DrivingFrame } from './latest-frame.ts';
import { OutputSender } from './output-sender.ts';
import { PerformerSeat } from './performer-seat.ts';
import { RtpSocket } from './rtp-socket.ts';
import { SessionStatistics } from './session-statistics.ts';
import { sessionTunables } from './session-tunables.ts';
import { Throttle } from './throttle.ts';

export type StartMessage = Extract<HouseToStudio, { type: 'session.start' }>;

export interface StudioSessionOptions {
  readonly createPerformer: PerformerFactory;
  /** Reports to the house. */
  readonly tell: (message: StudioToHouse) => void;
  /** The session can do no more; it is closed already. */
  readonly onFailed: (error: Error) => void;
}

/** The media of a started session; replaced as a whole when it is started anew. */
interface Media {
  readonly receiver: CameraReceiver;
  readonly sender: OutputSender;
  readonly clock: CaptureClock;
  readonly startedMs: number;
}

/**
 * One performance: the camera's RTP in, the animated portrait's RTP out.
 *
 * A single loop (`#pump`) takes the latest driving frame, has it performed, and sends the result; where no frame
 * comes, the performer's idle frames go out instead. Only what the performer drew is ever given to the sender.
 */
export class StudioSession {
  readonly #id: string;
  readonly #maxFps: number;
  readonly #options: StudioSessionOptions;
  readonly #performer: PerformerSeat;
  readonly #statistics = new SessionStatistics();
  readonly #keyframeDemands = new Throttle();
  readonly #statsReports = new Throttle();
  readonly #trackingReports = new Throttle();
  #socket: RtpSocket | null = null;
  #media: Media | null = null;
  #bitrateBps: number = sessionTunables.startBitrateBps;
  #ticker: NodeJS.Timeout | null = null;
  #state: PerformanceState = 'waiting';
  #pumping = false;
  #lastDrivenMs: number | null = null;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #consecutiveFailures = 0;
  #framesNotSent = 0;
  #droppedBefore = 0;
  #closed = false;

  constructor(spec: SessionSpec, options: StudioSessionOptions) {
    this.#id = spec.sessionId;
    this.#maxFps = spec.maxFps;
    this.#options = options;
    this.#performer = new PerformerSeat(spec, options.createPerformer);
  }

  /** Prepares the portrait and binds the socket; resolves with its UDP port, or rejects with the reason. */
  async open(): Promise<number> {
    await this.#performer.open();
    const socket = await RtpSocket.bind({
      onRtp: (datagram) => this.#guard(() => this.#receiveRtp(datagram)),
      onRtcp: (datagram) => this.#guard(() => this.#receiveRtcp(datagram)),
      onError: (error) => this.#fail(error),
    });
    if (this.#closed) {
      socket.close();
      throw new Error('the session was closed while it opened');
    }
    this.#socket = socket;
    this.#ticker = setInterval(() => this.#guard(() => this.#tick()), sessionTunables.tickMs);
    return socket.port;
  }

  /** Begins to receive and to send; again, where the house links the session to another camera. */
  async start({ camera, output, remote }: StartMessage): Promise<void> {
    const startedMs = performance.now();
    const clock = new CaptureClock(startedMs);
    const receiver = await CameraReceiver.open(camera, clock, this.#maxFps);
    if (this.#closed || !this.#socket) {
      receiver.close();
      return;
    }
    const socket = this.#socket;
    this.#closeMedia();
    socket.setRemote(remote);
    const sender = new OutputSender(output, this.#bitrateBps, (datagram) => socket.send(datagram));
    this.#media = { receiver, sender, clock, startedMs };
    this.#lastDrivenMs = null;
  }

  setSettings(settings: SessionSettings): void {
    this.#performer.setSettings(settings);
    this.#wake();
  }

  /** Shows another portrait as soon as it is prepared; until then the old one goes on. Rejects where it cannot be. */
  async setPortrait(portrait: PreparedPortrait): Promise<void> {
    await this.#performer.setPortrait(portrait);
    this.#wake();
  }

  /** Takes the present face as the neutral, between two frames; null where there is none. */
  calibrate(): Promise<FaceLandmarks | null> {
    const calibrated = this.#performer.calibrate();
    this.#wake();
    return calibrated;
  }

  setBitrate(bitrateBps: number): void {
    this.#bitrateBps = bitrateBps;
    this.#media?.sender.setBitrate(bitrateBps);
  }

  requestKeyframe(): void {
    this.#media?.sender.requestKeyframe();
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#ticker) clearInterval(this.#ticker);
    this.#socket?.close();
    this.#closeMedia();
    this.#performer.close();
  }

  /** What fails here fails this session, not the process that others live in. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #receiveRtp(datagram: Buffer): void {
    this.#media?.receiver.receive(datagram, performance.now());
    this.#wake();
  }

  #receiveRtcp(datagram: Buffer): void {
    const sender = this.#media?.sender;
    for (const event of parseRtcp(datagram)) {
      if (event.type === 'keyframeRequest' && event.mediaSsrc === sender?.stream.ssrc) sender.requestKeyframe();
    }
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.#statsReports.take(nowMs, sessionTunables.statsIntervalMs)) this.#reportStats(nowMs);
    if (!this.#media) return;
    const { receiver, sender, clock } = this.#media;
    receiver.flush(nowMs);
    this.#demandKeyframe(receiver, nowMs);
    sender.report(nowMs, Date.now(), clock.timestampAt(nowMs));
    this.#wake();
  }

  #demandKeyframe(receiver: CameraReceiver, nowMs: number): void {
    if (!receiver.needsKeyframe) return;
    const { keyframeDemandIntervalMs, keyframeDemandIntervalSilentMs, cameraSilentAfterMs } = sessionTunables;
    const isSilent = nowMs - (receiver.lastPacketMs ?? Number.NEGATIVE_INFINITY) > cameraSilentAfterMs;
    const intervalMs = isSilent ? keyframeDemandIntervalSilentMs : keyframeDemandIntervalMs;
    if (!this.#keyframeDemands.take(nowMs, intervalMs)) return;
    this.#options.tell({ type: 'session.keyframeNeeded', sessionId: this.#id });
  }

  #wake(): void {
    if (this.#pumping || this.#closed) return;
    this.#pump().catch((error: unknown) => this.#fail(error));
  }

  /** Runs as long as there is something to send. Never twice at a time: the performer takes one frame after another. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (;;) {
        if (this.#closed) return;
        this.#performer.settle();
        const media = this.#media;
        if (!media) return;
        const frame = media.receiver.take();
        if (frame) {
          await this.#perform(media, frame);
          this.#lastDrivenMs = performance.now();
        } else if (this.#idleFrameIsDue(media, performance.now())) await this.#idle(media);
        else return;
        // Packets that came while this thread was busy are read before the next frame is chosen.
        await nextEventLoopTurn();
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #perform(media: Media, frame: DrivingFrame): Promise<void> {
    if (!frame.restarted && !media.sender.isLater(frame.timestamp)) {
      this.#framesNotSent += 1;
      return;
    }
    const failuresBefore = this.#consecutiveFailures;
    const takenMs = performance.now();
    const performed = await this.#performSafely(this.#performer.current, frame);
    if (this.#closed || media !== this.#media || !performed) return;
    const performedMs = performance.now();
    const sent = await this.#send(media, performed, frame.timestamp);
    if (!sent || this.#closed) return;
    // An idle frame that stood in for this one is no success.
    if (this.#consecutiveFailures === failuresBefore) this.#consecutiveFailures = 0;
    const nowMs = performance.now();
    this.#statistics.frameSent(nowMs, {
      receiveMs: takenMs - frame.receivedMs,
      performMs: performedMs - takenMs,
      sendMs: nowMs - performedMs,
    });
    this.#reportTracking(performed, frame, nowMs);
  }

  /** The performer's frame; its idle frame where it fails; null where that fails too. */
  async #performSafely(performer: Performer, frame: DrivingFrame): Promise<PerformedFrame | null> {
    try {
      const performed = await performer.perform(frame.image, frame.captureMs);
      assertNotTheCamera(performed, frame);
      return performed;
    } catch (error) {
      this.#countFailure(error);
      return this.#closed ? null : this.#idleSafely(performer, frame.captureMs);
    }
  }

  #idleSafely(performer: Performer, timeMs: number): PerformedFrame | null {
    try {
      return performer.idle(timeMs);
    } catch (error) {
      this.#countFailure(error);
      return null;
    }
  }

  #idleFrameIsDue({ sender, startedMs }: Media, nowMs: number): boolean {
    const { idleAfterMs, idleBeforeFirstFrameMs, idleIntervalMs, stillIntervalMs } = sessionTunables;
    const hasCamera = this.#lastDrivenMs !== null;
    const quietMs = nowMs - (this.#lastDrivenMs ?? startedMs);
    if (quietMs < (hasCamera ? idleAfterMs : idleBeforeFirstFrameMs)) return false;
    const isStill = this.#state === 'still' || this.#state === 'waiting';
    const intervalMs = isStill && !sender.keyframeWanted ? stillIntervalMs : idleIntervalMs;
    return nowMs - this.#lastSentMs >= intervalMs;
  }

  async #idle(media: Media): Promise<void> {
    const nowMs = performance.now();
    // Also where it fails: the next one is due an interval later, not at once.
    this.#lastSentMs = nowMs;
    const performed = this.#idleSafely(this.#performer.current, media.clock.captureMsAt(nowMs));
    const timestamp = media.clock.timestampAt(nowMs - sessionTunables.idleTimestampLagMs);
    if (!performed || !media.sender.isLater(timestamp)) return;
    if (await this.#send(media, performed, timestamp)) this.#statistics.frameSent(performance.now(), null);
  }

  async #send({ sender }: Media, performed: PerformedFrame, timestamp: number): Promise<boolean> {
    this.#state = performed.state;
    this.#lastSentMs = performance.now();
    try {
      await sender.send(performed.image, timestamp, this.#lastSentMs);
      return true;
    } catch (error) {
      this.#framesNotSent += 1;
      this.#countFailure(error);
      return false;
    }
  }

  #countFailure(error: unknown): void {
    this.#consecutiveFailures += 1;
    if (this.#consecutiveFailures === 1) console.error(`session ${this.#id}: ${messageOf(error)}`);
    if (this.#consecutiveFailures >= sessionTunables.maxConsecutiveFailures) this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.#options.onFailed(error instanceof Error ? error : new Error(String(error)));
  }

  #reportTracking({ landmarks }: PerformedFrame, { image }: DrivingFrame, nowMs: number): void {
    if (!this.#trackingReports.take(nowMs, sessionTunables.trackingIntervalMs)) return;
    const contours = landmarks && faceContours(landmarks, image.width, image.height);
    this.#options.tell({ type: 'session.tracking', sessionId: this.#id, contours });
  }

  #reportStats(nowMs: number): void {
    const sessionId = this.#id;
    const report = this.#statistics.report(nowMs);
    const droppedFrames = this.#droppedBefore + this.#framesNotSent + droppedBy(this.#media?.receiver);
    this.#options.tell({ type: 'session.stats', sessionId, state: this.#state, ...report, droppedFrames });
  }

  #closeMedia(): void {
    if (!this.#media) return;
    this.#droppedBefore += droppedBy(this.#media.receiver);
    this.#media.receiver.close();
    this.#media.sender.close();
    this.#media = null;
  }
}

function droppedBy(receiver: CameraReceiver | undefined): number {
  return receiver ? Object.values(receiver.dropped).reduce((sum, count) => sum + count, 0) : 0;
}

/** Performers never draw into the driving frame; should one ever, its picture must not leave. */
function assertNotTheCamera({ image }: PerformedFrame, frame: DrivingFrame): void {
  if (image.data.buffer === frame.image.data.buffer) throw new Error('the performer returned the driving frame');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
