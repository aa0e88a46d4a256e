import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { psnrDb } from '../studio/testing/moving-picture.ts';
import { openAudioTrack } from './audio-track.ts';
import { cornerPicture, readAllFrames, type SampleVideo, writeSampleVideo, writeTone } from './testing/sample-media.ts';
import { ticksToMs } from './time-base.ts';
import { VideoFileError } from './video-file-error.ts';
import { VideoReader } from './video-reader.ts';
import { VideoWriter } from './video-writer.ts';

const EVEN: SampleVideo = {
  width: 96,
  height: 64,
  timeBase: { num: 1, den: 25 },
  ticks: [0, 1, 2, 3, 4, 5],
  lastDuration: 1,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-video-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, video: Partial<SampleVideo> = {}): Promise<string> {
  const path = join(folder, name);
  await writeSampleVideo(path, { ...EVEN, ...video });
  return path;
}

/** What is wrong with the file, as the reader says. */
async function refusal(path: string): Promise<string> {
  try {
    const reader = await VideoReader.open(path);
    for await (const _frame of reader.frames());
    return 'none';
  } catch (error) {
    return error instanceof VideoFileError ? error.reason : String(error);
  }
}

describe('video files', () => {
  test('show the pictures that were written, in order', async () => {
    const frames = await readAllFrames(await written('pictures.mp4'));
    expect(frames.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { image, index } of frames) expect(psnrDb(image, cornerPicture(96, 64, index))).toBeGreaterThan(36);
  });

  test.each([
    ['evenly spaced', EVEN.timeBase, [0, 1, 2, 3], 1],
    ['unevenly spaced', { num: 1, den: 1000 }, [0, 33, 40, 240, 1000], 500],
    ['of American television', { num: 1001, den: 30_000 }, [0, 1, 2, 4], 1],
    ['that begin later than the file', { num: 1, den: 90_000 }, [45_000, 48_000, 60_000], 3000],
  ])('keep timestamps %s', async (_name, timeBase, ticks, lastDuration) => {
    const soundPath = join(folder, 'silence.wav');
    await writeTone(soundPath, 0.2); // from time 0, so that a late picture stays late
    const path = await written('timing.mp4', { timeBase, ticks, lastDuration, soundPath });
    const frames = await readAllFrames(path);
    const expected = ticks.map((at) => ticksToMs(at, timeBase));
    expect(frames.map(({ timeMs }) => timeMs)).toEqual(expected.map((ms) => expect.closeTo(ms, 6)));
    const reader = await VideoReader.open(path);
    expect(ticksToMs(frames.at(-1)!.durationTicks, reader.timeBase)).toBeCloseTo(ticksToMs(lastDuration, timeBase), 6);
    reader.close();
  });

  test('have even sides: the last column and row of an odd picture are there twice', async () => {
    const [{ image }] = await readAllFrames(await written('odd.mp4', { width: 75, height: 49 }));
    expect([image.width, image.height]).toEqual([76, 50]);
    const inner = createRgbaImage(75, 49);
    for (let y = 0; y < 49; y++) inner.data.set(image.data.subarray(y * 76 * 4, (y * 76 + 75) * 4), y * 75 * 4);
    expect(psnrDb(inner, cornerPicture(75, 49))).toBeGreaterThan(36);
  });

  test('are scaled when they are read, and turned as their metadata say', async () => {
    const path = await written('turned.mp4');
    await turnQuarterClockwise(path);
    const reader = await VideoReader.open(path);
    expect([reader.width, reader.height]).toEqual([64, 96]);
    for await (const { image } of reader.frames()) {
      // What was lower left (little red, much green) is now upper left.
      expect(image.data[0]).toBeLessThan(70);
      expect(image.data[1]).toBeGreaterThan(180);
      break;
    }
    reader.close();
    const small = await VideoReader.open(path, { maxSidePx: 48 });
    expect([small.width, small.height]).toEqual([32, 48]);
    small.close();
    const tall = await VideoReader.open(path, { heightPx: 144 });
    expect([tall.width, tall.height]).toEqual([96, 144]);
    tall.close();
  });

  test('carry their comment', async () => {
    const path = await written('comment.mp4');
    expect((await readFile(path)).includes('sample')).toBe(true);
  });

  test('begin with their index, so that they play while they load', async () => {
    const bytes = await readFile(await written('fast.mp4'));
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });
});

describe('the sound of a video file', () => {
  test('is coded as AAC where MP4 cannot hold it, all of it, in its place', async () => {
    const soundPath = join(folder, 'tone.wav');
    await writeTone(soundPath, 1.3);
    const packets = await soundOf(await written('toned.mp4', { soundPath }));
    expect(packets.startMs).toBeLessThanOrEqual(0);
    expect(packets.endMs).toBeGreaterThanOrEqual(1300);
    expect(packets.endMs).toBeLessThan(1400);
  });

  test('is copied byte by byte where it can', async () => {
    const soundPath = join(folder, 'tone.wav');
    await writeTone(soundPath, 0.5);
    const first = await written('first.mp4', { soundPath });
    const second = await written('second.mp4', { soundPath: first });
    const [a, b] = [await soundOf(first), await soundOf(second)];
    expect(b).toEqual(a);
    expect(a.bytes.length).toBeGreaterThan(1000);
  });

  test('is none where there is none', async () => {
    expect(await openAudioTrack(await written('silent.mp4'))).toBeNull();
  });

  async function soundOf(path: string): Promise<{ startMs: number; endMs: number; bytes: Buffer }> {
    const track = await openAudioTrack(path);
    if (!track) throw new Error(`no sound in ${path}`);
    const startMs = track.nextMs ?? Number.NaN;
    let endMs = startMs;
    const bytes: Buffer[] = [];
    while (track.nextMs !== null) {
      const packet = await track.take();
      endMs = ticksToMs(Number(packet.pts + packet.duration), track.timeBase);
      bytes.push(Buffer.from(packet.data!));
      packet.free();
    }
    await track.close();
    return { startMs, endMs, bytes: Buffer.concat(bytes) };
  }
});

describe('what is no video', () => {
  test('is refused with the reason', async () => {
    const at = (name: string) => join(folder, name);
    await writeFile(at('empty.mp4'), '');
    await writeFile(at('text.mp4'), 'This is not a video. '.repeat(500));
    await writeTone(at('sound.wav'), 0.1);
    await writeFile(at('picture.png'), createCanvas(64, 64).toBuffer('image/png'));
    await copyFile(await written('whole.mp4'), at('cut.mp4'));
    await truncate(at('cut.mp4'), 300);
    expect(await refusal(at('missing.mp4'))).toBe('not-found');
    expect(await refusal(folder)).toBe('unreadable');
    expect(await refusal(at('empty.mp4'))).toBe('not-a-video');
    expect(await refusal(at('text.mp4'))).toBe('not-a-video');
    expect(await refusal(at('sound.wav'))).toBe('not-a-video');
    expect(await refusal(at('picture.png'))).toBe('picture');
    expect(await refusal(at('cut.mp4'))).toBe('not-a-video');
  });

  test('has its readable frames read where its end is missing', async () => {
    const path = await written('long.mp4', { ticks: Array.from({ length: 40 }, (_, i) => i) });
    const { length } = await readFile(path);
    await truncate(path, Math.round(length * 0.8));
    const frames = await readAllFrames(path);
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThan(40);
  });

  test('is told where there are only damaged frames', async () => {
    const path = await written('damaged.mp4');
    const bytes = await readFile(path);
    bytes.fill(0xa5, bytes.indexOf('mdat') + 4);
    await writeFile(path, bytes);
    expect(await refusal(path)).toBe('damaged');
  });
});

describe('an unfinished file', () => {
  const options = { width: 64, height: 64, timeBase: EVEN.timeBase, frameRate: 25, audio: null, comment: '' };

  test('is not there under its name before it is finished, and leaves nothing when it is given up', async () => {
    const writer = await VideoWriter.open(join(folder, 'given-up.mp4'), options);
    await writer.write(cornerPicture(64, 64), 0, 1);
    expect(await namesLike('given-up')).not.toContain('given-up.mp4');
    await writer.abort();
    await writer.abort();
    expect(await namesLike('given-up')).toEqual([]);
  });

  test('is removed when the process exits', async () => {
    const script = `
      import { VideoWriter } from ${JSON.stringify(new URL('./video-writer.ts', import.meta.url).href)};
      await VideoWriter.open(${JSON.stringify(join(folder, 'exited.mp4'))}, ${JSON.stringify(options)});
      process.exit(3);`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(status).toBe(3);
    expect(await namesLike('exited')).toEqual([]);
  });

  test('leaves an earlier file of that name alone until it is finished', async () => {
    const path = join(folder, 'earlier.mp4');
    await writeFile(path, 'earlier');
    const writer = await VideoWriter.open(path, options);
    await writer.write(cornerPicture(64, 64), 0, 1);
    expect(await readFile(path, 'utf8')).toBe('earlier');
    await writer.finish();
    expect(await readAllFrames(path)).toHaveLength(1);
  });

  test('refuses pictures of another size', async () => {
    const writer = await VideoWriter.open(join(folder, 'size.mp4'), options);
    await expect(writer.write(cornerPicture(32, 64), 0, 1)).rejects.toThrow(RangeError);
    await writer.abort();
  });

  test('cannot be begun in a folder that does not exist', async () => {
    await expect(VideoWriter.open(join(folder, 'nowhere', 'x.mp4'), options)).rejects.toMatchObject({
      reason: 'unwritable',
    });
  });

  async function namesLike(part: string): Promise<string[]> {
    return (await readdir(folder)).filter((name) => name.includes(part));
  }
});

/** Puts a quarter turn into the file's track header. */
async function turnQuarterClockwise(path: string): Promise<void> {
  const bytes = await readFile(path);
  const matrixAt = bytes.indexOf('tkhd') + 4 + 4 + 20 + 8 + 8; // flags, times and ids, reserved, layer … volume
  for (const [i, value] of [0, 1, 0, -1, 0, 0].entries()) bytes.writeInt32BE(value * 65536, matrixAt + i * 4);
  await writeFile(path, bytes);
}
