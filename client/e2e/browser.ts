import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, headless, its camera played from a Motion-JPEG file (see `makeFakeCamera`). */
export async function launchChromium(options: { cameraPath?: string; extraArgs?: string[] } = {}): Promise<Browser> {
  const camera = options.cameraPath
    ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${options.cameraPath}`]
    : [];
  return chromium.launch({
    executablePath: process.env.EFFIGY_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
      '--use-fake-ui-for-media-stream',
      ...camera,
      ...(options.extraArgs ?? []),
    ],
  });
}
