import { EventEmitter } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';
import * as mediasoup from 'mediasoup';
import { SfuError } from './sfu-error.ts';
import { ROUTER_CODECS } from './video-codecs.ts';

/** Where one worker listens. */
export interface SfuWorkerOptions {
  /** The worker program; undefined: mediasoup's own. */
  readonly workerBin?: string;
  /** Addresses for media; with several, those that this machine no longer has are left out. */
  readonly listenIps: readonly string[];
  /** Told to browsers instead of the first listen address; empty: none. */
  readonly announcedAddress: string;
  /** UDP and TCP port. */
  readonly port: number;
}

interface SfuWorkerEvents {
  /** The process ended without being told to. */
  died: [];
}

/** One mediasoup worker process with its router and its one UDP and TCP port. */
export class SfuWorker extends EventEmitter<SfuWorkerEvents> {
  readonly router: types.Router;
  readonly webRtcServer: types.WebRtcServer;
  readonly #worker: types.Worker;
  #loadCount = 0;

  private constructor(worker: types.Worker, webRtcServer: types.WebRtcServer, router: types.Router) {
    super();
    this.#worker = worker;
    this.webRtcServer = webRtcServer;
    this.router = router;
    worker.on('died', () => this.emit('died'));
  }

  /** @throws SfuError `port-in-use`, or what the start of the process throws. */
  static async start(options: SfuWorkerOptions): Promise<SfuWorker> {
    const worker = await mediasoup.createWorker({ logLevel: 'warn', workerBin: options.workerBin });
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenInfosOf(options) });
      const router = await worker.createRouter({ mediaCodecs: ROUTER_CODECS });
      return new SfuWorker(worker, webRtcServer, router);
    } catch (error) {
      worker.close();
      throw bindError(error, options);
    }
  }

  /** Sessions that use this worker, as counted by `hold` and `release`. */
  get loadCount(): number {
    return this.#loadCount;
  }

  get closed(): boolean {
    return this.#worker.closed;
  }

  get pid(): number {
    return this.#worker.pid;
  }

  hold(): void {
    this.#loadCount++;
  }

  release(): void {
    this.#loadCount--;
  }

  /** Ends the process; idempotent. */
  close(): void {
    this.#worker.close();
  }
}

function listenInfosOf(options: SfuWorkerOptions): types.TransportListenInfo[] {
  const { listenIps, announcedAddress, port } = options;
  const present = listenIps.length > 1 ? listenIps.filter(isPresent) : listenIps;
  return (present.length > 0 ? present : listenIps).flatMap((ip, index) => {
    const announced = index === 0 && announcedAddress !== '' ? { announcedAddress } : {};
    return (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ip, port, ...announced }));
  });
}

/** A laptop that changed its network still has its loopback. */
function isPresent(ip: string): boolean {
  if (ip === '0.0.0.0' || ip === '::') return true;
  return Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === ip));
}

function bindError(error: unknown, { listenIps, port }: SfuWorkerOptions): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (/address already in use/i.test(text)) {
    return new SfuError(
      'port-in-use',
      `The media port ${port} (UDP and TCP) is taken by another program. Stop it, or choose another with --rtc-base-port.`,
      { cause: error },
    );
  }
  if (/address not available|EADDRNOTAVAIL/i.test(text)) {
    return new SfuError(
      'port-in-use',
      `This machine has none of the addresses ${listenIps.join(', ')} (--rtc-listen-ips).`,
      {
        cause: error,
      },
    );
  }
  return error;
}
