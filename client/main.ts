import './zod-without-eval.ts';
import { App } from './app.ts';
import { openCamera } from './camera/camera.ts';
import { openDemoClip } from './camera/demo-clip.ts';
import type { StageStats } from './measure/stats.ts';
import { browserVideoCodecs, chooseCodec } from './session/codec-choice.ts';
import { BackoffPolicy } from './session/reconnect-policy.ts';
import { createSessionStore } from './session/session-store.ts';
import { connectSignaling } from './session/signaling-channel.ts';
import { parseUrlOptions } from './url-options.ts';

declare global {
  interface Window {
    /** For tests, kiosks and the curious. */
    effigy: { stats(): Promise<StageStats> };
  }
}

const options = parseUrlOptions(location.search);
const [lasting, ofThisTab] = [storageOf('localStorage'), storageOf('sessionStorage')];

/** The media code comes with the first start, while the browser asks for the camera: the gallery does without it. */
const loadMedia = () => import('./session/media-session.ts');

const app = new App(
  {
    openDriver: (kind, deviceId) => {
      // What fails here fails again, and is said, where it is awaited.
      loadMedia().catch(() => {});
      return kind === 'demo' ? openDemoClip() : openCamera(deviceId);
    },
    connect: connectSignaling,
    openMedia: async (channel, opened, track, events) => {
      const { MediaSession } = await loadMedia();
      return MediaSession.open(channel, opened, track, chooseCodec(browserVideoCodecs(), options.codec), events);
    },
    store: createSessionStore(lasting, ofThisTab),
    policy: new BackoffPolicy(),
  },
  options,
  ofThisTab,
);
window.effigy = { stats: async () => app.stats() };
void app.open();

/** Null where the browser forbids it: even to look at it throws then. */
function storageOf(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}
