import type { types } from 'mediasoup-client';

/**
 * The mediasoup-client handler for a browser that mediasoup-client does not know by name: those inside other apps, and
 * headless ones. It goes by the engine, which is what the handlers differ by; null where there is none to go by.
 */
export function handlerOfEngine(userAgent: string): types.BuiltinHandlerName | null {
  // Chrome on iOS names itself CriOS: its engine is Apple's.
  if (/Chrom(e|ium)\//.test(userAgent)) return 'Chrome111';
  if (/AppleWebKit\//.test(userAgent)) return 'Safari12';
  if (/Gecko\/\d/.test(userAgent)) return 'Firefox120';
  return null;
}
