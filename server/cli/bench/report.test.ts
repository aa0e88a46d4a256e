import { expect, test } from 'vitest';
import { formatJson, formatTable } from './report.ts';
import type { BenchResult } from './run-bench.ts';

const RESULT: BenchResult = {
  pack: 'mesh',
  executionProvider: 'cpu',
  layers: 2,
  frames: 250,
  cpuMsPerFrame: { decode: 1.23456, track: 8, motion: 0.2, animate: 7.5, mark: 0.1, encode: 3, total: 20.1 },
  addedLatencyMs: { p50: 24.61, p95: 31 },
  sessionsAt25Fps: 3,
};

test('the bench as a table has a row for each number', () => {
  const table = formatTable(RESULT);
  expect(table).toContain('Pack mesh on cpu, two layers, 250 frames');
  expect(table).toMatch(/decode +1\.23 CPU ms/);
  expect(table).toMatch(/total +20\.10 CPU ms/);
  expect(table).toMatch(/latency p50 +24\.6 ms/);
  expect(table).toMatch(/sessions +3 at 25 fps/);
});

test('the bench as JSON is one line, rounded to hundredths', () => {
  const json = formatJson(RESULT);
  expect(json.trimEnd()).not.toContain('\n');
  const rounded = { ...RESULT, cpuMsPerFrame: { ...RESULT.cpuMsPerFrame, decode: 1.23 } };
  expect(JSON.parse(json)).toEqual(rounded);
});
