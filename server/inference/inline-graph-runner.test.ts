import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphFilesOf } from '../packs/pack-graphs.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import type { FloatTensor } from './graph-runner.ts';
import { type GraphFile, InlineGraphRunner } from './inline-graph-runner.ts';
import { InferenceError } from './onnx-model.ts';

const PACKS = join(import.meta.dirname, '../packs/fomm/testing');
const DIMS = [1, 3, 64, 64];

let files: Record<string, GraphFile>;
let runner: InlineGraphRunner;
beforeAll(async () => {
  files = graphFilesOf(await new PackStore(PACKS).open('fomm-tiny'));
  runner = await InlineGraphRunner.load(files);
});
afterAll(() => runner.close());

function picture(phase: number, isConstant?: boolean): FloatTensor {
  const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => 0.5 + 0.5 * Math.sin(phase + i / 7));
  return { data, dims: DIMS, isConstant };
}

describe('InlineGraphRunner', () => {
  test('gives each call its own outputs', async () => {
    const { value, jacobian } = await runner.run('keypoints', { image: picture(0) });
    expect([value.dims, jacobian.dims]).toEqual([
      [1, 5, 2],
      [1, 5, 2, 2],
    ]);
    const kept = value.data.slice();
    const other = await runner.run('keypoints', { image: picture(1) });
    expect(other.value.data).not.toEqual(kept);
    expect(value.data).toEqual(kept);
  });

  test('serves calls that come at once one after the other', async () => {
    const phases = [0, 1, 2, 3];
    const alone = [];
    for (const phase of phases) alone.push(await runner.run('keypoints', { image: picture(phase) }));
    const together = await Promise.all(phases.map((phase) => runner.run('keypoints', { image: picture(phase) })));
    expect(together).toEqual(alone);
  });

  test('knows constant tensors again by their object, not by their numbers', async () => {
    const [one, two] = [picture(0, true), picture(2, true)];
    const results = [];
    for (const image of [one, one, two, picture(1), one]) results.push(await runner.run('keypoints', { image }));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).not.toEqual(results[0]);
    expect(results[4]).toEqual(results[0]);
  });

  test('goes on after a call that failed', async () => {
    const wrong = { data: new Float32Array(3), dims: [1, 3, 1, 1] };
    await expect(runner.run('keypoints', { image: wrong })).rejects.toThrow(
      'keypoints takes image as [1, 3, 64, 64], not [1, 3, 1, 1] with 3 numbers',
    );
    await expect(runner.run('keypoints', {})).rejects.toThrow('not nothing');
    await expect(runner.run('dense', {})).rejects.toThrow(
      'there is no graph dense; there are keypoints, source, frame',
    );
    expect((await runner.run('keypoints', { image: picture(0) })).value.data.every(Number.isFinite)).toBe(true);
  });

  test('says where it runs, and what was refused', async () => {
    const fallen = await InlineGraphRunner.load(files, { executionProviders: ['tensorrt', 'cpu'] });
    expect(fallen.executionProvider).toBe('cpu');
    expect(fallen.refusedProviders.map(({ executionProvider }) => executionProvider)).toEqual(['tensorrt']);
    await fallen.close();
  });

  test('finishes what it is at before it closes, and takes nothing after', async () => {
    const closing = await InlineGraphRunner.load(files);
    const last = closing.run('keypoints', { image: picture(0) });
    await Promise.all([closing.close(), closing.close()]);
    expect((await last).value.data).toHaveLength(10);
    await expect(closing.run('keypoints', { image: picture(0) })).rejects.toThrow('the graph runner is closed');
  });

  test('does not load what is no graph, or another one', async () => {
    await expect(InlineGraphRunner.load({ none: { ...files.frame, path: 'none.onnx' } })).rejects.toThrow(
      InferenceError,
    );
    await expect(InlineGraphRunner.load({ frame: { ...files.keypoints, path: files.frame.path } })).rejects.toThrow(
      /has the inputs features, thumbnail/,
    );
  });
});
