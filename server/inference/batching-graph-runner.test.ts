import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphFilesOf } from '../packs/pack-graphs.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import { BatchingGraphRunner } from './batching-graph-runner.ts';
import type { FloatTensor, FloatTensors } from './graph-runner.ts';
import { GraphThread } from './graph-thread.ts';
import { type GraphFile, InlineGraphRunner } from './inline-graph-runner.ts';
import { InferenceError } from './onnx-model.ts';

const PACKS = join(import.meta.dirname, '../packs/fomm/testing');
const NO_GPU = { hasGpu: false, hasNvidiaGpu: false };

let folder: string;
let files: Record<string, GraphFile>;
let alone: InlineGraphRunner;
let thread: GraphThread;
let runner: BatchingGraphRunner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effigy-batching-'));
  files = graphFilesOf(await new PackStore(PACKS).open('fomm-tiny'));
  alone = await InlineGraphRunner.load(files);
  thread = await GraphThread.open(files, { portraitGraphs: ['source'], optimisedGraphsDir: folder });
  runner = await BatchingGraphRunner.open(files, { portraitGraphs: ['source'], optimisedGraphsDir: folder });
});
afterAll(async () => {
  await Promise.all([alone.close(), thread.close(), runner.close()]);
  await rm(folder, { recursive: true });
});

function picture(phase: number, isConstant?: boolean): FloatTensor {
  const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => 0.5 + 0.5 * Math.sin(phase + i / 7));
  return { data, dims: [1, 3, 64, 64], isConstant };
}

function expectClose(actual: FloatTensors, expected: FloatTensors): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(actual[name].dims).toEqual(dims);
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[name].data[i])), 0);
    expect(worst, name).toBeLessThan(1e-5);
  }
}

/** What a frame of session `phase` gives the `frame` graph. */
async function frameInputs(phase: number): Promise<FloatTensors> {
  const image = picture(phase);
  const { features, thumbnail } = await alone.run('source', { image });
  const source = await alone.run('keypoints', { image });
  const driving = await alone.run('keypoints', { image: picture(phase + 0.5) });
  return {
    features: { ...features, isConstant: true },
    thumbnail: { ...thumbnail, isConstant: true },
    source_value: source.value,
    source_jacobian: source.jacobian,
    driving_value: driving.value,
    driving_jacobian: driving.jacobian,
  };
}

describe('GraphThread', () => {
  test('a batch of N equals N single runs', async () => {
    const inputs = await Promise.all([0, 1, 2, 3].map(frameInputs));
    const singly: FloatTensors[] = [];
    for (const input of inputs) singly.push(await alone.run('frame', input));
    const { outputs, ms } = await thread.runBatch(
      'frame',
      inputs.map((input) => ({ inputs: input })),
      4,
    );
    expect(ms).toBeGreaterThan(0);
    for (const [i, output] of outputs.entries()) expectClose(output, singly[i]);
  });

  test('puts constants in their places anew when others had them', async () => {
    const inputs = await Promise.all([0, 1, 2].map(frameInputs));
    for (const order of [[0, 1], [1, 0], [2], [0, 2]]) {
      const { outputs } = await thread.runBatch(
        'frame',
        order.map((i) => ({ inputs: inputs[i] })),
        2,
      );
      for (const [place, i] of order.entries()) expectClose(outputs[place], await alone.run('frame', inputs[i]));
    }
    const [constant, changing] = [picture(1, true), picture(2)];
    for (const image of [constant, changing, constant]) {
      const { outputs } = await thread.runBatch('keypoints', [{ inputs: { image } }], 1);
      expectClose(outputs[0], await alone.run('keypoints', { image }));
    }
  });

  test('measures what it warms up: all sizes of what frames need, one of what portraits need', () => {
    const sizes = (graph: string) => thread.runTimes[graph].map(([size]) => size);
    expect([sizes('keypoints'), sizes('source')]).toEqual([[1, 2, 4, 8], [1]]);
    expect(thread.runTimes.frame.every(([, ms]) => ms > 0)).toBe(true);
  });

  test('falls back to the next provider, and keeps what to do about the better ones', async () => {
    const fallen = await GraphThread.open(files, {
      executionProviders: ['tensorrt', 'cuda', 'webgpu', 'cpu'],
      hardware: NO_GPU,
      batchSizes: [1],
    });
    expect(fallen.executionProvider).toBe('cpu');
    expect(fallen.refusedProviders).toEqual([
      { executionProvider: 'tensorrt', reason: expect.stringContaining('--gpus all') },
      { executionProvider: 'cuda', reason: expect.stringContaining('no NVIDIA GPU') },
      { executionProvider: 'webgpu', reason: expect.stringContaining('/dev/dri') },
    ]);
    await fallen.close();
  });

  test('refuses graphs that nobody can run, with every reason', async () => {
    const broken = join(folder, 'broken.graph');
    await writeFile(broken, 'no graph');
    const open = GraphThread.open(
      { frame: { ...files.frame, path: broken } },
      { executionProviders: ['cuda', 'cpu'], hardware: NO_GPU },
    );
    await expect(open).rejects.toThrow(/cuda: there is no NVIDIA GPU.*cpu: .*broken\.graph/);
    await expect(GraphThread.open({})).rejects.toThrow(InferenceError);
  });
});

describe('BatchingGraphRunner', () => {
  test('gives many sessions at once what each would get alone', async () => {
    const inputs = await Promise.all([...Array(6).keys()].map(frameInputs));
    const singly: FloatTensors[] = [];
    for (const input of inputs) singly.push(await alone.run('frame', input));
    const sessions = inputs.map(() => runner.forSession());
    for (let round = 0; round < 3; round++) {
      const together = await Promise.all(sessions.map((session, i) => session.run('frame', inputs[i])));
      for (const [i, output] of together.entries()) expectClose(output, singly[i]);
    }
    const { calls, batches } = runner.stats;
    expect(batches).toBeLessThanOrEqual(calls);
  });

  test('a wrong call touches nobody else', async () => {
    const [good, bad] = [runner.forSession(), runner.forSession()];
    const image = picture(3);
    const wrong = { data: new Float32Array(3), dims: [1, 3, 1, 1] };
    const [result, refusal, unknown] = await Promise.allSettled([
      good.run('keypoints', { image }),
      bad.run('keypoints', { image: wrong }),
      bad.run('dense', { image }),
    ]);
    expect(result.status).toBe('fulfilled');
    expect(refusal).toMatchObject({
      reason: { message: 'keypoints takes image as [1, 3, 64, 64], not [1, 3, 1, 1] with 3 numbers' },
    });
    expect(unknown).toMatchObject({
      reason: { message: 'there is no graph dense; there are keypoints, source, frame' },
    });
  });

  test('computes a portrait’s features once for all sessions that show it', async () => {
    const before = runner.stats.calls;
    const results = await Promise.all(
      [1, 2, 3].map(() => runner.forSession().run('source', { image: picture(8, true) })),
    );
    expect(runner.stats.calls - before).toBe(1);
    expect(results[1].features.data).toBe(results[0].features.data);
    expect(results[0].features.isConstant).toBe(true);
    expectClose(results[2], await alone.run('source', { image: picture(8) }));
  });

  test('keeps optimised graphs, whole or not at all, and does without one that is damaged', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx'));
    expect(names).toHaveLength(3);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    for (const name of names) await writeFile(join(folder, name), 'damaged');
    const again = await BatchingGraphRunner.open(files, { optimisedGraphsDir: folder, batchSizes: [1] });
    const inputs = await frameInputs(1);
    expectClose(await again.forSession().run('frame', inputs), await alone.run('frame', inputs));
    await again.close();
    const nowhere = await BatchingGraphRunner.open(files, {
      optimisedGraphsDir: join(folder, names[0], 'nowhere'),
      batchSizes: [1],
    });
    await nowhere.close();
  });

  test('leaves this thread’s event loop alone', async () => {
    const inputs = await frameInputs(2);
    const session = runner.forSession();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (let i = 0; i < 30; i++) await session.run('frame', inputs);
    delay.disable();
    // The median does not depend on what else the machine does; a run in this thread would be in it.
    expect(delay.percentile(50) / 1e6).toBeLessThan(5);
  });

  test('finishes what it is at before it closes, and takes nothing after', async () => {
    const closing = await BatchingGraphRunner.open(files, { batchSizes: [1] });
    const session = closing.forSession();
    const last = session.run('keypoints', { image: picture(0) });
    await Promise.all([closing.close(), closing.close()]);
    expect((await last).value.data).toHaveLength(10);
    await expect(session.run('keypoints', { image: picture(0) })).rejects.toThrow('the graph runner is closed');
  });
});
