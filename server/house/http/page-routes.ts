import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { refuse } from './http-error.ts';

/** Vite names these after their contents: they never change. */
const HASHED = `${sep}assets${sep}`;

/** The built page. `index.html` is asked for anew each time, so that an update reaches everybody at once. */
export function registerPageRoutes(app: FastifyInstance, clientDir: string): void {
  if (!existsSync(join(clientDir, 'index.html'))) {
    app.get('/', (_, reply) =>
      reply
        .status(503)
        .type('text/plain; charset=utf-8')
        .send('The page is not built yet. Start the server with: npm start\n'),
    );
  }
  if (existsSync(clientDir)) {
    app.register(fastifyStatic, {
      root: clientDir,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.includes(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((_, reply) => refuse(reply, 'not-found', 'There is nothing at this address.'));
}
