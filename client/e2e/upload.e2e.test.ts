import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './browser.ts';
import { makeFakeCamera } from './fake-camera.ts';
import { HouseProcess } from './house-process.ts';
import { openStage, stats, waitForState } from './stage-page.ts';

const GALLERY = resolve(import.meta.dirname, '../public/gallery');

let house: HouseProcess;
let browser: Browser;
let page: Page;
let consoleErrors: string[];

beforeAll(async () => {
  const cameraPath = await makeFakeCamera(resolve(GALLERY, 'driving-clip.mp4'));
  house = await HouseProcess.start();
  browser = await launchChromium({ cameraPath });
  ({ page, consoleErrors } = await openStage(browser, house.url));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

/** Pictures of the gallery side by side, as a JPEG. */
async function picture(count: number): Promise<Buffer> {
  const list = JSON.parse(readFileSync(resolve(GALLERY, 'gallery.json'), 'utf8')) as { file: string }[];
  const canvas = createCanvas(600 * count, 600);
  for (let i = 0; i < count; i++) {
    const still = await loadImage(resolve(GALLERY, list[i].file));
    canvas.getContext('2d').drawImage(still, 600 * i, 0, 600, 600);
  }
  return canvas.encode('jpeg', 90);
}

describe("a visitor's own picture", () => {
  it('is refused in plain words when it is no picture or has no face', async () => {
    await page.getByTestId('upload-open').click();
    const input = page.getByTestId('upload-input');
    await input.setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture at all') });
    const refusal = page.getByTestId('upload-dialog').getByTestId('notice');
    await refusal.waitFor();
    expect(await refusal.textContent()).toMatch(/JPEG|PNG|picture/);

    const blank = await createCanvas(640, 480).encode('png');
    await input.setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: blank });
    await expect.poll(() => refusal.getAttribute('data-code'), { timeout: 20_000 }).toBe('no-face');
  }, 60_000);

  it('with two faces offers a choice, and the chosen one performs', async () => {
    await page
      .getByTestId('upload-input')
      .setInputFiles({ name: 'two.jpg', mimeType: 'image/jpeg', buffer: await picture(2) });
    await page.getByTestId('face-choice').waitFor({ timeout: 30_000 });
    await expect.poll(() => page.getByTestId('face-option').count()).toBe(2);
    await page.getByTestId('face-option').nth(1).click();
    await page.getByTestId('upload-dialog').waitFor({ state: 'hidden', timeout: 20_000 });
    const first = page.getByTestId('portrait-card').first();
    const uploadedId = await first.getAttribute('data-portrait-id');
    expect(uploadedId).toBeTruthy();
    await page.keyboard.press('Enter');
    await waitForState(page, 'live');
    expect((await stats(page)).portrait).toBe(uploadedId);
  }, 60_000);

  it('can be changed for another in the middle of a performance', async () => {
    const before = (await stats(page)).portrait;
    await page
      .getByTestId('upload-input')
      .setInputFiles({ name: 'one.jpg', mimeType: 'image/jpeg', buffer: await picture(1) });
    await expect.poll(async () => (await stats(page)).portrait, { timeout: 30_000 }).not.toBe(before);
    await waitForState(page, 'live');
  }, 60_000);

  it('is forgotten by the server when it is taken down', async () => {
    await page.keyboard.press('x');
    await waitForState(page, 'gallery');
    const card = page.getByTestId('portrait-card').first();
    const still = await card.locator('img').getAttribute('src');
    const answerOf = async () => (await fetch(new URL(still ?? '', house.url))).status;
    expect(await answerOf()).toBe(200);
    await page.getByTestId('remove-portrait').first().click();
    await expect.poll(answerOf).toBe(404);
  });

  it('has no console errors but those of the refusals, which the browser itself logs', () => {
    expect(consoleErrors.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  });
});

describe('without a camera', () => {
  it('the demo clip drives', async () => {
    const withoutCamera = await openStage(browser, house.url);
    await withoutCamera.page.getByTestId('start-demo').click();
    await waitForState(withoutCamera.page, 'live');
    expect(withoutCamera.consoleErrors).toEqual([]);
    await withoutCamera.page.context().close();
  }, 60_000);

  it('says in plain words that there is none, and offers the clip', async () => {
    const noCamera = await launchChromium();
    try {
      const { page: bare } = await openStage(noCamera, `${house.url}/?autostart`);
      const notice = bare.getByTestId('notice').first();
      await notice.waitFor({ timeout: 20_000 });
      expect(await notice.textContent()).toMatch(/camera/i);
      expect(['error', 'gallery']).toContain((await stats(bare)).state);
    } finally {
      await noCamera.close();
    }
  }, 60_000);
});
