import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Page } from 'playwright-core';
import type { RgbaImage } from '../../server/imaging/rgba-image.ts';

/** What the page showed at one moment: the animated stream and, at the same instant, the own camera. */
export interface Moment {
  readonly atMs: number;
  readonly output: RgbaImage;
  readonly camera: RgbaImage;
}

/** Samples both videos of the stage at `rateHz` for `durationMs`; frames are JPEGs on their way out of the page. */
export async function sampleMoments(page: Page, durationMs: number, rateHz: number): Promise<Moment[]> {
  const samples = await page.evaluate(
    async ([duration, interval]) => {
      const grab = (testId: string): string => {
        const video = document.querySelector<HTMLVideoElement>(`[data-testid=${testId}]`);
        if (!video?.videoWidth) return '';
        const canvas = document.createElement('canvas');
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        canvas.getContext('2d')?.drawImage(video, 0, 0);
        return canvas.toDataURL('image/jpeg', 0.9);
      };
      const taken: { atMs: number; output: string; camera: string }[] = [];
      const begin = performance.now();
      while (performance.now() - begin < duration) {
        const atMs = performance.now() - begin;
        const sample = { atMs, output: grab('output-video'), camera: grab('self-video') };
        if (sample.output && sample.camera) taken.push(sample);
        await new Promise((next) => setTimeout(next, Math.max(0, interval - (performance.now() - begin - atMs))));
      }
      return taken;
    },
    [durationMs, 1000 / rateHz] as const,
  );
  return Promise.all(
    samples.map(async ({ atMs, output, camera }) => ({
      atMs,
      output: await decodeDataUrl(output),
      camera: await decodeDataUrl(camera),
    })),
  );
}

/** Decodes a `data:` URL of a picture. */
export async function decodeDataUrl(url: string): Promise<RgbaImage> {
  return decodeBytes(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** Decodes the bytes of a JPEG, PNG or WebP picture. */
export async function decodeBytes(bytes: Buffer): Promise<RgbaImage> {
  const picture = await loadImage(bytes);
  const canvas = createCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, picture.width, picture.height);
  return { width, height, data: new Uint8Array(data.buffer) };
}
