import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { galleryPortrait, writeShortClip } from './testing/demo-media.ts';
import { runCli } from './testing/run-cli.ts';

const milliseconds = z.number().positive();
const benchSchema = z.strictObject({
  pack: z.literal('mesh'),
  executionProvider: z.literal('cpu'),
  layers: z.union([z.literal(1), z.literal(2)]),
  frames: z.literal(12),
  cpuMsPerFrame: z.strictObject({
    decode: milliseconds,
    track: milliseconds,
    motion: milliseconds,
    animate: milliseconds,
    mark: z.number().nonnegative(),
    encode: milliseconds,
    total: milliseconds,
  }),
  addedLatencyMs: z.strictObject({ p50: milliseconds, p95: milliseconds }),
  sessionsAt25Fps: z.number().int().nonnegative(),
});

let folder: string;
let driving: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-bench-'));
  driving = join(folder, 'driving.mp4');
  await writeShortClip(driving, { ticks: [...Array(12).keys()], timeBase: { num: 1, den: 25 } });
});
afterAll(() => rm(folder, { recursive: true }));

const bench = (...args: string[]) =>
  runCli('bench', ['--driving', driving, '--portrait', galleryPortrait(), '--frames', '12', '--seconds', '1', ...args]);

describe('npm run bench', () => {
  test('prints one JSON object and nothing else', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await bench('--json');
    expect(stderr).not.toContain('bench:');
    expect(code).toBe(0);
    const result = benchSchema.parse(JSON.parse(stdout));
    const { total, ...stages } = result.cpuMsPerFrame;
    expect(total).toBeGreaterThan(0.9 * Object.values(stages).reduce((sum, ms) => sum + ms, 0));
    expect(result.addedLatencyMs.p95).toBeGreaterThanOrEqual(result.addedLatencyMs.p50);
  });

  test.each([
    [['--frames', '0'], 2, /--frames/],
    [['--fast'], 2, /--fast/],
    [['--pack', 'wax'], 2, /"wax"/],
    [['--driving', '/nowhere/x.mp4'], 1, /x\.mp4 does not exist/],
    [['--portrait', '/nowhere/x.jpg'], 1, /x\.jpg does not exist/],
  ])('refuses %j in one line', { timeout: 60_000 }, async (args, code, line) => {
    const result = await runCli('bench', ['--driving', driving, '--portrait', galleryPortrait(), ...args]);
    expect(result).toMatchObject({ code, stdout: '' });
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^bench: /);
    expect(lines.at(-1)).toMatch(line);
  });

  test('says where the driving video has no face', { timeout: 60_000 }, async () => {
    const wall = join(folder, 'wall.mp4');
    await writeShortClip(wall, { ticks: [0, 1, 2], timeBase: { num: 1, den: 25 }, faceless: [0, 1, 2] });
    const { code, stderr } = await bench('--driving', wall);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bench: there is a face in less than half/);
  });

  test('refuses a camera that is no video', { timeout: 60_000 }, async () => {
    const text = join(folder, 'text.mp4');
    await writeFile(text, 'no video');
    expect((await bench('--driving', text)).code).toBe(1);
  });
});
