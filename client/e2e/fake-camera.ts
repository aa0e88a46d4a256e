import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, ImageData } from '@napi-rs/canvas';
import { VideoReader } from '../../server/video/video-reader.ts';

/**
 * Turns a video into a Motion-JPEG file, the form that Chromium's `--use-file-for-fake-video-capture` plays in a loop
 * as the camera. Returns the file's path, in a new temporary folder.
 */
export async function makeFakeCamera(videoPath: string): Promise<string> {
  const jpegs: Buffer[] = [];
  const reader = await VideoReader.open(videoPath);
  try {
    const canvas = createCanvas(reader.width, reader.height);
    const context = canvas.getContext('2d');
    for await (const { image } of reader.frames()) {
      context.putImageData(new ImageData(new Uint8ClampedArray(image.data), image.width, image.height), 0, 0);
      jpegs.push(await canvas.encode('jpeg', 92));
    }
  } finally {
    reader.close();
  }
  const path = join(mkdtempSync(join(tmpdir(), 'effigy-camera-')), 'camera.mjpeg');
  writeFileSync(path, Buffer.concat(jpegs));
  return path;
}
