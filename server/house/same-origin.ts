import type { IncomingMessage } from 'node:http';

/**
 * Whether a request may come from the page it says it comes from: our own, one that is allowed, or no page at all
 * (programs send no Origin). Keeps other people's pages from using a visitor's address and seat.
 */
export function isAllowedOrigin(
  headers: Pick<IncomingMessage['headers'], 'origin' | 'host'>,
  allowedOrigins: readonly string[],
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === host?.toLowerCase();
}
