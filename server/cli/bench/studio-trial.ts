import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import { StudioProcess } from '../../house/studios/studio-process.ts';
import type { PreparedPortrait } from '../../studio/studio-protocol.ts';
import { CommandError } from '../command-error.ts';
import { BenchCamera } from './bench-camera.ts';
import { CAMERA_FPS, type CameraFrames, FRAME_MS } from './camera-frames.ts';

const STUDIO_MODULE = fileURLToPath(new URL('../../studio/main.ts', import.meta.url));
const TIMEOUTS = { startTimeoutMs: 60_000, answerTimeoutMs: 20_000, silenceTimeoutMs: 20_000 };
/** Sessions find their faces and the compiler its pace; a short trial does not wait for it. */
const WARM_UP_MS = 3000;
/** What is still under way at the end of a trial. */
const SETTLE_MS = 300;
const CLOSE_GRACE_MS = 1000;

/** What a number of sessions at once came to. */
export interface TrialResult {
  /** Frames that came back per second, of the slowest session. */
  readonly slowestFps: number;
  /** Of all frames of all sessions: last packet in to last packet out, over the loopback. */
  readonly latenciesMs: readonly number[];
}

/** Real studio processes, as the house starts them, with cameras that send in real time. */
export class StudioTrials {
  readonly #studios: readonly StudioProcess[];
  readonly #portrait: PreparedPortrait;
  readonly #camera: CameraFrames;
  #sessionCount = 0;

  private constructor(studios: readonly StudioProcess[], portrait: PreparedPortrait, camera: CameraFrames) {
    this.#studios = studios;
    this.#portrait = portrait;
    this.#camera = camera;
  }

  static async start(studioCount: number, portrait: PreparedPortrait, camera: CameraFrames): Promise<StudioTrials> {
    const studios = await Promise.all(Array.from({ length: studioCount }, startStudio));
    return new StudioTrials(studios, portrait, camera);
  }

  /** Runs `sessionCount` sessions at 25 fps each, spread over the studios, for `trialMs`. */
  async run(sessionCount: number, trialMs: number): Promise<TrialResult> {
    const sessions = await Promise.all(Array.from({ length: sessionCount }, (_, i) => this.#open(i)));
    try {
      // Cameras are not in step with each other.
      const tickMs = FRAME_MS / sessionCount;
      await this.#send(sessions, tickMs, Math.min(WARM_UP_MS, trialMs));
      for (const { camera } of sessions) camera.resetCounts();
      const elapsedMs = await this.#send(sessions, tickMs, trialMs);
      await sleep(SETTLE_MS);
      const counts = sessions.map(({ camera }) => camera.latenciesMs.length);
      return {
        slowestFps: (Math.min(...counts) / elapsedMs) * 1000,
        latenciesMs: sessions.flatMap(({ camera }) => camera.latenciesMs),
      };
    } finally {
      for (const { close } of sessions) close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#studios.map((studio) => studio.close(CLOSE_GRACE_MS)));
  }

  /** Sends frames, one camera after the other, by the clock; the time it took. */
  async #send(sessions: readonly { camera: BenchCamera }[], tickMs: number, forMs: number): Promise<number> {
    const startMs = performance.now();
    for (let tick = 0; tick * tickMs < forMs; tick++) {
      const waitMs = startMs + tick * tickMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      sessions[tick % sessions.length].camera.sendFrame();
    }
    return performance.now() - startMs;
  }

  async #open(index: number): Promise<{ camera: BenchCamera; close: () => void }> {
    const studio = this.#studios[index % this.#studios.length];
    const camera = await BenchCamera.open(this.#camera);
    const sessionId = `bench-${++this.#sessionCount}`;
    const seat = await studio.open(
      {
        sessionId,
        portrait: this.#portrait,
        settings: DEFAULT_SETTINGS,
        maxFps: CAMERA_FPS * 2,
        reference: null,
      },
      {
        onStats: () => {},
        onTracking: () => {},
        onKeyframeNeeded: () => camera.sendKeyframeNext(),
        onReference: () => {},
        onLost: () => {},
      },
    );
    camera.connect(seat.port);
    seat.start(camera.link);
    return {
      camera,
      close: () => {
        seat.close();
        camera.close();
      },
    };
  }
}

function startStudio(): Promise<StudioProcess> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const studio = new StudioProcess(
      { modulePath: STUDIO_MODULE, env: {}, ...TIMEOUTS },
      {
        onReady: () => resolve(studio),
        onExit: (reason) => reject(new CommandError(`a studio ${reason} ${lines.join(' ')}`)),
        onOutput: (line) => lines.push(line),
      },
    );
  });
}
