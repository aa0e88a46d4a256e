import type { FastifyReply } from 'fastify';
import type { HttpErrorBody } from '../../../shared/portraits.ts';

export type HttpErrorCode = HttpErrorBody['error']['code'];

const STATUS_OF: Record<HttpErrorCode, number> = {
  'no-face': 422,
  'not-an-image': 422,
  'unsupported-type': 415,
  'too-large': 413,
  'too-many-pixels': 413,
  'too-small': 422,
  animated: 422,
  busy: 503,
  expired: 410,
  'not-found': 404,
  'bad-request': 400,
  'rate-limited': 429,
  internal: 500,
};

/** Answers with a refusal: its status, its code and its sentence. */
export function refuse(reply: FastifyReply, code: HttpErrorCode, message: string): FastifyReply {
  const body: HttpErrorBody = { error: { code, message } };
  return reply.status(STATUS_OF[code]).header('cache-control', 'no-store').send(body);
}
