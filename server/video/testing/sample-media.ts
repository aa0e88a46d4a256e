import { writeFile } from 'node:fs/promises';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { openAudioTrack } from '../audio-track.ts';
import type { TimeBase } from '../time-base.ts';
import { type VideoFileFrame, VideoReader } from '../video-reader.ts';
import { VideoWriter } from '../video-writer.ts';

const SAMPLE_RATE_HZ = 22_050;

/** Writes a WAV file with a tone that grows louder: mono, 16 bits. */
export async function writeTone(path: string, seconds: number): Promise<void> {
  const samples = Math.round(seconds * SAMPLE_RATE_HZ);
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16); // length of the format chunk
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  wav.writeUInt32LE(SAMPLE_RATE_HZ * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    wav.writeInt16LE(
      Math.round(12_000 * (i / samples) * Math.sin((i / SAMPLE_RATE_HZ) * 2 * Math.PI * 440)),
      44 + i * 2,
    );
  }
  await writeFile(path, wav);
}

/** A picture that compresses well and differs with `step`, in every corner another colour. */
export function cornerPicture(width: number, height: number, step = 0): RgbaImage {
  const image = createRgbaImage(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      image.data.set([40 + 170 * u, 40 + 170 * v, 60 + ((step * 9) % 120)], (y * width + x) * 4);
    }
  }
  return image;
}

export interface SampleVideo {
  readonly width: number;
  readonly height: number;
  readonly timeBase: TimeBase;
  /** When each frame is shown, ticks. */
  readonly ticks: readonly number[];
  /** Of the last frame, ticks. */
  readonly lastDuration: number;
  /** A file whose sound goes along. */
  readonly soundPath?: string;
}

export async function writeSampleVideo(path: string, video: SampleVideo): Promise<void> {
  const { width, height, timeBase, ticks, lastDuration, soundPath } = video;
  const audio = soundPath ? await openAudioTrack(soundPath) : null;
  const writer = await VideoWriter.open(path, { width, height, timeBase, frameRate: null, audio, comment: 'sample' });
  for (const [i, at] of ticks.entries()) {
    await writer.write(cornerPicture(width, height, i), at, (ticks[i + 1] ?? at + lastDuration) - at);
  }
  await writer.finish();
  await audio?.close();
}

/** All frames of a file, each with a picture of its own. */
export async function readAllFrames(path: string): Promise<VideoFileFrame[]> {
  const reader = await VideoReader.open(path);
  const frames: VideoFileFrame[] = [];
  for await (const frame of reader.frames()) {
    frames.push({ ...frame, image: { ...frame.image, data: frame.image.data.slice() } });
  }
  reader.close();
  return frames;
}
