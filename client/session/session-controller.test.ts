import { describe, expect, it, vi } from 'vitest';
import type { PortraitInfo } from '../../shared/portraits.ts';
import type { ClientAnswers, ClientEventName, ServerToClientEvents } from '../../shared/protocol.ts';
import { DEFAULT_SETTINGS, type SessionSettings } from '../../shared/settings.ts';
import type { Driver, DriverKind } from '../camera/driver.ts';
import { cameraProblem } from '../words/camera-problems.ts';
import { ProblemError } from '../words/problem.ts';
import type { MediaLinkEvents } from './media-link.ts';
import { SessionController, type SessionPorts } from './session-controller.ts';
import type { SessionView } from './session-view.ts';
import type { SignalingChannel } from './signaling-channel.ts';
import { SignalingError, type SignalingErrorCode } from './signaling-error.ts';

const portrait = (id: string): PortraitInfo => ({
  id,
  title: id,
  alt: id,
  source: 'gallery',
  imageUrl: `/${id}`,
  contours: [],
});

/** A house at the channel's interface: it answers as the protocol says, and does what a test tells it to. */
class FakeHouse {
  readonly requests: { name: ClientEventName; payload: unknown }[] = [];
  readonly drivers: (Driver & { stopped: boolean; end(): void })[] = [];
  readonly closedMedia: number[] = [];
  connections = 0;
  consumes = 0;
  settings: SessionSettings = DEFAULT_SETTINGS;
  refuse: Partial<Record<ClientEventName, SignalingErrorCode>> = {};
  unreachable = false;
  maxAttempts = Number.POSITIVE_INFINITY;
  driverError: Error | null = null;
  calibrated: ClientAnswers['calibrate'] = { ok: true };
  mediaEvents: MediaLinkEvents | null = null;
  replacedTracks: MediaStreamTrack[] = [];
  #handlers = new Map<string, (...args: never[]) => void>();
  #onLost: (() => void) | null = null;

  emit<E extends keyof ServerToClientEvents>(event: E, ...args: Parameters<ServerToClientEvents[E]>): void {
    this.#handlers.get(event)?.(...(args as never[]));
  }

  dropConnection(): void {
    const onLost = this.#onLost;
    this.#onLost = null;
    onLost?.();
  }

  requestsOf(name: ClientEventName): unknown[] {
    return this.requests.filter((request) => request.name === name).map((request) => request.payload);
  }

  ports(store: SessionPorts['store']): SessionPorts {
    return {
      store,
      policy: { nextDelayMs: (attempt) => (attempt < this.maxAttempts ? 0 : null) },
      openDriver: async (kind) => this.#openDriver(kind),
      connect: async () => this.#connect(),
      openMedia: async (_channel, _opened, _track, events) => {
        const index = this.connections;
        this.mediaEvents = events;
        this.consumes++;
        events.onOutput({ id: `stream-${this.consumes}` } as MediaStream);
        return {
          replaceTrack: async (track) => void this.replacedTracks.push(track),
          consumeAgain: async () => {
            this.consumes++;
            events.onOutput({ id: `stream-${this.consumes}` } as MediaStream);
          },
          close: () => void this.closedMedia.push(index),
        };
      },
    };
  }

  #openDriver(kind: DriverKind): Driver {
    if (this.driverError) throw this.driverError;
    let onEnded = () => {};
    const track = { readyState: 'live' } as { readyState: string };
    const driver = {
      kind,
      stream: {} as MediaStream,
      track: track as MediaStreamTrack,
      deviceId: null,
      stopped: false,
      onEnded: (handler: () => void) => {
        onEnded = handler;
      },
      stop() {
        driver.stopped = true;
        track.readyState = 'ended';
      },
      end() {
        track.readyState = 'ended';
        onEnded();
      },
    };
    this.drivers.push(driver);
    return driver;
  }

  #connect(): SignalingChannel {
    this.connections++;
    if (this.unreachable) throw new SignalingError('unreachable');
    return {
      request: (async (name: ClientEventName, payload: { portraitId?: string; settings?: SessionSettings }) => {
        this.requests.push({ name, payload });
        const code = this.refuse[name];
        if (code) throw new SignalingError(code);
        if (name === 'session.open') {
          return {
            resumeToken: 'token',
            resumed: false,
            settings: this.settings,
            portrait: portrait(payload.portraitId!),
            routerRtpCapabilities: {},
            iceServers: [],
            output: { width: 512, height: 512, maxFps: 30 },
            studio: { pack: 'mesh', executionProvider: 'cpu' },
          };
        }
        if (name === 'settings.update') {
          this.settings = { ...this.settings, ...payload };
          return { settings: this.settings };
        }
        return name === 'calibrate' ? this.calibrated : {};
      }) as SignalingChannel['request'],
      on: (event, handler) => void this.#handlers.set(event, handler as never),
      onLost: (handler) => {
        this.#onLost = handler;
      },
      close: () => {
        this.#onLost = null;
      },
    };
  }
}

function stageWith(house = new FakeHouse()) {
  const store: SessionPorts['store'] = { settings: { ...DEFAULT_SETTINGS }, resumeToken: null };
  const views: SessionView[] = [];
  const observer = {
    viewChanged: (view: SessionView) => void views.push(view),
    outputEnding: vi.fn(),
    clockMapped: vi.fn(),
    faceTracked: vi.fn(),
  };
  const controller = new SessionController(house.ports(store), observer);
  const phases = () => views.map((view) => view.phase).filter((phase, k, all) => phase !== all[k - 1]);
  return { house, store, views, observer, controller, phases };
}

const settle = async () => {
  for (let k = 0; k < 20; k++) await new Promise((done) => setTimeout(done, 0));
};

describe('starting a session', () => {
  it('goes from the gallery over the camera and the server to live', async () => {
    const { controller, views, phases, store } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    expect(phases()).toEqual(['gallery', 'starting', 'live']);
    const steps = views.filter((view) => view.phase === 'starting').map((view) => view.step);
    expect(steps.filter((step, k) => step !== steps[k - 1])).toEqual(['driver', 'server', 'media']);
    expect(controller.view.output).not.toBeNull();
    expect(store.resumeToken).toBe('token');
  });

  it('says what is wrong with the camera, and connects to nothing', async () => {
    const { controller, house } = stageWith();
    house.driverError = new ProblemError(cameraProblem('camera-missing'));
    await controller.start(portrait('sailor'), 'camera');
    expect(controller.view).toMatchObject({ phase: 'error', problem: { code: 'camera-missing' } });
    expect(house.connections).toBe(0);
  });

  it('switches the camera off when the server refuses', async () => {
    const { controller, house } = stageWith();
    house.refuse['session.open'] = 'version-mismatch';
    await controller.start(portrait('sailor'), 'camera');
    expect(controller.view).toMatchObject({ phase: 'error', driver: null, problem: { code: 'page-outdated' } });
    expect(house.drivers[0].stopped).toBe(true);
  });

  it('drops what arrives after a stop', async () => {
    const { controller, house } = stageWith();
    const starting = controller.start(portrait('sailor'), 'camera');
    controller.stop();
    await starting;
    await settle();
    expect(controller.view).toMatchObject({ phase: 'gallery', driver: null, output: null });
    expect(house.drivers.every((driver) => driver.stopped)).toBe(true);
  });

  it('keeps asking for a seat by itself when the server is full, with the camera kept open', async () => {
    const { controller, house } = stageWith();
    house.refuse['session.open'] = 'server-full';
    await controller.start(portrait('sailor'), 'camera');
    expect(controller.view).toMatchObject({ phase: 'error', problem: { code: 'server-full' } });
    house.refuse = {};
    controller.wake();
    await settle();
    expect(controller.view.phase).toBe('live');
    expect(house.drivers).toHaveLength(1);
  });

  it('tells a media path that never opened from one that broke', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.mediaEvents!.onLost(false);
    expect(controller.view).toMatchObject({ phase: 'error', problem: { code: 'media-blocked' } });
  });
});

describe('a live session', () => {
  it('sends changed settings and keeps them', async () => {
    const { controller, house, store } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    controller.updateSettings({ smoothing: 0.7 });
    expect(controller.view.settings.smoothing).toBe(0.7);
    expect(house.requestsOf('settings.update')).toEqual([{ smoothing: 0.7 }]);
    expect(store.settings.smoothing).toBe(0.7);
  });

  it('opens with settings that were changed before', async () => {
    const { controller, house } = stageWith();
    controller.updateSettings({ mirror: false });
    house.settings = { ...DEFAULT_SETTINGS, mirror: false };
    await controller.start(portrait('sailor'), 'camera');
    expect(house.requestsOf('session.open')).toMatchObject([{ settings: { mirror: false } }]);
    expect(house.requestsOf('settings.update')).toEqual([]);
  });

  it('changes the portrait, and changes back when the server refuses', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    await controller.selectPortrait(portrait('widow'));
    expect(controller.view.portrait?.id).toBe('widow');
    house.refuse['portrait.select'] = 'no-such-portrait';
    await controller.selectPortrait(portrait('gone'));
    expect(controller.view).toMatchObject({
      phase: 'live',
      portrait: { id: 'widow' },
      problem: { code: 'no-such-portrait' },
    });
  });

  it('tells how a calibration went', async () => {
    const { controller, house } = stageWith();
    expect(await controller.calibrate()).toBe('failed');
    await controller.start(portrait('sailor'), 'camera');
    expect(await controller.calibrate()).toBe('ok');
    house.calibrated = { ok: false, reason: 'no-face' };
    expect(await controller.calibrate()).toBe('no-face');
    house.refuse.calibrate = 'timeout';
    expect(await controller.calibrate()).toBe('failed');
  });

  it('goes on with another driver, and stops the old one', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    await controller.changeDriver('demo');
    expect(controller.view).toMatchObject({ phase: 'live', driverKind: 'demo' });
    expect(house.replacedTracks).toEqual([house.drivers[1].track]);
    expect(house.drivers[0].stopped).toBe(true);
  });

  it('says that the camera was lost, and takes it again when asked to', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.drivers[0].end();
    expect(controller.view).toMatchObject({ phase: 'live', problem: { code: 'camera-lost' } });
    await controller.retry();
    expect(controller.view).toMatchObject({ phase: 'live', problem: null });
    expect(house.drivers).toHaveLength(2);
  });

  it('receives the new stream when a studio was replaced', async () => {
    const { controller, house, views } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    const before = controller.view.output;
    house.emit('stream.replaced');
    await settle();
    expect(views.some((view) => view.replacing)).toBe(true);
    expect(controller.view).toMatchObject({ phase: 'live', replacing: false });
    expect(controller.view.output).not.toBe(before);
  });

  it('passes clock, statistics and tracking on', async () => {
    const { controller, house, observer } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.emit('clock', { ntpMs: 1, rtpTimestamp: 2 });
    house.emit('tracking', { contours: null });
    const stats = {
      state: 'live',
      fps: 30,
      serverMs: 20,
      droppedFrames: 0,
      studio: { pack: 'mesh', executionProvider: 'cpu' },
    } as const;
    house.emit('stats', stats);
    expect(observer.clockMapped).toHaveBeenLastCalledWith({ ntpMs: 1, rtpTimestamp: 2 });
    expect(observer.faceTracked).toHaveBeenLastCalledWith(null);
    expect(controller.view.serverStats).toEqual(stats);
  });

  it('ends with the words of the server, the camera off', async () => {
    const { controller, house, store } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.emit('session.ended', { code: 'internal', message: 'The server is being restarted.' });
    expect(controller.view).toMatchObject({
      phase: 'ended',
      driver: null,
      problem: { advice: 'The server is being restarted.' },
    });
    expect(store.resumeToken).toBeNull();
  });

  it('closes the session when it is stopped', async () => {
    const { controller, house, store } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    controller.stop();
    expect(house.requestsOf('session.close')).toHaveLength(1);
    expect(house.drivers[0].stopped).toBe(true);
    expect(house.closedMedia).toHaveLength(1);
    expect(store.resumeToken).toBeNull();
    expect(controller.view).toMatchObject({ phase: 'gallery', output: null });
  });
});

describe('a lost connection', () => {
  it('comes back by itself, with portrait, settings, camera and the token to resume with', async () => {
    const { controller, house, phases } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    await controller.selectPortrait(portrait('widow'));
    controller.updateSettings({ mode: 'absolute' });
    await settle();
    house.dropConnection();
    await settle();
    expect(phases()).toEqual(['gallery', 'starting', 'live', 'reconnecting', 'live']);
    expect(house.requestsOf('session.open')[1]).toMatchObject({
      portraitId: 'widow',
      settings: { mode: 'absolute' },
      resumeToken: 'token',
    });
    expect(house.drivers).toHaveLength(1);
    expect(house.drivers[0].stopped).toBe(false);
  });

  it('keeps trying while the server is away or full', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.unreachable = true;
    house.dropConnection();
    await settle();
    expect(controller.view.phase).toBe('reconnecting');
    expect(controller.view.attempt).toBeGreaterThan(1);
    house.unreachable = false;
    await settle();
    expect(controller.view).toMatchObject({ phase: 'live', problem: null });
  });

  it('is over when the policy gives up', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.unreachable = true;
    house.maxAttempts = 3;
    house.dropConnection();
    await settle();
    expect(controller.view.phase).toBe('ended');
    expect(controller.view).toMatchObject({ driver: null, problem: { code: 'connection-lost' } });
    house.unreachable = false;
    await controller.retry();
    expect(controller.view.phase).toBe('live');
  });

  it('is over when the server says that trying again is no use', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.refuse['session.open'] = 'no-such-portrait';
    house.dropConnection();
    await settle();
    expect(controller.view).toMatchObject({ phase: 'ended', problem: { code: 'no-such-portrait' } });
  });

  it('forgets the clock of the stream that broke', async () => {
    const { controller, house, observer } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.emit('clock', { ntpMs: 1, rtpTimestamp: 2 });
    house.dropConnection();
    expect(observer.clockMapped).toHaveBeenLastCalledWith(null);
  });

  it('has the last frame kept before the stream ends', async () => {
    const { controller, house, observer } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    expect(observer.outputEnding).not.toHaveBeenCalled();
    observer.outputEnding.mockImplementation(() => expect(house.closedMedia).toEqual([]));
    house.dropConnection();
    expect(observer.outputEnding).toHaveBeenCalledTimes(1);
    expect(house.closedMedia).toHaveLength(1);
  });

  it('is the same when only the media path breaks', async () => {
    const { controller, house, phases } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.mediaEvents!.onLost(true);
    await settle();
    expect(phases().slice(-3)).toEqual(['live', 'reconnecting', 'live']);
  });

  it('does not come back after a stop', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.dropConnection();
    controller.stop();
    await settle();
    expect(controller.view).toMatchObject({ phase: 'gallery', driver: null });
    expect(house.requestsOf('session.open')).toHaveLength(1);
  });

  it('brings the settings of this page to a session that resumed with others', async () => {
    const { controller, house } = stageWith();
    await controller.start(portrait('sailor'), 'camera');
    house.dropConnection();
    controller.updateSettings({ mirror: false });
    await settle();
    expect(house.settings.mirror).toBe(false);
  });
});
