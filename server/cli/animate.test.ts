import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { AiLabel } from '../studio/mark/ai-label.ts';
import { psnrDb } from '../studio/testing/moving-picture.ts';
import { openAudioTrack } from '../video/audio-track.ts';
import { cornerPicture, readAllFrames, writeTone } from '../video/testing/sample-media.ts';
import { DRIVING_CLIP, galleryPortrait, toPng, writeShortClip } from './testing/demo-media.ts';
import { runCli } from './testing/run-cli.ts';

const MS = { num: 1, den: 1000 };
/** Unevenly spaced, as a phone films. */
const TICKS = [0, 33, 70, 100, 250, 283, 320, 350];
const FACELESS = [5, 6];
const TINY_PACK = join(import.meta.dirname, '../packs/fomm/testing/fomm-tiny');
const TINY_LIVE_PORTRAIT = join(import.meta.dirname, '../packs/liveportrait/testing/liveportrait-tiny');

let folder: string;
let portrait: string;
let driving: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-animate-'));
  portrait = join(folder, 'portrait.jpg');
  await copyFile(galleryPortrait(), portrait);
  await writeTone(join(folder, 'tone.wav'), 0.4);
  driving = join(folder, 'driving.mp4');
  await writeShortClip(driving, {
    ticks: TICKS,
    timeBase: MS,
    faceless: FACELESS,
    soundPath: join(folder, 'tone.wav'),
  });
});
afterAll(() => rm(folder, { recursive: true }));

describe('npm run animate', () => {
  test('animates a picture with a video, and keeps its timing and its sound', { timeout: 60_000 }, async () => {
    const out = join(folder, 'out.mp4');
    const { code, stdout, stderr } = await animate('--out', out);
    expect(stderr).not.toContain('animate:');
    expect(code).toBe(0);
    expect(stdout).toMatch(/out\.mp4: 512×512, 0\.4 s, 8 frames in [\d.]+ s \([\d.]+ fps\)/);
    expect(stdout).toContain('No face was found in 2 of 8 frames');
    expect(stderr).toMatch(/Tracking[\s\S]*Animating[\s\S]*s left/);

    const frames = await readAllFrames(out);
    expect(frames.map(({ timeMs }) => Math.round(timeMs))).toEqual(TICKS);
    expect(await soundOf(out)).toEqual(await soundOf(driving));
    expect((await readFile(out)).includes('AI-generated (Effigy)')).toBe(true);
    for (const { image } of frames) expectLabel(image);
    // Where there is no face the last animated frame holds.
    expect(psnrDb(frames[6].image, frames[4].image)).toBeGreaterThan(40);
    expect(psnrDb(frames[3].image, frames[0].image)).toBeLessThan(60);
  });

  test('animates the picture as it is framed, and lays the result over it', { timeout: 60_000 }, async () => {
    const framed = await framedPortrait(641, 513);
    await writeFile(join(folder, 'framed.png'), toPng(framed));
    const out = join(folder, 'framed.mp4');
    const result = await animate('--portrait', join(folder, 'framed.png'), '--crop', 'none', '--out', out);
    expect(result).toMatchObject({ code: 0 });
    const frames = await readAllFrames(out);
    expect([frames[0].image.width, frames[0].image.height]).toEqual([642, 514]);
    for (const { image } of frames) {
      // The picture's own border, 12 pixels wide; the label is further in.
      const [top, left] = [part(image, 0, 0, 641, 12), part(image, 0, 0, 12, 513)];
      expect(psnrDb(top, part(framed, 0, 0, 641, 12))).toBeGreaterThan(36);
      expect(psnrDb(left, part(framed, 0, 0, 12, 513))).toBeGreaterThan(36);
    }
  });

  test('shows the driver beside the result, with a chosen reference', { timeout: 60_000 }, async () => {
    const out = join(folder, 'beside.mp4');
    const { code, stdout } = await animate('--side-by-side', '--absolute', '--reference', '2', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('neutral face is frame 2.');
    const [{ image }] = await readAllFrames(out);
    expect(image.height).toBe(512);
    const [{ image: driver }] = await readAllFrames(driving);
    expect(image.width - 512).toBeCloseTo((driver.width * 512) / driver.height, -1);
    expectLabel(part(image, image.width - 512, 0, 512, 512));
  });

  test('animates with the pack in a folder, and says what it is', { timeout: 60_000 }, async () => {
    const out = join(folder, 'pack.mp4');
    const { code, stderr, stdout } = await animate('--pack', TINY_PACK, '--out', out);
    expect(code).toBe(0);
    expect(stderr).toContain('First Order Motion Model (tiny-64, random weights), on the CPU.');
    expect(stderr).toContain('Its weights are random');
    expect(stderr).toMatch(/Animating: \d+ %, [\d.]+ fps, about \d+ s left/);
    expect(stdout).toContain('No face was found in 2 of 8 frames');
    const frames = await readAllFrames(out);
    expect(frames.map(({ timeMs }) => Math.round(timeMs))).toEqual(TICKS);
    for (const { image } of frames) expectLabel(image);
    expectStandInLabel(frames[0].image);
    // The driver moves, and what it drives does too.
    expect(psnrDb(frames[3].image, frames[0].image)).toBeLessThan(45);
  });

  test('animates the face alone, and pastes it back into a picture of any shape', { timeout: 60_000 }, async () => {
    const framed = await framedPortrait(641, 513);
    await writeFile(join(folder, 'any-shape.png'), toPng(framed));
    const out = join(folder, 'pasted.mp4');
    const flags = ['--pack', TINY_LIVE_PORTRAIT, '--paste-back', '--region', 'expression', '--eye-ratio', 'driver'];
    const result = await animate('--portrait', join(folder, 'any-shape.png'), ...flags, '--out', out);
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('LivePortrait (tiny-32, random weights), on the CPU.');
    const frames = await readAllFrames(out);
    const [{ image }] = frames;
    expect([image.width, image.height]).toEqual([642, 514]);
    expectStandInLabel(image);
    // What is around the face is as it was, and the face is not.
    expect(psnrDb(part(image, 0, 100, 12, 400), part(framed, 0, 100, 12, 400))).toBeGreaterThan(30);
    expect(psnrDb(part(image, 260, 200, 120, 120), part(framed, 260, 200, 120, 120))).toBeLessThan(20);
    expect(psnrDb(frames[3].image, image)).toBeLessThan(60);
  });

  test('says when the driving video breaks off', { timeout: 60_000 }, async () => {
    const cut = join(folder, 'cut.mp4');
    const whole = await readFile(DRIVING_CLIP);
    await writeFile(cut, whole.subarray(0, whole.length / 5));
    const { code, stdout } = await animate('--driving', cut, '--out', join(folder, 'from-cut.mp4'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/The driving video breaks off: [1-9]\.\d s of its 10\.0 s can be read\./);
  });

  test('leaves nothing when it is interrupted', { timeout: 60_000 }, async () => {
    const quiet = join(folder, 'interrupted');
    await mkdir(quiet);
    const { code, stderr } = await runCli('animate', argumentsWith('--out', join(quiet, 'out.mp4')), (child) => {
      child.stderr?.on('data', (data) => {
        if (String(data).includes('Animating')) child.kill('SIGINT');
      });
    });
    expect(code).toBe(130);
    expect(stderr).toContain('Animating');
    expect(await readdir(quiet)).toEqual([]);
  });

  test('explains itself', async () => {
    const { code, stdout } = await runCli('animate', ['--help']);
    expect(code).toBe(0);
    for (const flag of ['--portrait', '--driving', '--out', '--pack', '--crop', '--reference', '--side-by-side']) {
      expect(stdout).toContain(flag);
    }
  });
});

describe('npm run animate says in one line what is wrong with', () => {
  const broken: [name: string, args: () => string[], code: number, line: RegExp][] = [
    ['no arguments', () => [], 2, /--portrait is missing/],
    ['an unknown flag', () => ['--sharpen'], 2, /Unknown option '--sharpen'/],
    ['a flag without its value', () => ['--portrait'], 2, /--portrait/],
    ['an argument too many', () => argumentsWith('--out', at('x.mp4'), 'more'), 2, /more/],
    ['an output that is no MP4', () => argumentsWith('--out', at('x.webm')), 2, /\.mp4/],
    ['an unknown pack', () => argumentsWith('--pack', 'wax', '--out', at('x.mp4')), 2, /"wax"; there is: mesh/],
    ['a pack in no folder', () => argumentsWith('--pack', './wax', '--out', at('x.mp4')), 2, /wax is not a folder/],
    ['a folder that is no pack', () => argumentsWith('--pack', at('wax'), '--out', at('x.mp4')), 1, /pack\.json/],
    [
      'a pack that needs a square',
      () => argumentsWith('--pack', TINY_PACK, '--portrait', at('framed.png'), '--crop', 'none', '--out', at('x.mp4')),
      1,
      /square pictures, not 641×513/,
    ],
    [
      'controls that the pack has not',
      () => argumentsWith('--pack', TINY_PACK, '--region', 'lips', '--out', at('x.mp4')),
      2,
      /fomm-tiny is not a pack of the kind liveportrait/,
    ],
    ['an unknown crop', () => argumentsWith('--crop', 'tight', '--out', at('x.mp4')), 2, /auto or none/],
    ['both motions', () => argumentsWith('--relative', '--absolute', '--out', at('x.mp4')), 2, /exclude/],
    ['a reference that is no number', () => argumentsWith('--reference', '1.5', '--out', at('x.mp4')), 2, /"1\.5"/],
    ['a folder that is not there', () => argumentsWith('--out', at('nowhere/x.mp4')), 1, /nowhere .*does not exist/],
    ['an output that is a folder', () => argumentsWith('--out', at('folder.mp4')), 1, /is a folder/],
    [
      'an output over the portrait',
      () => argumentsWith('--portrait', at('odd.mp4'), '--out', at('odd.mp4')),
      1,
      /--portrait/,
    ],
    ['an output over the driving video', () => argumentsWith('--out', driving), 1, /overwrite --driving/],
    [
      'a missing video',
      () => argumentsWith('--driving', at('none.mp4'), '--out', at('x.mp4')),
      1,
      /none\.mp4 does not/,
    ],
    ['a video that is none', () => argumentsWith('--driving', at('text.mp4'), '--out', at('x.mp4')), 1, /not a video/],
    ['a picture as the video', () => argumentsWith('--driving', portrait, '--out', at('x.mp4')), 1, /a picture/],
    [
      'a missing portrait',
      () => argumentsWith('--portrait', at('none.jpg'), '--out', at('x.mp4')),
      1,
      /none\.jpg does/,
    ],
    [
      'a portrait that is none',
      () => argumentsWith('--portrait', at('text.mp4'), '--out', at('x.mp4')),
      1,
      /text\.mp4/,
    ],
    [
      'a portrait without a face',
      () => argumentsWith('--portrait', at('wall.png'), '--out', at('x.mp4')),
      1,
      /No face/,
    ],
    [
      'a video without a face',
      () => argumentsWith('--driving', at('wall.mp4'), '--out', at('x.mp4')),
      1,
      /no face .*video/,
    ],
    ['a reference beyond the end', () => argumentsWith('--reference', '8', '--out', at('x.mp4')), 1, /frames 0 to 7/],
    ['a reference without a face', () => argumentsWith('--reference', '5', '--out', at('x.mp4')), 1, /no face .*frame/],
  ];

  beforeAll(async () => {
    await mkdir(at('folder.mp4'));
    await mkdir(at('wax'));
    await writeFile(at('text.mp4'), 'no video');
    await copyFile(portrait, at('odd.mp4'));
    await writeFile(at('wall.png'), toPng(cornerPicture(200, 200)));
    await writeShortClip(at('wall.mp4'), { ticks: [0, 40], timeBase: MS, faceless: [0, 1] });
  });

  test.each(broken)('%s', { timeout: 60_000 }, async (_name, args, code, line) => {
    const before = await readdir(folder);
    const result = await runCli('animate', args());
    const complaint = result.stderr.split('\n').filter((text) => text.startsWith('animate: '));
    expect(complaint).toHaveLength(1);
    expect(complaint[0]).toMatch(line);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stderr.trimEnd().endsWith(complaint[0])).toBe(true);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(await readdir(folder)).toEqual(before);
  });
});

function at(name: string): string {
  return join(folder, name);
}

/** The portrait and the driving clip, unless the arguments name others. */
function argumentsWith(...args: string[]): string[] {
  const given = (flag: string) => args.includes(flag);
  return [
    ...(given('--portrait') ? [] : ['--portrait', portrait]),
    ...(given('--driving') ? [] : ['--driving', driving]),
    ...args,
  ];
}

function animate(...args: string[]) {
  return runCli('animate', argumentsWith(...args));
}

async function soundOf(path: string): Promise<Buffer> {
  const track = await openAudioTrack(path);
  const packets: Buffer[] = [];
  while (track && track.nextMs !== null) {
    const packet = await track.take();
    packets.push(Buffer.from(packet.data!));
    packet.free();
  }
  await track?.close();
  return Buffer.concat(packets);
}

function part({ data, width }: RgbaImage, left: number, top: number, wide: number, high: number): RgbaImage {
  const out = createRgbaImage(wide, high);
  for (let y = 0; y < high; y++) {
    const from = ((top + y) * width + left) * 4;
    out.data.set(data.subarray(from, from + wide * 4), y * wide * 4);
  }
  return out;
}

/** Every frame that random weights drew says so along its top: white letters on a dark band. */
function expectStandInLabel(image: RgbaImage): void {
  const reds = part(image, 0, 0, 512, 80).data.filter((_, i) => i % 4 === 0);
  expect(reds.filter((red) => red > 200).length).toBeGreaterThan(2500);
  expect(reds.filter((red) => red < 80).length).toBeGreaterThan(20_000);
}

/** White letters on a dark pill, in the lower right corner. */
function expectLabel(image: RgbaImage): void {
  const label = new AiLabel(image.width, image.height);
  const { x, y, width, height } = label.box;
  const pill = part(image, x, y, width, height);
  let bright = 0;
  let dark = 0;
  for (let i = 0; i < pill.data.length; i += 4) {
    const luma = 0.3 * pill.data[i] + 0.6 * pill.data[i + 1] + 0.1 * pill.data[i + 2];
    if (luma > 200) bright++;
    if (luma < 110) dark++;
  }
  expect(bright / (width * height)).toBeGreaterThan(0.08);
  expect(dark / (width * height)).toBeGreaterThan(0.4);
}

/** The portrait somewhere in a wider picture. */
async function framedPortrait(width: number, height: number): Promise<RgbaImage> {
  const frame = cornerPicture(width, height);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const background = context.createImageData(width, height);
  background.data.set(frame.data);
  context.putImageData(background, 0, 0);
  context.drawImage(await loadImage(portrait), 130, 60, 400, 400);
  return { width, height, data: new Uint8Array(context.getImageData(0, 0, width, height).data) };
}
