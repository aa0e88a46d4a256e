import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Darkroom } from '../../portraits/darkroom.ts';
import type { DevelopOptions } from '../../portraits/develop-portrait.ts';
import type { Gallery } from '../../portraits/gallery.ts';
import { PictureError } from '../../portraits/picture-error.ts';
import type { PortraitLibrary } from '../../portraits/portrait-library.ts';
import type { UploadStore } from '../../portraits/upload-store.ts';
import { KeyedLimiter } from '../rate-limiter.ts';
import { isAllowedOrigin } from '../same-origin.ts';
import { refuse } from './http-error.ts';
import { UploadSlots } from './upload-slots.ts';

export interface PortraitRoutesOptions {
  readonly gallery: Gallery;
  readonly uploads: UploadStore;
  readonly library: PortraitLibrary;
  readonly darkroom: Darkroom;
  readonly develop: DevelopOptions;
  readonly uploadsPerMinute: number;
  /** Uploads whose bytes may be on their way at a time. */
  readonly maxConcurrentUploads: number;
  readonly allowedOrigins: readonly string[];
}

const portraitParams = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });
const uploadParams = z.object({
  uploadId: z.string().regex(/^[0-9a-f]{32}$/),
  index: z.coerce.number().int().min(0).max(99),
});

/** `/api/portraits`: the gallery, stills, and a visitor's own picture. */
export function registerPortraitRoutes(app: FastifyInstance, options: PortraitRoutesOptions): void {
  const { gallery, uploads, library } = options;

  app.get('/api/portraits', async (_, reply) => {
    reply.header('cache-control', 'no-cache');
    return { portraits: await gallery.list(), state: gallery.state };
  });

  app.get('/api/portraits/:id/still.jpg', async (request, reply) => {
    const params = portraitParams.safeParse(request.params);
    const portrait = params.success ? await library.find(params.data.id) : null;
    if (portrait === null) return notFound(reply);
    const caching = portrait.info.source === 'gallery' ? 'public, max-age=300' : 'private, no-store';
    return sendJpeg(reply, portrait.jpeg, caching);
  });

  app.get('/api/portraits/:id/preview.jpg', async (request, reply) => {
    const params = portraitParams.safeParse(request.params);
    const preview = params.success ? uploads.preview(params.data.id) : null;
    return preview === null ? notFound(reply) : sendJpeg(reply, preview, 'private, no-store');
  });

  app.post('/api/portraits/:uploadId/faces/:index', async (request, reply) => {
    const params = uploadParams.safeParse(request.params);
    if (!params.success) return notFound(reply);
    const { uploadId, index } = params.data;
    const portrait = uploads.portrait(`${uploadId}-${index}`);
    if (portrait === null) {
      return refuse(reply, 'expired', 'The uploaded picture is not here any more. Upload it again.');
    }
    return reply.header('cache-control', 'no-store').send({ portrait: portrait.info });
  });

  // Only an upload's owner knows its id; the gallery's cannot be forgotten. What is gone already is as wished.
  app.delete('/api/portraits/:id', async (request, reply) => {
    const params = portraitParams.safeParse(request.params);
    if (params.success) uploads.forget(params.data.id);
    return reply.status(204).send();
  });

  app.register(async (scope) => registerUpload(scope, options));
}

/** `POST /api/portraits` takes bytes, whatever type they say they have. */
function registerUpload(scope: FastifyInstance, options: PortraitRoutesOptions): void {
  const { darkroom, uploads, develop, uploadsPerMinute } = options;
  const limiter = new KeyedLimiter(uploadsPerMinute / 60, Math.max(3, Math.ceil(uploadsPerMinute / 2)));
  const slots = new UploadSlots(options.maxConcurrentUploads);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: develop.maxBytes }, (_, body, done) =>
    done(null, body),
  );

  scope.addHook('onRequest', async (request, reply) => {
    if (!isAllowedOrigin(request.headers, options.allowedOrigins)) {
      return refuse(reply, 'bad-request', 'Pictures are taken from this server’s own page only.');
    }
    if (!limiter.take(request.ip)) {
      return refuse(reply, 'rate-limited', 'That were many pictures in a short time. Please wait a minute.');
    }
    const { ip } = request;
    if (!slots.take(ip)) {
      return refuse(reply, 'busy', 'Many pictures are being prepared right now. Please try again in a moment.');
    }
    reply.raw.once('close', () => slots.release(ip));
  });

  scope.post('/api/portraits', async (request, reply) => {
    const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array(0);
    try {
      const answer = uploads.add(await darkroom.develop(bytes, develop));
      return reply.header('cache-control', 'no-store').send(answer);
    } catch (error) {
      if (error instanceof PictureError) return refuse(reply, error.code, error.message);
      throw error;
    }
  });
}

function sendJpeg(reply: FastifyReply, jpeg: Uint8Array, caching: string): FastifyReply {
  return reply
    .header('cache-control', caching)
    .type('image/jpeg')
    .send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
}

function notFound(reply: FastifyReply): FastifyReply {
  return refuse(reply, 'not-found', 'There is no such picture (any more).');
}
