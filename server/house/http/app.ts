import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Log } from '../log.ts';
import { refuse } from './http-error.ts';
import { securityHeadersFor } from './security-headers.ts';

/** The HTTP application without its routes: headers of every answer, and how faults are worded. */
export function createApp(options: { trustProxy: boolean }, log: Log): FastifyInstance {
  const app = Fastify({ trustProxy: options.trustProxy, bodyLimit: 1024, exposeHeadRoutes: true });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeadersFor(request));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return refuse(reply, 'too-large', 'The file is too large. Choose a smaller one.');
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return refuse(reply, 'bad-request', 'This request is not understood.');
    }
    log.error({ err: error, url: request.url }, 'a request failed');
    return refuse(reply, 'internal', 'Something went wrong on the server. Please try again.');
  });
  return app;
}
