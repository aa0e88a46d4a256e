import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { galleryPortraits, writeShortClip } from './testing/demo-media.ts';
import { runCli } from './testing/run-cli.ts';

const share = z.number().min(0).max(1);
const beside = z.strictObject({ ours: share, copy: share });
const unrest = z.strictObject({
  ours: z.number().nonnegative().nullable(),
  camera: z.number().nonnegative().nullable(),
});
const jitter = z.strictObject({ landmarks: unrest, pixels: unrest });
const correlation = z.number().min(-1).max(1).nullable();
const reenactment = z.strictObject({
  face: beside,
  mouth: beside,
  whole: beside,
  landmarks: beside,
  mouthCorrelation: correlation,
  lidCorrelation: correlation,
  pose: z.strictObject({ yawDeg: z.number(), pitchDeg: z.number(), rollDeg: z.number(), totalDeg: z.number() }),
});
const cosine = z.number().min(0).max(1);
const resultSchema = z.strictObject({
  pack: z.literal('mesh'),
  every: z.number().int(),
  clips: z.record(
    z.string(),
    reenactment.extend({
      frames: z.number().int(),
      framesWithoutFace: z.number().int(),
      framesOursWithoutFace: z.number().int(),
      jitter: jitter.nullable(),
    }),
  ),
  mean: reenactment.extend({ jitter }),
  identity: z
    .strictObject({
      clips: cosine.nullable(),
      worstClipFrame: cosine.nullable(),
      gallery: cosine,
      worstGalleryFrame: cosine,
      samePerson: cosine,
      differentPeople: cosine,
    })
    .nullable(),
  skipped: z.record(z.string(), z.string()),
  sheets: z.string().nullable(),
  floors: z.array(
    z.strictObject({
      name: z.string(),
      better: z.enum(['lower', 'higher']),
      limit: z.number(),
      reached: z.number().nullable(),
      met: z.boolean().nullable(),
    }),
  ),
});

const FRAMES = 10;
const QUICK = ['--skip-identity', '--skip-jitter', '--skip-sheets'];

let folder: string;
let clips: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-quality-'));
  clips = join(folder, 'clips');
  await mkdir(clips);
  // Every frame of the clip some time after the one before, so that the head has moved.
  const ticks = [...Array(FRAMES).keys()];
  await writeShortClip(join(clips, 'talking.mp4'), { ticks, timeBase: { num: 1, den: 25 }, every: 7 });
});
afterAll(() => rm(folder, { recursive: true }));

const quality = (...args: string[]) => runCli('bench-quality', args);

describe('npm run bench:quality', () => {
  test('gives the same numbers twice, better than a copy of the portrait', { timeout: 120_000 }, async () => {
    const run = async () => {
      const { code, stdout } = await quality('--clips', clips, '--json', ...QUICK);
      expect(code).toBe(0);
      return resultSchema.parse(JSON.parse(stdout));
    };
    const [first, second] = [await run(), await run()];
    expect(second).toEqual(first);
    const { talking } = first.clips;
    expect(talking.frames).toBe(FRAMES - 1);
    expect(talking.framesWithoutFace).toBe(0);
    expect(talking.framesOursWithoutFace).toBe(0);
    expect(talking.landmarks.copy).toBeGreaterThan(0.02);
    expect(talking.landmarks.ours).toBeLessThan(0.6 * talking.landmarks.copy);
    expect(talking.face.ours).toBeLessThan(talking.face.copy);
    expect(first.mean.face).toEqual(talking.face);
    expect(first.floors.map(({ name }) => name)).toEqual([
      'face L1',
      'mouth L1',
      'whole L1',
      'landmarks',
      'mouth corr',
      'lid corr',
    ]);
    for (const { better, limit, reached, met } of first.floors) {
      expect(met).toBe(reached === null ? null : better === 'lower' ? reached <= limit : reached >= limit);
    }
  });

  test('measures identity and rest, and leaves a sheet', { timeout: 120_000 }, async () => {
    const out = join(folder, 'new', 'sheets');
    const portraits = join(folder, 'portraits');
    await mkdir(portraits);
    for (const path of galleryPortraits().slice(0, 2)) await cp(path, join(portraits, basename(path)));
    const few = ['--max-frames', '4', '--portraits', portraits];
    const { code, stdout } = await quality('--clips', clips, '--json', ...few, '--out', out);
    expect(code).toBe(0);
    const { identity, mean, clips: measured, sheets } = resultSchema.parse(JSON.parse(stdout));
    expect(measured.talking.frames).toBe(3);
    expect(identity?.clips).toBeNull();
    expect(identity?.gallery).toBeGreaterThan((identity?.differentPeople ?? 1) + 0.15);
    expect(identity?.worstGalleryFrame).toBeLessThanOrEqual(identity?.gallery ?? 0);
    expect(identity?.samePerson).toBeGreaterThan((identity?.differentPeople ?? 1) + 0.15);
    // The camera's noise must not come through: its pixels change, ours rest.
    expect(mean.jitter.pixels.camera).toBeGreaterThan(0.003);
    expect(mean.jitter.pixels.ours).toBeLessThan(0.5 * (mean.jitter.pixels.camera ?? 0));
    expect(mean.jitter.landmarks.ours).toBeLessThan(mean.jitter.landmarks.camera ?? 0);
    expect(sheets).toBe(out);
    expect(await readdir(out)).toEqual(['talking.png']);
  });

  test('a clip that cannot be measured is left out and told', { timeout: 60_000 }, async () => {
    const mixed = join(folder, 'mixed');
    await cp(clips, mixed, { recursive: true });
    await writeFile(join(mixed, 'broken.webm'), 'no video');
    await writeFile(join(mixed, 'notes.txt'), 'no clip');
    const wall = { ticks: [0, 1, 2, 3], timeBase: { num: 1, den: 25 }, faceless: [0, 1, 2, 3] };
    await writeShortClip(join(mixed, 'wall.mp4'), wall);
    await writeShortClip(join(mixed, 'late.mp4'), { ...wall, faceless: [0] });
    const { code, stdout } = await quality('--clips', mixed, '--json', '--every', '2', ...QUICK);
    expect(code).toBe(0);
    const { clips: measured, skipped } = resultSchema.parse(JSON.parse(stdout));
    expect(Object.keys(measured)).toEqual(['late', 'talking']);
    expect(measured.talking.frames).toBe(Math.floor((FRAMES - 1) / 2));
    expect(skipped.broken).toMatch(/video/);
    expect(skipped.wall).toMatch(/no upright face/);
    // Its portrait is its second frame; of the two after it the second is measured.
    expect(measured.late).toMatchObject({ frames: 1, framesWithoutFace: 0 });
  });

  test('a table names the floors and what was left out', { timeout: 60_000 }, async () => {
    const { stdout, stderr } = await quality('--clips', clips, '--clip', 'talking', '--every', '3', ...QUICK);
    expect(stdout).toMatch(/floor +≤ 0\.03/);
    expect(stdout).toMatch(/talking +0\.\d{4} \(0\.\d{3}\)/);
    expect(stdout).toMatch(/one frame in 3/);
    expect(stderr).toMatch(/talking/);
  });

  test.each([
    [[], 2, /--clips is missing/],
    [['--clips', '/nowhere/at-all'], 1, /at-all does not exist/],
    [['--clips', 'CLIPS', '--clip', 'singing'], 1, /no clip "singing".*talking\.mp4/],
    [['--clips', 'CLIPS', '--every', '0'], 2, /--every/],
    [['--clips', 'CLIPS', '--every', '1e3'], 2, /--every/],
    [['--clips', 'CLIPS', '--max-frames', '1', ...QUICK], 1, /not one clip could be measured/],
    [['--clips', 'EMPTY'], 1, /there is no video in/],
    [['--clips', 'CLIPS', '--portraits', 'EMPTY'], 1, /there is no picture in/],
    [['--clips', 'CLIPS', '--fast'], 2, /--fast/],
  ])('refuses %j in one line', { timeout: 60_000 }, async (args, code, line) => {
    const empty = join(folder, 'empty');
    await mkdir(empty, { recursive: true });
    const result = await quality(...args.map((arg) => ({ CLIPS: clips, EMPTY: empty })[arg] ?? arg));
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr.trimEnd().split('\n').at(-1)).toMatch(/^bench:quality: /);
    expect(result.stderr).toMatch(line);
  });
});
