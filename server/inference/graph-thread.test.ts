import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphFilesOf } from '../packs/pack-graphs.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import { GraphThread } from './graph-thread.ts';
import type { GraphFile } from './inline-graph-runner.ts';
import type { InferenceError } from './onnx-model.ts';
import { loopingGraph, pickyGraph, withoutBatch } from './testing/odd-graphs.ts';

const PACKS = join(import.meta.dirname, '../packs/fomm/testing');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-graph-thread-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('graphs for one picture at a time', () => {
  let files: Record<string, GraphFile>;
  beforeAll(async () => {
    const pack = await new PackStore(PACKS).open('fomm-tiny');
    files = graphFilesOf(pack);
    expect(Object.values(files).every(({ canBatch }) => canBatch)).toBe(true);
    for (const [name, file] of Object.entries(files)) {
      const path = join(folder, `${name}.onnx`);
      await writeFile(path, withoutBatch(await readFile(file.path)));
      files[name] = { ...file, path };
    }
  });
  const image = { data: new Float32Array(3 * 64 * 64).fill(0.5), dims: [1, 3, 64, 64] };

  test('are known by their manifest', async () => {
    const pack = await new PackStore(PACKS).open('fomm-tiny');
    const { keypoints } = pack.manifest.graphs;
    const single = {
      ...keypoints,
      inputs: keypoints.inputs.map((input) => ({ ...input, dims: [1, ...input.dims.slice(1)] })),
    };
    const graphs = { ...pack.manifest.graphs, keypoints: single };
    const found = graphFilesOf({ ...pack, manifest: { ...pack.manifest, graphs } });
    expect([found.keypoints.canBatch, found.frame.canBatch]).toEqual([false, true]);
  });

  test('are warmed up with a batch of 1, and run', async () => {
    const single = Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, { ...file, canBatch: false }]),
    );
    const thread = await GraphThread.open(single);
    expect(Object.values(thread.runTimes).map((times) => times.map(([size]) => size))).toEqual([[1], [1], [1]]);
    const { outputs } = await thread.runBatch('keypoints', [{ inputs: { image } }], 1);
    expect(outputs[0].value.data).toHaveLength(10);
    await thread.close();
  });

  test('are run one by one where a larger batch fails, whatever was promised', async () => {
    const thread = await GraphThread.open({ keypoints: files.keypoints });
    expect(thread.runTimes.keypoints.map(([size]) => size)).toEqual([1]);
    const { outputs } = await thread.runBatch('keypoints', [{ inputs: { image } }], 1);
    expect(outputs[0].value.data.every(Number.isFinite)).toBe(true);
    await thread.close();
  });
});

describe('a device that is lost', () => {
  async function open(graph: Uint8Array, runDeadlineMs?: () => number) {
    const path = join(folder, 'odd.onnx');
    await writeFile(path, graph);
    const losses: InferenceError[] = [];
    const odd = { path, inputs: { x: [1, 1] }, outputs: { y: [1, 1] }, canBatch: true };
    const thread = await GraphThread.open(
      { odd },
      { batchSizes: [1], runDeadlineMs, onLost: (error) => losses.push(error) },
    );
    const run = async (x: number) => {
      const { outputs } = await thread.runBatch(
        'odd',
        [{ inputs: { x: { data: Float32Array.of(x), dims: [1, 1] } } }],
        1,
      );
      return [...outputs[0].y.data];
    };
    return { thread, losses, run };
  }
  /** Seconds in one run. */
  const LONG = 3e6;

  test('is given up when a run passes its deadline', async () => {
    const { thread, losses, run } = await open(loopingGraph(), () => 300);
    expect(await run(3)).toEqual([-3]);
    await expect(run(LONG)).rejects.toThrow('the graph thread hangs: odd gave nothing for 300 ms');
    expect(losses.map(({ message }) => message)).toEqual([expect.stringContaining('hangs')]);
    await expect(run(1)).rejects.toBe(losses[0]);
    await thread.close();
  });

  test('does not keep who closes it waiting for longer than the deadline', async () => {
    const { thread, losses, run } = await open(loopingGraph(), () => 300);
    const hanging = expect(run(LONG)).rejects.toThrow('the graph runner is closed');
    await thread.close();
    await hanging;
    expect(losses).toEqual([]);
  });

  test('is given up when every run fails, not when some do', async () => {
    const { thread, losses, run } = await open(pickyGraph());
    for (const x of [9, 9, 9, 9, 1, 9, 9, 9, 9, 0]) {
      if (x === 9) await expect(run(x)).rejects.toThrow(/odd\.onnx failed/);
      else expect(await run(x)).toEqual([x === 1 ? 6 : 5]);
    }
    expect(losses).toEqual([]);
    for (let i = 0; i < 5; i++) await expect(run(9)).rejects.toThrow(/odd\.onnx failed/);
    expect(losses.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the graph thread failed 5 times in a row, at last: .*odd\.onnx failed/),
    ]);
    await expect(run(1)).rejects.toBe(losses[0]);
    await thread.close();
  });
});
