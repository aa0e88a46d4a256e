import type { RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { Darkroom } from '../portraits/darkroom.ts';
import { DEFAULT_PICTURE_LIMITS } from '../portraits/decode-picture.ts';
import type { DevelopOptions } from '../portraits/develop-portrait.ts';
import { Gallery } from '../portraits/gallery.ts';
import { LayerCutter } from '../portraits/layer-cutter.ts';
import { PortraitLibrary } from '../portraits/portrait-library.ts';
import { UploadStore } from '../portraits/upload-store.ts';
import { SfuPool } from '../sfu/sfu-pool.ts';
import { createApp } from './http/app.ts';
import { identityFromFiles, selfSignedIdentity } from './http/certificate.ts';
import { listen, type TlsIdentity } from './http/listeners.ts';
import { registerMetricsRoute } from './http/metrics-routes.ts';
import { registerPageRoutes } from './http/page-routes.ts';
import { registerPortraitRoutes } from './http/portrait-routes.ts';
import { registerStatusRoutes } from './http/status-routes.ts';
import type { Log } from './log.ts';
import { SessionRegistry, type SessionRegistryOptions } from './sessions/session-registry.ts';
import { Signalling } from './signalling/signalling.ts';
import { childEnvironment } from './studios/child-environment.ts';
import { StudioPool, type StudioPoolOptions } from './studios/studio-pool.ts';

/** What the surroundings of a house provide. */
export interface HouseSurroundings {
  readonly log: Log;
  /** Addresses that a certificate made here must be good for. */
  readonly lanAddresses: readonly string[];
  /** The program that studios run; tests put another in its place. */
  readonly studioModulePath?: string;
  /** Who cuts portraits into layers, if not the darkroom; tests that look at no picture spare themselves the seconds. */
  readonly cutter?: Pick<Darkroom, 'cut'>;
  /** Told once where studios cannot animate as the settings say: the house is of no use then. */
  readonly onRefused?: (reason: string) => void;
}

const STUDIO_MODULE_PATH = fileURLToPath(new URL('../studio/main.ts', import.meta.url));
const SWEEP_INTERVAL_MS = 60_000;

/** The main process: it owns everything, and no pixel of a video and no RTP packet passes through it. */
export class House {
  readonly #config: Config;
  readonly #surroundings: HouseSurroundings;
  /** What to undo, in the order of starting. */
  readonly #closers: (() => unknown)[] = [];
  #studios: StudioPool | null = null;
  #closing: Promise<void> | null = null;

  private constructor(config: Config, surroundings: HouseSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
  }

  /**
   * Starts everything; studios and gallery become ready in the background (see `/api/health`).
   * @throws ListenError, CertificateError, SfuError; nothing is left running then
   */
  static async start(config: Config, surroundings: HouseSurroundings): Promise<House> {
    const house = new House(config, surroundings);
    try {
      await house.#start();
      return house;
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  /** Process ids of the studios alive. */
  get studioPids(): number[] {
    return this.#studios?.pids ?? [];
  }

  /** Ends every session, connection and child; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        this.#surroundings.log.error({ err: error }, 'something could not be closed');
      }
    }
  }

  async #start(): Promise<void> {
    const config = this.#config;
    const { log } = this.#surroundings;

    // Listening comes first: a port that is taken is known before anything else is started.
    let handle: RequestListener = (_, response) => response.writeHead(503, { 'retry-after': '1' }).end('Starting…');
    const servers = await listen(config.host, config.port, await this.#identity(), (request, response) =>
      handle(request, response),
    );
    this.#closers.push(() => closeServers(servers));

    const sfu = await SfuPool.start(
      {
        workerBin: config.mediasoupWorker || undefined,
        listenIps: config.rtcListenIps,
        announcedAddress: config.rtcAnnouncedAddress,
        basePort: config.rtcBasePort,
        workerCount: config.sfuWorkers,
      },
      log,
    );
    this.#closers.push(() => sfu.close());

    const studios = new StudioPool(this.#studioOptions(), log);
    this.#studios = studios;
    this.#closers.push(() => studios.close());

    const { gallery, uploads, library, darkroom, develop } = await this.#openPortraits();
    const sessions = new SessionRegistry({ sfu, studios, portraits: library, log, options: registryOptions(config) });

    const app = createApp(config, log);
    registerStatusRoutes(app, config, { sfu, studios, gallery, sessions });
    registerMetricsRoute(app, config, { sfu, studios, sessions });
    registerPortraitRoutes(app, {
      gallery,
      uploads,
      library,
      darkroom,
      develop,
      uploadsPerMinute: config.uploadsPerMinute,
      maxConcurrentUploads: config.darkroomQueueMax + 2,
      allowedOrigins: config.allowedOrigins,
    });
    registerPageRoutes(app, config.clientDir);
    await app.ready();
    handle = (request, response) => app.routing(request, response);
    this.#closers.push(() => app.close());

    const signalling = new Signalling(servers, { ...config, sessions, portraits: library, log }, config);
    this.#closers.push(() => {
      signalling.close();
      sessions.close();
    });
  }

  async #openPortraits() {
    const config = this.#config;
    const { log, cutter } = this.#surroundings;
    const darkroom = new Darkroom(
      {
        timeoutMs: config.darkroomTimeoutMs,
        queueMax: config.darkroomQueueMax,
        env: childEnvironment(config),
      },
      log,
    );
    this.#closers.push(() => darkroom.close());
    const develop: DevelopOptions = {
      maxBytes: config.uploadMaxBytes,
      maxPixels: config.uploadMaxPixels,
      workingSidePx: DEFAULT_PICTURE_LIMITS.workingSidePx,
      minFacePx: config.uploadMinFacePx,
      crop: 'auto',
    };
    const gallery = await Gallery.open(config.galleryDir, darkroom, develop, log);
    const uploads = new UploadStore({ ttlMs: config.uploadTtlMs, maxBytes: config.uploadStoreMaxBytes });
    const sweeping = setInterval(() => uploads.sweep(), SWEEP_INTERVAL_MS);
    this.#closers.push(() => clearInterval(sweeping));
    const library = new PortraitLibrary(gallery, uploads, new LayerCutter(cutter ?? darkroom, log));
    void library.cutGallery();
    return { gallery, uploads, library, darkroom, develop };
  }

  async #identity(): Promise<TlsIdentity | null> {
    const { cert, key, lan, cache } = this.#config;
    if (cert !== '') return identityFromFiles(cert, key);
    return lan ? selfSignedIdentity(join(cache, 'certificate'), this.#surroundings.lanAddresses) : null;
  }

  #studioOptions(): StudioPoolOptions {
    const config = this.#config;
    return {
      modulePath: this.#surroundings.studioModulePath ?? STUDIO_MODULE_PATH,
      env: childEnvironment(config),
      studioCount: config.studios,
      startTimeoutMs: config.studioStartTimeoutMs,
      waitTimeoutMs: config.studioWaitTimeoutMs,
      answerTimeoutMs: config.studioAnswerTimeoutMs,
      silenceTimeoutMs: config.studioSilenceTimeoutMs,
      restartMinMs: config.studioRestartMinMs,
      restartMaxMs: config.studioRestartMaxMs,
      onRefused: this.#surroundings.onRefused,
    };
  }
}

function registryOptions(config: Config): SessionRegistryOptions {
  return {
    maxSessions: config.maxSessions,
    resumeWindowMs: config.resumeWindowMs,
    seatHoldMs: config.seatHoldMs,
    session: config,
    media: {
      cameraMaxBitrateBps: config.cameraMaxBitrateBps,
      iceConsentTimeoutS: config.iceConsentTimeoutS,
      output: {
        minBps: config.outputMinBitrateBps,
        startBps: config.outputStartBitrateBps,
        maxBps: config.outputMaxBitrateBps,
      },
    },
  };
}

async function closeServers(servers: readonly Server[]): Promise<void> {
  const closed = servers.map((server) => new Promise((done) => server.close(done)));
  for (const server of servers) server.closeAllConnections();
  await Promise.all(closed);
}
