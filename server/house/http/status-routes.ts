import type { FastifyInstance } from 'fastify';
import type { Health, PageConfig } from '../../../shared/page-config.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import type { Config } from '../../config/config.ts';
import type { Gallery } from '../../portraits/gallery.ts';
import { PORTRAIT_SIZE_PX } from '../../portraits/portrait-crop.ts';
import type { SfuPool } from '../../sfu/sfu-pool.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { StudioPool } from '../studios/studio-pool.ts';

export interface StatusParts {
  readonly sfu: SfuPool;
  readonly studios: StudioPool;
  readonly gallery: Gallery;
  readonly sessions: SessionRegistry;
}

/** `/api/health` for machines that watch over this one, and `/api/config` for the page. */
export function registerStatusRoutes(app: FastifyInstance, config: Config, parts: StatusParts): void {
  app.get('/api/health', async (_, reply) => {
    const health = healthOf(config, parts);
    return reply
      .status(health.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(health);
  });

  app.get('/api/config', async (_, reply) => {
    const answer: PageConfig = {
      protocolVersion: PROTOCOL_VERSION,
      output: { width: PORTRAIT_SIZE_PX, height: PORTRAIT_SIZE_PX, maxFps: config.outputMaxFps },
      camera: { maxBitrateBps: config.cameraMaxBitrateBps },
      upload: { maxBytes: config.uploadMaxBytes, maxPixels: config.uploadMaxPixels },
    };
    return reply.header('cache-control', 'no-cache').send(answer);
  });
}

function healthOf(config: Config, { sfu, studios, gallery, sessions }: StatusParts): Health {
  const starting = studios.readyCount === 0 || sfu.aliveCount === 0 || gallery.state === 'preparing';
  return {
    status: starting ? 'starting' : 'ready',
    studios: { ready: studios.readyCount, total: studios.size },
    sfuWorkers: { alive: sfu.aliveCount, total: config.sfuWorkers },
    sessions: { active: sessions.activeCount, max: config.maxSessions },
    gallery: gallery.state,
  };
}
