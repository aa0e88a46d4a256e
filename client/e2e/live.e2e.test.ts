import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceModels } from '../../server/face/face-models.ts';
import { launchChromium } from './browser.ts';
import { expectPortrait } from './expect-portrait.ts';
import {
  laggedCorrelation,
  mouthOpening,
  outputSpread,
  type TrackedMoment,
  trackMoments,
  turn,
} from './face-measures.ts';
import { makeFakeCamera } from './fake-camera.ts';
import { fetchStill, UNLIKE_DRIVER } from './gallery-api.ts';
import { HouseProcess } from './house-process.ts';
import { sampleMoments } from './received-frames.ts';
import { openStage, stats, waitForState } from './stage-page.ts';

const CLIP = resolve(import.meta.dirname, '../public/gallery/driving-clip.mp4');
/** The clip lasts 10 s: whatever it does is in this time. */
const WHOLE_CLIP_MS = 11_000;
const RATE_HZ = 8;

let house: HouseProcess;
let browser: Browser;
let models: FaceModels;

beforeAll(async () => {
  const cameraPath = await makeFakeCamera(CLIP);
  models = await FaceModels.load();
  house = await HouseProcess.start();
  browser = await launchChromium({ cameraPath });
});

afterAll(async () => {
  await browser?.close();
  await house?.stop();
  models?.close();
});

async function trackStage(page: Page): Promise<TrackedMoment[]> {
  return trackMoments(models, await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ));
}

describe.each(['vp8', 'h264'])('a webcam that sends %s brings a portrait to life', (codec) => {
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    ({ page, consoleErrors } = await openStage(
      browser,
      `${house.url}/?autostart&portrait=${UNLIKE_DRIVER}&codec=${codec}`,
    ));
    await waitForState(page, 'live');
  });
  afterAll(() => page?.context().close());

  it('reports every figure once it is live', async () => {
    const figures = ['glassToGlassMs', 'fps', 'serverMs', 'droppedFrames'] as const;
    const known = async () => {
      const current = await stats(page);
      return figures.filter((figure) => current[figure] !== null);
    };
    await expect.poll(known, { timeout: 15_000 }).toEqual(figures);
    const current = await stats(page);
    expect(current).toMatchObject({ state: 'live', pack: 'mesh', executionProvider: 'cpu' });
    for (const figure of ['glassToGlassMs', 'fps', 'serverMs'] as const) expect(current[figure]).toBeGreaterThan(0);
    await expect.poll(() => page.getByTestId('hud').textContent()).toMatch(/\d+ ms.*\d+ fps.*CPU/s);
  });

  it('opens its mouth when the driver does, and is never the driver', async () => {
    const still = await fetchStill(house.url, (await stats(page)).portrait);
    const moments = await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ);
    const tracked = await trackMoments(models, moments);
    expect(tracked.length).toBeGreaterThan(moments.length * 0.9);
    expect(outputSpread(tracked, mouthOpening)).toBeGreaterThan(0.15);
    expect(laggedCorrelation(tracked, mouthOpening)).toBeGreaterThan(0.75);
    for (const moment of moments) {
      expectPortrait(moment.output, still, moment.camera);
    }
  });

  it('has no console errors', () => {
    expect(consoleErrors).toEqual([]);
  });
});

describe('the controls do what they say', () => {
  let page: Page;
  let consoleErrors: string[];
  /** One round of the clip with the settings of a new visitor. */
  let mirrored: TrackedMoment[];

  beforeAll(async () => {
    ({ page, consoleErrors } = await openStage(browser, `${house.url}/?autostart`));
    await waitForState(page, 'live');
    mirrored = await trackStage(page);
  });
  afterAll(() => page?.context().close());

  it('mirror turns the head as a mirror does, and without it as a camera does', async () => {
    await page.keyboard.press('m');
    await expect.poll(() => page.getByTestId('control-mirror').getAttribute('aria-pressed')).toBe('false');
    const unmirrored = await trackStage(page);
    expect(laggedCorrelation(mirrored, turn)).toBeLessThan(-0.7);
    expect(laggedCorrelation(unmirrored, turn)).toBeGreaterThan(0.7);
  });

  it('head strength 0 holds the head still, mouth strength 0 the mouth', async () => {
    await page.getByTestId('control-pose').fill('0');
    await page.getByTestId('control-mouth').fill('0');
    await page.waitForTimeout(1000);
    const held = await trackStage(page);
    for (const measure of [turn, mouthOpening]) {
      expect(outputSpread(held, measure)).toBeLessThan(outputSpread(mirrored, measure) * 0.25);
    }
    await page.keyboard.press('0');
    await expect.poll(() => page.getByTestId('control-pose').inputValue()).toBe('1');
  });

  it('relative and absolute can be switched by key and by hand', async () => {
    await page.keyboard.press('r');
    await expect.poll(() => page.getByTestId('control-mode-absolute').isChecked()).toBe(true);
    await page.getByTestId('control-mode-relative').check();
    await expect.poll(() => page.getByTestId('control-mode-relative').isChecked()).toBe(true);
    expect((await stats(page)).state).toBe('live');
  });

  it('calibrates: counts down with the ghost, and says that it is done', async () => {
    await page.keyboard.press('c');
    const overlay = page.getByTestId('calibration');
    await overlay.waitFor();
    expect(await overlay.textContent()).toMatch(/look straight/i);
    await overlay.waitFor({ state: 'hidden', timeout: 20_000 });
    expect((await stats(page)).state).toBe('live');
  });

  it('shows every shortcut in the ? overlay', async () => {
    await page.keyboard.press('?');
    const help = page.getByTestId('help-overlay');
    await help.waitFor();
    expect(await help.textContent()).toMatch(/calibrate.*mirror.*head.*mouth.*brows.*eyes.*relative.*stop/is);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
  });

  it('stop turns the camera off and leads back to the gallery', async () => {
    await page.keyboard.press('x');
    await waitForState(page, 'gallery');
    expect(await page.getByTestId('gallery').isVisible()).toBe(true);
    expect(
      await page.evaluate(() => document.querySelector<HTMLVideoElement>('[data-testid=self-video]')?.srcObject),
    ).toBe(null);
  });

  it('has no console errors', () => {
    expect(consoleErrors).toEqual([]);
  });
});
