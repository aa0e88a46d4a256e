import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceModels } from '../../server/face/face-models.ts';
import { launchChromium } from './browser.ts';
import { type FaceMeasure, laggedCorrelation, measureMoments, mouthOpening, spread, turn } from './face-measures.ts';
import { makeFakeCamera } from './fake-camera.ts';
import { fetchStill } from './gallery-api.ts';
import { HouseProcess } from './house-process.ts';
import { likeness } from './picture-likeness.ts';
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
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await house?.stop();
  models?.close();
});

async function measureStage(page: Page, measure: FaceMeasure) {
  return measureMoments(models, await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ), measure);
}

describe.each(['vp8', 'h264'])('a webcam that sends %s brings a portrait to life', (codec) => {
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    ({ page, consoleErrors } = await openStage(browser, `${house.url}/?autostart&codec=${codec}`));
    await waitForState(page, 'live');
  }, 60_000);
  afterAll(() => page?.context().close());

  it('reports every figure once it is live', async () => {
    await expect.poll(async () => (await stats(page)).glassToGlassMs, { timeout: 15_000 }).toBeGreaterThan(0);
    const current = await stats(page);
    expect(current.fps).toBeGreaterThan(0);
    expect(current.serverMs).toBeGreaterThan(0);
    expect(current.droppedFrames).toBeGreaterThanOrEqual(0);
    expect(current).toMatchObject({ state: 'live', pack: 'mesh', executionProvider: 'cpu' });
    await expect.poll(() => page.getByTestId('hud').textContent()).toMatch(/\d+ ms.*\d+ fps.*CPU/s);
  }, 30_000);

  it('opens its mouth when the driver does, and is never the driver', async () => {
    const still = await fetchStill(house.url, (await stats(page)).portrait);
    const moments = await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ);
    const mouths = await measureMoments(models, moments, mouthOpening);
    expect(mouths.output.length).toBeGreaterThan(moments.length * 0.9);
    expect(spread(mouths.output)).toBeGreaterThan(0.15);
    expect(laggedCorrelation(mouths, RATE_HZ)).toBeGreaterThan(0.75);
    for (const moment of moments) {
      expect(likeness(moment.output, still)).toBeGreaterThan(0.85);
      expect(likeness(moment.output, still)).toBeGreaterThan(likeness(moment.output, moment.camera));
    }
  }, 60_000);

  it('has no console errors', () => {
    expect(consoleErrors).toEqual([]);
  });
});

describe('the controls do what they say', () => {
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    ({ page, consoleErrors } = await openStage(browser, `${house.url}/?autostart`));
    await waitForState(page, 'live');
  }, 60_000);
  afterAll(() => page?.context().close());

  it('mirror turns the head as a mirror does, and without it as a camera does', async () => {
    const mirrored = laggedCorrelation(await measureStage(page, turn), RATE_HZ);
    await page.keyboard.press('m');
    await expect.poll(() => page.getByTestId('control-mirror').getAttribute('aria-pressed')).toBe('false');
    const unmirrored = laggedCorrelation(await measureStage(page, turn), RATE_HZ);
    expect(mirrored).toBeLessThan(-0.7);
    expect(unmirrored).toBeGreaterThan(0.7);
  }, 60_000);

  it('motion strength 0 holds the head still, expression strength 0 the mouth', async () => {
    const before = await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ);
    await page.getByTestId('control-motion').fill('0');
    await page.getByTestId('control-expression').fill('0');
    await page.waitForTimeout(1000);
    const after = await sampleMoments(page, WHOLE_CLIP_MS, RATE_HZ);
    for (const measure of [turn, mouthOpening]) {
      const [moved, held] = [
        await measureMoments(models, before, measure),
        await measureMoments(models, after, measure),
      ];
      expect(spread(held.output)).toBeLessThan(spread(moved.output) * 0.25);
    }
    await page.keyboard.press('0');
    await expect.poll(() => page.getByTestId('control-motion').inputValue()).toBe('1');
  }, 90_000);

  it('relative and absolute can be switched by key and by hand', async () => {
    await page.keyboard.press('r');
    await expect.poll(() => page.getByTestId('control-mode-absolute').isChecked()).toBe(true);
    await page.getByTestId('control-mode').getByText('Relative').click();
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
  }, 30_000);

  it('shows every shortcut in the ? overlay', async () => {
    await page.keyboard.press('?');
    const help = page.getByTestId('help-overlay');
    await help.waitFor();
    expect(await help.textContent()).toMatch(/calibrate.*mirror.*motion.*expression.*relative.*stop/is);
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
