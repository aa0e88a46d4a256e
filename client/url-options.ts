import type { VideoCodec } from './session/codec-choice.ts';

/** What the page's address asks for. */
export interface UrlOptions {
  /** Starts with the camera, without a click (kiosks, tests). */
  autostart: boolean;
  portraitId: string | null;
  /** Overrides the choice of the codec that the camera is sent in. */
  codec: VideoCodec | null;
  /** Plays the demo clip as the driver where `autostart` would open the camera. */
  demo: boolean;
}

/** Reads `?autostart&portrait=<id>&codec=h264|vp8&demo`; what is malformed counts as absent. */
export function parseUrlOptions(search: string): UrlOptions {
  const parameters = new URLSearchParams(search);
  const portrait = parameters.get('portrait') ?? '';
  const codec = (parameters.get('codec') ?? '').toUpperCase();
  return {
    autostart: isOn(parameters, 'autostart'),
    portraitId: /^[a-z0-9-]{1,64}$/.test(portrait) ? portrait : null,
    codec: codec === 'VP8' || codec === 'H264' ? codec : null,
    demo: isOn(parameters, 'demo'),
  };
}

function isOn(parameters: URLSearchParams, name: string): boolean {
  const value = parameters.get(name);
  return value !== null && value !== '0' && value !== 'false';
}
