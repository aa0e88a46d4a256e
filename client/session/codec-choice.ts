/** Codecs that Effigy speaks with a browser. */
export type VideoCodec = 'VP8' | 'H264';

/**
 * The codec to send the camera in. Browsers list their codecs by preference: those that have H264 in hardware and VP8
 * only in software (Safari, everything on iOS) name H264 first.
 *
 * @param mimeTypes of `RTCRtpSender.getCapabilities('video')`, in the browser's order; empty where it does not tell
 * @param override from the page's address
 */
export function chooseCodec(mimeTypes: readonly string[], override: VideoCodec | null): VideoCodec {
  if (override) return override;
  for (const mimeType of mimeTypes) {
    if (/^video\/vp8$/i.test(mimeType)) return 'VP8';
    if (/^video\/h264$/i.test(mimeType)) return 'H264';
  }
  return 'VP8';
}

/** The browser's video codecs in its own order, empty where it does not tell. */
export function browserVideoCodecs(): string[] {
  if (typeof RTCRtpSender === 'undefined' || !RTCRtpSender.getCapabilities) return [];
  return RTCRtpSender.getCapabilities('video')?.codecs.map((codec) => codec.mimeType) ?? [];
}
