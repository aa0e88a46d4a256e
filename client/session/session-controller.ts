import type { PortraitInfo } from '../../shared/portraits.ts';
import { type ClientAnswers, type ClockMapping, PROTOCOL_VERSION } from '../../shared/protocol.ts';
import type { SessionSettings, SettingsPatch } from '../../shared/settings.ts';
import type { Driver, DriverKind } from '../camera/driver.ts';
import { cameraProblem } from '../words/camera-problems.ts';
import { type Problem, ProblemError } from '../words/problem.ts';
import { endedProblem, problemOf, sessionProblem } from '../words/session-problems.ts';
import { InterruptibleWait } from './interruptible-wait.ts';
import type { MediaLink, MediaLinkEvents } from './media-link.ts';
import type { ReconnectPolicy } from './reconnect-policy.ts';
import type { SessionStore } from './session-store.ts';
import type { SessionView } from './session-view.ts';
import { SettingsPatchQueue } from './settings-patch-queue.ts';
import type { SignalingChannel } from './signaling-channel.ts';
import { SignalingError } from './signaling-error.ts';

/** What the controller needs from the browser; tests give their own. */
export interface SessionPorts {
  /** @throws {ProblemError} */
  openDriver(kind: DriverKind, deviceId?: string): Promise<Driver>;
  /** @throws {SignalingError} */
  connect(): Promise<SignalingChannel>;
  /** @throws {SignalingError | ProblemError} */
  openMedia(
    channel: SignalingChannel,
    opened: ClientAnswers['session.open'],
    track: MediaStreamTrack,
    events: MediaLinkEvents,
  ): Promise<MediaLink>;
  readonly store: SessionStore;
  readonly policy: ReconnectPolicy;
}

/** Who is told what happens in a session. */
export interface SessionObserver {
  viewChanged(view: SessionView): void;
  /** The stream is about to end: browsers then show black, so its last frame must be kept now. */
  outputEnding(): void;
  /** Which RTP time was which time on this clock; null when a stream with another clock begins. */
  clockMapped(mapping: ClockMapping | null): void;
  /** The driver's face in 0..1 of the camera picture, null when there is none. */
  faceTracked(contours: [number, number][][] | null): void;
}

export type CalibrationResult = 'ok' | 'no-face' | 'failed';

/** The plain words for an exception; what has none is a fault of this page, and told to who looks for it. */
function explain(error: unknown): Problem {
  const problem = problemOf(error);
  if (problem.code === 'unexpected') console.error(error);
  return problem;
}

/** A step that found that its run was stopped meanwhile. */
class Superseded extends Error {}

/**
 * The life of a session, from the first click to the last: opens driver, connection and media, keeps the settings,
 * reconnects by itself. Each start is a run; whatever an older run still awaits is dropped when it arrives.
 */
export class SessionController {
  readonly #ports: SessionPorts;
  readonly #observer: SessionObserver;
  readonly #patches: SettingsPatchQueue;
  readonly #wait = new InterruptibleWait();
  #view: SessionView;
  #run = 0;
  #reconnects = 0;
  #channel: SignalingChannel | null = null;
  #media: MediaLink | null = null;

  constructor(ports: SessionPorts, observer: SessionObserver) {
    this.#ports = ports;
    this.#observer = observer;
    this.#patches = new SettingsPatchQueue(async (patch) => {
      // Before there is media, the settings go with `session.open`.
      if (this.#media) await this.#channel?.request('settings.update', patch);
    });
    this.#view = {
      phase: 'gallery',
      step: null,
      driverKind: 'camera',
      driver: null,
      portrait: null,
      settings: ports.store.settings,
      output: null,
      serverStats: null,
      replacing: false,
      attempt: 0,
      problem: null,
    };
  }

  get view(): SessionView {
    return this.#view;
  }

  /** Opens driver, connection and stream; what goes wrong is in the view. */
  async start(portrait: PortraitInfo, driverKind: DriverKind): Promise<void> {
    const run = this.#begin();
    if (this.#view.driver && this.#view.driverKind !== driverKind) this.#releaseDriver();
    this.#set({ phase: 'starting', step: 'driver', portrait, driverKind, problem: null, attempt: 0 });
    try {
      if (this.#view.driver?.track.readyState !== 'live') await this.#openDriver(run, driverKind);
      await this.#establish(run);
      this.#set({ phase: 'live', step: null });
    } catch (error) {
      if (error instanceof Superseded || run !== this.#run) return;
      this.#fail(run, 'error', explain(error));
    }
  }

  /** Starts again what ended or failed. */
  async retry(): Promise<void> {
    const { portrait, driverKind, phase } = this.#view;
    if (phase === 'live') await this.changeDriver(driverKind);
    else if (phase === 'reconnecting') this.#wait.interrupt();
    else if (portrait) await this.start(portrait, driverKind);
  }

  /** Ends the session for good and goes back to the gallery. */
  stop(): void {
    if (this.#view.phase === 'gallery') return;
    const channel = this.#channel;
    this.#channel = null;
    this.#begin();
    this.#releaseDriver();
    this.#ports.store.resumeToken = null;
    channel
      ?.request('session.close', {})
      .catch(() => {})
      .finally(() => channel.close());
    this.#set({ phase: 'gallery', step: null, problem: null, attempt: 0 });
  }

  updateSettings(patch: SettingsPatch): void {
    const settings = { ...this.#view.settings, ...patch };
    this.#ports.store.settings = settings;
    this.#set({ settings });
    this.#patches.push(patch);
  }

  /** Animates another portrait from now on; without a session it only remembers the wish. */
  async selectPortrait(portrait: PortraitInfo): Promise<void> {
    const before = this.#view.portrait;
    if (before?.id === portrait.id) return;
    this.#set({ portrait, problem: null });
    if (!this.#media) return;
    try {
      await this.#channel?.request('portrait.select', { portraitId: portrait.id });
    } catch (error) {
      if (this.#view.phase !== 'live' || this.#view.portrait?.id !== portrait.id) return;
      this.#set({ portrait: before, problem: { ...explain(error), actions: [] } });
    }
  }

  /** Takes the driver's present face as the neutral one. */
  async calibrate(): Promise<CalibrationResult> {
    if (this.#view.phase !== 'live' || !this.#channel) return 'failed';
    try {
      const answer = await this.#channel.request('calibrate', {});
      return answer.ok ? 'ok' : (answer.reason ?? 'failed');
    } catch {
      return 'failed';
    }
  }

  /** Another camera, the demo clip, or the same camera again after it was lost. */
  async changeDriver(driverKind: DriverKind, deviceId?: string): Promise<void> {
    const run = this.#run;
    try {
      // Some systems open a camera once only: the old one goes first where both are cameras.
      if (this.#view.driver?.kind === 'camera' && driverKind === 'camera') this.#view.driver.stop();
      const driver = await this.#ports.openDriver(driverKind, deviceId);
      if (run !== this.#run) return driver.stop();
      this.#adoptDriver(driver);
      await this.#media?.replaceTrack(driver.track);
    } catch (error) {
      if (run === this.#run && this.#view.phase !== 'gallery') this.#set({ problem: explain(error) });
    }
  }

  /** The page is seen again, or the network is back: no need to wait any longer. */
  wake(): void {
    this.#wait.interrupt();
    const { phase, driver, driverKind } = this.#view;
    if (phase === 'live' && driver?.track.readyState === 'ended') void this.changeDriver(driverKind);
  }

  dismissProblem(): void {
    if (this.#view.phase === 'live') this.#set({ problem: null });
  }

  async #establish(run: number): Promise<void> {
    this.#set({ step: 'server' });
    const channel = await this.#ports.connect();
    if (run !== this.#run) {
      channel.close();
      throw new Superseded();
    }
    this.#channel = channel;
    this.#listen(channel, run);

    const { portrait, settings, driver } = this.#view;
    const opened = await channel.request('session.open', {
      version: PROTOCOL_VERSION,
      portraitId: portrait?.id ?? '',
      settings,
      resumeToken: this.#ports.store.resumeToken ?? undefined,
    });
    this.#check(run);
    this.#ports.store.resumeToken = opened.resumeToken;
    this.#set({ step: 'media', serverStats: null });

    const media = await this.#ports.openMedia(channel, opened, driver!.track, {
      onOutput: (output) => {
        if (run === this.#run && channel === this.#channel) this.#set({ output, replacing: false });
      },
      onLost: (everConnected) => {
        if (run === this.#run && channel === this.#channel) this.#mediaLost(run, everConnected);
      },
    });
    if (run !== this.#run) {
      media.close();
      throw new Superseded();
    }
    this.#media = media;
    await this.#makeItSo(channel, opened);
    this.#check(run);
    if (this.#channel !== channel) throw new SignalingError('disconnected');
  }

  /** A resumed session has its own portrait and settings; what this page shows is what counts. */
  async #makeItSo(channel: SignalingChannel, opened: ClientAnswers['session.open']): Promise<void> {
    const { portrait } = this.#view;
    if (portrait && opened.portrait.id !== portrait.id) {
      await channel.request('portrait.select', { portraitId: portrait.id });
    }
    const { settings } = this.#view;
    const keys = Object.keys(settings) as (keyof SessionSettings)[];
    if (keys.some((key) => opened.settings[key] !== settings[key])) await channel.request('settings.update', settings);
  }

  #listen(channel: SignalingChannel, run: number): void {
    const isCurrent = () => run === this.#run && channel === this.#channel;
    channel.on('stats', (serverStats) => isCurrent() && this.#set({ serverStats }));
    channel.on('clock', (mapping) => isCurrent() && this.#observer.clockMapped(mapping));
    channel.on('tracking', ({ contours }) => isCurrent() && this.#observer.faceTracked(contours));
    channel.on('stream.replaced', () => {
      if (!isCurrent()) return;
      this.#set({ replacing: true });
      this.#media?.consumeAgain().catch(() => isCurrent() && this.#lost(run));
    });
    channel.on('session.ended', (reason) => {
      if (!isCurrent()) return;
      this.#ports.store.resumeToken = null;
      this.#fail(run, 'ended', endedProblem(reason));
    });
    channel.onLost(() => {
      if (!isCurrent()) return;
      if (this.#view.phase === 'live') this.#lost(run);
      else this.#channel = null;
    });
  }

  #mediaLost(run: number, everConnected: boolean): void {
    if (everConnected || this.#reconnects > 0) this.#lost(run);
    else this.#fail(run, 'error', sessionProblem('media-blocked'));
  }

  /** Only a live session reconnects: while one is being made, the step that fails says so itself. */
  #lost(run: number): void {
    if (this.#view.phase === 'live') void this.#reconnect(run);
  }

  async #reconnect(run: number): Promise<void> {
    const lostAtMs = performance.now();
    this.#reconnects++;
    for (let attempt = 0; ; attempt++) {
      this.#closeLink();
      this.#set({ phase: 'reconnecting', attempt, serverStats: null, replacing: false });
      const delayMs = this.#ports.policy.nextDelayMs(attempt, performance.now() - lostAtMs);
      if (delayMs === null) return this.#fail(run, 'ended', sessionProblem('connection-lost'));
      await this.#wait.forMs(delayMs);
      if (run !== this.#run) return;
      try {
        if (this.#view.driver?.track.readyState !== 'live') await this.#openDriver(run, this.#view.driverKind);
        await this.#establish(run);
        this.#set({ phase: 'live', step: null, problem: null });
        return;
      } catch (error) {
        if (error instanceof Superseded || run !== this.#run) return;
        const isLasting = error instanceof ProblemError || (error instanceof SignalingError && !error.isTransient);
        const problem = explain(error);
        if (isLasting) return this.#fail(run, 'ended', problem);
        this.#set({ problem: problem.code === 'server-full' ? problem : null });
      }
    }
  }

  async #openDriver(run: number, kind: DriverKind): Promise<void> {
    const driver = await this.#ports.openDriver(kind);
    if (run !== this.#run) {
      driver.stop();
      throw new Superseded();
    }
    this.#adoptDriver(driver);
  }

  #adoptDriver(driver: Driver): void {
    if (this.#view.driver !== driver) this.#view.driver?.stop();
    this.#set({ driver, driverKind: driver.kind, problem: null });
    driver.onEnded(() => {
      if (this.#view.driver === driver && this.#view.phase === 'live')
        this.#set({ problem: cameraProblem('camera-lost') });
    });
  }

  #releaseDriver(): void {
    this.#view.driver?.stop();
    this.#set({ driver: null });
  }

  #fail(run: number, phase: 'error' | 'ended', problem: Problem): void {
    this.#closeLink();
    // While it keeps asking for a seat the camera stays open, so that the browser need not ask for it again.
    if (problem.retryAfterMs === null) this.#releaseDriver();
    this.#set({ phase, problem, step: null, attempt: 0 });
    if (problem.retryAfterMs !== null) void this.#retryAfter(run, problem.retryAfterMs);
  }

  async #retryAfter(run: number, delayMs: number): Promise<void> {
    await this.#wait.forMs(delayMs);
    if (run === this.#run) await this.retry();
  }

  /** Ends what runs and begins a new run; the driver stays. */
  #begin(): number {
    this.#run++;
    this.#reconnects = 0;
    this.#closeLink();
    this.#wait.interrupt();
    this.#set({ output: null, serverStats: null, replacing: false });
    return this.#run;
  }

  #closeLink(): void {
    if (this.#media) this.#observer.outputEnding();
    this.#media?.close();
    this.#media = null;
    this.#channel?.close();
    this.#channel = null;
    this.#observer.clockMapped(null);
    this.#observer.faceTracked(null);
  }

  #check(run: number): void {
    if (run !== this.#run) throw new Superseded();
  }

  #set(change: Partial<SessionView>): void {
    this.#view = { ...this.#view, ...change };
    this.#observer.viewChanged(this.#view);
  }
}
