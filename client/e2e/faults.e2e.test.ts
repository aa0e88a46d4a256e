import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RgbaImage } from '../../server/imaging/rgba-image.ts';
import { launchChromium } from './browser.ts';
import { expectPortrait } from './expect-portrait.ts';
import { makeFakeCamera } from './fake-camera.ts';
import { fetchStill, UNLIKE_DRIVER } from './gallery-api.ts';
import { HouseProcess } from './house-process.ts';
import { likeness } from './picture-likeness.ts';
import { decodeDataUrl, sampleMoments } from './received-frames.ts';
import { openStage, stats, waitForState } from './stage-page.ts';

const CLIP = resolve(import.meta.dirname, '../public/gallery/driving-clip.mp4');

let house: HouseProcess;
let browser: Browser;
let page: Page;
let still: RgbaImage;
let camera: RgbaImage;

beforeAll(async () => {
  const cameraPath = await makeFakeCamera(CLIP);
  [house, browser] = await Promise.all([HouseProcess.start(), launchChromium({ cameraPath })]);
  ({ page } = await openStage(browser, `${house.url}/?autostart&portrait=${UNLIKE_DRIVER}`));
  await waitForState(page, 'live');
  const { portrait } = await stats(page);
  still = await fetchStill(house.url, portrait);
  ({ camera } = (await sampleMoments(page, 500, 4))[0]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

/** What a viewer sees on the stage, fades and overlays of the page included. */
async function shownOnStage(): Promise<RgbaImage> {
  const png = await page.getByTestId('output-video').screenshot({ type: 'png' });
  return decodeDataUrl(`data:image/png;base64,${png.toString('base64')}`);
}

/** Watches the stage while `fault` happens and for `durationMs` after: it must show the portrait all the time. */
async function expectPortraitThroughout(fault: () => void, durationMs: number): Promise<void> {
  const pictures: RgbaImage[] = [];
  fault();
  const end = Date.now() + durationMs;
  while (Date.now() < end) pictures.push(await shownOnStage());
  expect(pictures.length).toBeGreaterThan(5);
  for (const picture of pictures) expectPortrait(picture, still, camera);
}

function kill(pids: number[]): void {
  expect(pids).not.toHaveLength(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

describe('whatever dies, the camera picture never reaches the output', () => {
  it('tells the portrait from the camera picture at all', () => {
    expect(likeness(still, camera)).toBeLessThan(0.3);
  });

  it('comes back by itself when the studio is killed', async () => {
    kill(house.childPids('studio/main.ts'));
    await expect.poll(async () => (await stats(page)).state, { timeout: 3000, interval: 20 }).not.toBe('live');
    await waitForState(page, 'live', 10_000);
    // The state must come from frames that flow again, not from a flag.
    const flowing = await page.evaluate(async () => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid=output-video]')!;
      return new Promise<boolean>((done) => video.requestVideoFrameCallback(() => done(true)));
    });
    expect(flowing).toBe(true);
  }, 20_000);

  it('shows only the portrait while the studio dies and another takes over', async () => {
    await expectPortraitThroughout(() => kill(house.childPids('studio/main.ts')), 4000);
    await waitForState(page, 'live', 10_000);
  }, 30_000);

  it('shows only the portrait while the media worker dies, and comes back', async () => {
    await expectPortraitThroughout(() => kill(house.childPids('mediasoup-worker')), 6000);
    await waitForState(page, 'live', 20_000);
  }, 40_000);

  it('shows only the portrait when the whole server is gone', async () => {
    await expectPortraitThroughout(() => process.kill(house.pid, 'SIGKILL'), 6000);
  }, 20_000);
});
