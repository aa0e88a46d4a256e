import { z } from 'zod';

/** Answer to `GET /api/config`: what the page has to know before it opens a session. */
export const pageConfigSchema = z.object({
  protocolVersion: z.number().int(),
  output: z.object({ width: z.number(), height: z.number(), maxFps: z.number() }),
  camera: z.object({ maxBitrateBps: z.number() }),
  upload: z.object({ maxBytes: z.number(), maxPixels: z.number() }),
});
export type PageConfig = z.infer<typeof pageConfigSchema>;

/** Answer to `GET /api/health`; its HTTP status is 503 while `starting`. */
export const healthSchema = z.object({
  status: z.enum(['starting', 'ready']),
  studios: z.object({ ready: z.number(), total: z.number() }),
  sfuWorkers: z.object({ alive: z.number(), total: z.number() }),
  sessions: z.object({ active: z.number(), max: z.number() }),
  gallery: z.enum(['preparing', 'ready', 'empty']),
});
export type Health = z.infer<typeof healthSchema>;
