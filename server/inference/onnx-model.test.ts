import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OnnxGraph } from '../../models/convert/human/onnx-graph.ts';
import { InferenceError, OnnxModel } from './onnx-model.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'effigy-inference-'));
  file = path.join(folder, 'sum.onnx');
  const graph = new OnnxGraph('sum');
  graph.addInput('a', ['batch', 2]);
  graph.addInput('b', ['batch', 2]);
  graph.addNode('Add', ['a', 'b'], 'sum');
  graph.addNode('Relu', ['sum'], 'positive');
  graph.addOutput('sum', ['batch', 2]);
  graph.addOutput('positive', ['batch', 2]);
  await writeFile(file, graph.encode());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('OnnxModel', () => {
  test('runs with inputs and outputs in the same buffers every time', async () => {
    const model = await OnnxModel.load(file);
    const run = model.bind({ a: [1, 2], b: [1, 2] }, { sum: [1, 2] });
    const { a, b } = run.inputs;
    const { sum } = run.outputs;
    a.set([1, 2]);
    b.set([10, -20]);
    await run.execute();
    expect([...sum]).toEqual([11, -18]);
    a.set([3, 4]);
    await run.execute();
    expect([...sum]).toEqual([13, -16]);
    expect(run.outputs.sum).toBe(sum);
    await model.close();
  });

  test('is shared by runs of different batch sizes, each with its own buffers', async () => {
    const model = await OnnxModel.load(file);
    const single = model.bind({ a: [1, 2], b: [1, 2] }, { positive: [1, 2] });
    const double = model.bind({ a: [2, 2], b: [2, 2] }, { positive: [2, 2] });
    single.inputs.a.set([-1, 1]);
    double.inputs.a.set([1, -2, 3, -4]);
    await Promise.all([single.execute(), double.execute()]);
    expect([...single.outputs.positive]).toEqual([0, 1]);
    expect([...double.outputs.positive]).toEqual([1, 0, 3, 0]);
    await model.close();
  });

  test('refuses a second run with the same buffers while one is under way', async () => {
    const model = await OnnxModel.load(file);
    const run = model.bind({ a: [1, 2], b: [1, 2] }, { sum: [1, 2] });
    const first = run.execute();
    await expect(run.execute()).rejects.toThrow(/under way/);
    await first;
    await run.execute();
    await model.close();
  });

  test('says which names it has when asked for others', async () => {
    const model = await OnnxModel.load(file);
    expect(() => model.bind({ a: [1, 2] }, { sum: [1, 2] })).toThrow(/inputs a, b; asked for a$/);
    expect(() => model.bind({ a: [1, 2], b: [1, 2] }, { total: [1, 2] })).toThrow(/outputs sum, positive/);
    await model.close();
  });

  test('names the model when a run fails', async () => {
    const model = await OnnxModel.load(file);
    const run = model.bind({ a: [1, 3], b: [1, 3] }, { sum: [1, 3] });
    await expect(run.execute()).rejects.toThrow(/sum\.onnx failed/);
    await model.close();
  });

  test('closes once, and runs nothing after that', async () => {
    const model = await OnnxModel.load(file);
    const run = model.bind({ a: [1, 2], b: [1, 2] }, { sum: [1, 2] });
    await model.close();
    await model.close();
    await expect(run.execute()).rejects.toThrow(/is closed/);
  });

  test('falls back to the next execution provider and keeps the reason', async () => {
    const missing = 'quantum' as 'cuda';
    const model = await OnnxModel.load(file, { executionProviders: [missing, 'cpu'] });
    expect(model.executionProvider).toBe('cpu');
    expect(model.refusedProviders).toHaveLength(1);
    expect(model.refusedProviders[0].executionProvider).toBe(missing);
    expect(model.refusedProviders[0].reason).toMatch(/has only cpu/);
    await model.close();
  });

  test('throws with every reason when no provider takes the model', async () => {
    const broken = path.join(folder, 'broken.onnx');
    await writeFile(broken, 'not a model');
    await expect(OnnxModel.load(broken)).rejects.toThrow(InferenceError);
    await expect(OnnxModel.load(broken)).rejects.toThrow(/cannot load .*broken\.onnx \(cpu: .+\)/);
    await expect(OnnxModel.load(path.join(folder, 'absent.onnx'))).rejects.toThrow(/absent\.onnx/);
  });
});
