import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runCli } from '../testing/run-cli.ts';
import { formatPackTable } from './pack-report.ts';

const TINY = join(import.meta.dirname, '../../packs/fomm/testing/fomm-tiny');
const milliseconds = z.number().positive();
const schema = z.strictObject({
  pack: z.literal('fomm-tiny'),
  weights: z.literal('random'),
  executionProvider: z.literal('cpu'),
  refusedProviders: z.tuple([]),
  device: z.string().regex(/^\d+ × /),
  startMs: z.strictObject({ cold: milliseconds, kept: milliseconds }),
  portraitMs: z.strictObject({ source: milliseconds }),
  batches: z
    .array(
      z.strictObject({
        batch: z.number(),
        stages: z.strictObject({ keypoints: milliseconds, frame: milliseconds }),
        msPerFrame: milliseconds,
        framesPerSecond: z.number().positive(),
      }),
    )
    .length(2),
  sessionsAt25Fps: z.int().nonnegative(),
  sessionsAt30Fps: z.int().nonnegative(),
  memory: z.strictObject({ processMiB: z.number().positive(), gpuMiB: z.number().nullable() }),
});

const bench = (...args: string[]) => runCli('bench', ['--pack', TINY, ...args]);

describe('npm run bench -- --pack', () => {
  test('measures every stage of every batch', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await bench(
      '--provider',
      'cpu',
      '--batch',
      '2',
      '--runs',
      '3',
      '--seconds',
      '1',
      '--json',
    );
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('bench:')]);
    const result = schema.parse(JSON.parse(stdout));
    expect(result.batches.map(({ batch }) => batch)).toEqual([1, 2]);
    for (const { stages, msPerFrame, framesPerSecond } of result.batches) {
      expect(msPerFrame).toBeCloseTo(stages.keypoints + stages.frame, 1);
      expect(framesPerSecond).toBeCloseTo(1000 / msPerFrame, -1);
    }
    const table = formatPackTable(result);
    expect(table).toContain('Pack fomm-tiny (random weights) on cpu: ');
    expect(table).toMatch(/batch +keypoints +frame +ms\/frame +frames\/s/);
  });

  test.each([
    [['--provider', 'abacus'], /--provider "abacus" is none of tensorrt, cuda, webgpu, cpu/],
    [['--batch', '0'], /--batch/],
  ])('refuses %j', { timeout: 60_000 }, async (args, line) => {
    const { code, stderr } = await bench(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  });
});
