import type { FastifyRequest } from 'fastify';

/** The page is made of its own files alone; pictures and videos may also be blobs of its own making. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': 'camera=(self), fullscreen=(self), microphone=(), geolocation=(), display-capture=()',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Isolation gives the page finer clocks; on addresses that are not secure, browsers only complain about these. */
const WHERE_SECURE = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** The headers of every answer. */
export function securityHeadersFor(request: Pick<FastifyRequest, 'protocol' | 'hostname'>): Record<string, string> {
  const isSecure = request.protocol === 'https' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(request.hostname);
  return isSecure ? { ...ALWAYS, ...WHERE_SECURE } : ALWAYS;
}
