import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCanvas, ImageData } from '@napi-rs/canvas';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { openAudioTrack } from '../../video/audio-track.ts';
import type { TimeBase } from '../../video/time-base.ts';
import { VideoReader } from '../../video/video-reader.ts';
import { VideoWriter } from '../../video/video-writer.ts';

const GALLERY = new URL('../../../client/public/gallery/', import.meta.url);

/** The gallery's driving clip: somebody who is nobody turns, talks and blinks. */
export const DRIVING_CLIP = fileURLToPath(new URL('driving-clip.mp4', GALLERY));

/** The gallery's portraits, in its order. */
export function galleryPortraits(): string[] {
  const list = JSON.parse(readFileSync(new URL('gallery.json', GALLERY), 'utf8')) as { file: string }[];
  return list.map(({ file }) => fileURLToPath(new URL(file, GALLERY)));
}

/** The gallery's first portrait. */
export function galleryPortrait(): string {
  return galleryPortraits()[0];
}

export interface ShortClip {
  /** When each frame is shown, ticks; as many frames as there are entries. */
  readonly ticks: readonly number[];
  readonly timeBase: TimeBase;
  /** Frames (from 0) that show no face, only a wall. */
  readonly faceless?: readonly number[];
  readonly soundPath?: string;
  /** Takes every n-th frame of the driving clip only: more happens in fewer frames. */
  readonly every?: number;
}

const CLIP_HEIGHT_PX = 240;

/** Writes the first frames of the driving clip, small, with a timing of its own. */
export async function writeShortClip(path: string, clip: ShortClip): Promise<void> {
  const { ticks, timeBase, faceless = [], soundPath, every = 1 } = clip;
  const reader = await VideoReader.open(DRIVING_CLIP, { heightPx: CLIP_HEIGHT_PX });
  const audio = soundPath ? await openAudioTrack(soundPath) : null;
  const { width, height } = reader;
  const writer = await VideoWriter.open(path, { width, height, timeBase, frameRate: null, audio, comment: '' });
  for await (const frame of reader.frames()) {
    const { image } = frame;
    if (frame.index % every !== 0) continue;
    const index = frame.index / every;
    if (index >= ticks.length) break;
    if (faceless.includes(index)) paintWall(image);
    await writer.write(image, ticks[index], 1);
  }
  await writer.finish();
  await audio?.close();
  reader.close();
}

function paintWall({ data }: RgbaImage): void {
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : 150;
}

export function toPng({ width, height, data }: RgbaImage): Buffer {
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas.toBuffer('image/png');
}
