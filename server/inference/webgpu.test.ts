import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphFilesOf } from '../packs/pack-graphs.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import type { FloatTensor, FloatTensors } from './graph-runner.ts';
import { GraphThread } from './graph-thread.ts';
import { volumeGraph } from './testing/odd-graphs.ts';

/** The WebGPU provider for real, on whatever Vulkan driver there is; continuous integration installs one in software. */
const PROBE = join(import.meta.dirname, 'probe-webgpu.ts');
const PACKS = [
  {
    folder: join(import.meta.dirname, '../packs/fomm/testing'),
    name: 'fomm-tiny',
    portraitGraphs: ['source'],
    batchSizes: [1, 2],
  },
  {
    folder: join(import.meta.dirname, '../packs/liveportrait/testing'),
    name: 'liveportrait-tiny',
    portraitGraphs: ['appearance'],
    batchSizes: [1],
  },
];
/** Shaders are compiled at the first run, in software by one thread. */
const COMPILE_TIMEOUT_MS = 120_000;

const probe = spawnSync(process.execPath, [PROBE], { encoding: 'utf8', timeout: COMPILE_TIMEOUT_MS });
const hasVulkan = probe.status === 0;
if (!hasVulkan) {
  const reason = probe.stderr.trim().split('\n').at(-1);
  console.warn(
    `SKIPPED: the WebGPU provider is not tested, for there is no Vulkan driver that it takes (${reason}). ` +
      'Mesa 25 brings one in software: apt-get install mesa-vulkan-drivers libvulkan1 (Debian 12: from bookworm-backports).',
  );
}

/** A picture, or keypoints, of plausible numbers. */
function tensor(dims: readonly number[], phase: number): FloatTensor {
  const size = dims.reduce((product, length) => product * length, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => 0.5 + 0.4 * Math.sin(phase + i / 7)), dims };
}

describe.skipIf(!hasVulkan).each(PACKS)(
  'the WebGPU provider with $name',
  ({ folder, name, portraitGraphs, batchSizes }) => {
    let gpu: GraphThread;
    let cpu: GraphThread;
    let inputs: Record<string, FloatTensors[]>;
    beforeAll(async () => {
      const files = graphFilesOf(await new PackStore(folder).open(name));
      const options = { batchSizes, portraitGraphs };
      gpu = await GraphThread.open(files, { ...options, executionProviders: ['webgpu'], allowSoftwareVulkan: true });
      cpu = await GraphThread.open(files, { ...options, executionProviders: ['cpu'] });
      inputs = Object.fromEntries(
        Object.entries(files).map(([graph, { inputs }]) => [
          graph,
          [0, 1].map((call) =>
            Object.fromEntries(Object.entries(inputs).map(([input, dims], i) => [input, tensor(dims, call + 3 * i)])),
          ),
        ]),
      );
    }, COMPILE_TIMEOUT_MS);
    afterAll(() => Promise.all([gpu?.close(), cpu?.close()]));

    test('runs there and nowhere else', () => {
      expect(gpu.executionProvider).toBe('webgpu');
      expect(gpu.refusedProviders).toEqual([]);
    });

    test('computes what the CPU computes', { timeout: COMPILE_TIMEOUT_MS }, async () => {
      for (const [graph, calls] of Object.entries(inputs)) {
        for (const size of gpu.runTimes[graph].map(([size]) => size)) {
          const batch = calls.slice(0, size).map((call) => ({ inputs: call }));
          const expected = await cpu.runBatch(graph, batch, size);
          const actual = await gpu.runBatch(graph, batch, size);
          for (const [i, outputs] of expected.outputs.entries()) {
            for (const [output, { data }] of Object.entries(outputs)) {
              const other = actual.outputs[i][output].data;
              const worst = data.reduce((most, value, k) => Math.max(most, Math.abs(value - other[k])), 0);
              expect(worst, `${graph}.${output} of ${size}`).toBeLessThan(1e-4);
            }
          }
        }
      }
    });
  },
);

test.skipIf(!hasVulkan)('a graph that WebGPU cannot run whole is refused, not run on the CPU in silence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'effigy-webgpu-'));
  const path = join(folder, 'volume.onnx');
  await writeFile(path, volumeGraph());
  const thread = await GraphThread.open(
    { volume: { path, inputs: { x: [1, 1, 2, 2, 2] }, outputs: { y: [1, 1, 1, 1, 1] }, canBatch: false } },
    { executionProviders: ['webgpu', 'cpu'], allowSoftwareVulkan: true },
  );
  expect(thread.executionProvider).toBe('cpu');
  expect(thread.refusedProviders).toEqual([
    { executionProvider: 'webgpu', reason: expect.stringMatching(/volume\.onnx.*--sampling slices/) },
  ]);
  await thread.close();
  await rm(folder, { recursive: true });
});
