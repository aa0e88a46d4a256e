import { copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OnnxModel } from '../../../server/inference/onnx-model.ts';
import { convertModel, ensureFaceModels, installedModelsDir, SourceChecksumError } from './convert.ts';
import { type FaceModelName, faceModelNames, faceModelSpecs } from './face-model-specs.ts';
import { nchwFromNhwc, type Reference, readReference, syntheticInput } from './reference.ts';
import { readTfjsGraph, type TfjsGraph } from './tfjs-graph.ts';
import { convertToOnnx } from './tfjs-to-onnx.ts';

/** Largest difference that is still rounding, as a share of an output's range. */
const TOLERANCE = 1e-4;

let folder: string;
let reference: Reference;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'effigy-face-models-'));
  reference = await readReference();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Largest difference from the reference, as a share of the range, over all outputs of an ONNX file. */
async function differenceFromReference(name: FaceModelName, file: string): Promise<number> {
  const { values, batch, sidePx } = syntheticInput(name);
  const expected = reference.models[name].outputs;
  const model = await OnnxModel.load(file);
  const shapes = faceModelSpecs[name].outputs.map((output) => [
    output.name,
    output.shape.map((size) => (typeof size === 'string' ? batch : size)),
  ]);
  const run = model.bind({ image: [batch, 3, sidePx, sidePx] }, Object.fromEntries(shapes));
  run.inputs.image.set(nchwFromNhwc(values, batch, sidePx));
  await run.execute();
  await model.close();
  let worst = 0;
  for (const [output, { length, range, every, values: stored }] of Object.entries(expected)) {
    const actual: Float32Array = run.outputs[output];
    expect(actual.length).toBe(length);
    stored.forEach((value, i) => {
      const difference = Math.abs(actual[i * every] - value) / range;
      // A difference that is no number must not pass for none.
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    });
  }
  return worst;
}

describe('the converted face models', () => {
  test.each(faceModelNames)('%s gives what TensorFlow.js gives for the same input', async (name) => {
    const file = path.join(folder, `${name}.onnx`);
    await writeFile(file, await convertModel(faceModelSpecs[name]));
    expect(await differenceFromReference(name, file)).toBeLessThan(TOLERANCE);
  });

  test('the comparison notices one layer whose weights are in the wrong order', async () => {
    const graph = await readGraph('iris');
    const [name, weight] = [...graph.weights].find(([, { shape }]) => shape.length === 4 && shape[2] > 16)!;
    const weights = new Map(graph.weights).set(name, { ...weight, data: weight.data.toReversed() });
    const file = path.join(folder, 'iris-broken.onnx');
    await writeFile(file, convertToOnnx({ ...graph, weights }, faceModelSpecs.iris));
    expect(await differenceFromReference('iris', file)).toBeGreaterThan(5 * TOLERANCE);
  });

  test('the comparison notices PReLU slopes of one layer taken for zero', async () => {
    const graph = await readGraph('facemesh');
    const weights = new Map(graph.weights);
    const name = 'StatefulPartitionedCall/model_1/p_re_lu_5/Neg';
    const { shape, data } = weights.get(name)!;
    weights.set(name, { shape, data: data.map(() => 0) });
    const file = path.join(folder, 'facemesh-broken.onnx');
    await writeFile(file, convertToOnnx({ ...graph, weights }, faceModelSpecs.facemesh));
    expect(await differenceFromReference('facemesh', file)).toBeGreaterThan(5 * TOLERANCE);
  });

  test('an operator without a converter is refused by name', async () => {
    const graph = await readGraph('iris');
    const [name, node] = [...graph.nodes].find(([, { op }]) => op === 'MaxPool')!;
    const nodes = new Map(graph.nodes).set(name, { ...node, op: 'AvgPool' });
    expect(() => convertToOnnx({ ...graph, nodes }, faceModelSpecs.iris)).toThrow(/no converter for operator AvgPool/);
  });

  test('a weights file of another length than the manifest says is refused', async () => {
    const { json, bin } = await readSource('iris');
    expect(() => readTfjsGraph(json, bin.subarray(0, bin.length - 4))).toThrow(/weights file ends inside/);
    expect(() => readTfjsGraph(json, Buffer.concat([bin, Buffer.alloc(4)]))).toThrow(/weights file has/);
  });
});

describe('ensureFaceModels', () => {
  test('writes the models and leaves nothing else behind', async () => {
    const cache = await newFolder();
    const messages: string[] = [];
    const paths = await ensureFaceModels(cache, (message) => messages.push(message));
    const files = await readdir(path.dirname(paths.iris));
    expect(files.toSorted()).toEqual(['blazeface.onnx', 'facemesh.onnx', 'faceres.onnx', 'iris.onnx', 'stamp.json']);
    expect(messages).toHaveLength(4);
  });

  test('does nothing when the models are there', async () => {
    const cache = await newFolder();
    const paths = await ensureFaceModels(cache);
    const { mtimeMs } = await stat(paths.facemesh);
    const messages: string[] = [];
    await ensureFaceModels(cache, (message) => messages.push(message));
    expect(messages).toEqual([]);
    expect((await stat(paths.facemesh)).mtimeMs).toBe(mtimeMs);
  });

  test.each([
    ['a model cut short', (folder: string) => truncate(path.join(folder, 'iris.onnx'), 1000)],
    ['a changed byte', (folder: string) => flipByte(path.join(folder, 'facemesh.onnx'))],
    ['a missing model', (folder: string) => rm(path.join(folder, 'blazeface.onnx'))],
    ['a missing stamp', (folder: string) => rm(path.join(folder, 'stamp.json'))],
    ['a stamp cut short', (folder: string) => truncate(path.join(folder, 'stamp.json'), 20)],
  ])('rebuilds a cache with %s', async (_, damage) => {
    const cache = await newFolder();
    const paths = await ensureFaceModels(cache);
    const whole = await Promise.all(faceModelNames.map((name) => readFile(paths[name])));
    await damage(path.dirname(paths.iris));
    await ensureFaceModels(cache);
    const rebuilt = await Promise.all(faceModelNames.map((name) => readFile(paths[name])));
    expect(rebuilt.every((bytes, i) => bytes.equals(whole[i]))).toBe(true);
  });

  test('several processes may make the cache at once', async () => {
    const cache = await newFolder();
    const [paths] = await Promise.all([ensureFaceModels(cache), ensureFaceModels(cache), ensureFaceModels(cache)]);
    const messages: string[] = [];
    await ensureFaceModels(cache, (message) => messages.push(message));
    expect(messages).toEqual([]);
    expect(await readdir(path.dirname(paths.iris))).toHaveLength(5);
  });

  test('refuses source files that are not the pinned ones, says what to do, and writes no model of them', async () => {
    const cache = await newFolder();
    const sourceDir = await newFolder();
    for (const name of faceModelNames)
      for (const file of [`${name}.json`, `${name}.bin`])
        await copyFile(path.join(installedModelsDir(), file), path.join(sourceDir, file));
    await flipByte(path.join(sourceDir, 'blazeface.bin'));
    const attempt = ensureFaceModels(cache, undefined, { sourceDir });
    await expect(attempt).rejects.toThrow(SourceChecksumError);
    await expect(attempt).rejects.toThrow(/blazeface\.bin.*npm ci.*face-model-specs/);
    const written = (await readdir(cache, { recursive: true })).filter((file) => /onnx|stamp/.test(file));
    expect(written).toEqual([]);
  });
});

function newFolder(): Promise<string> {
  return mkdtemp(path.join(folder, 'cache-'));
}

async function readSource(name: FaceModelName): Promise<{ json: string; bin: Buffer }> {
  const source = path.join(installedModelsDir(), name);
  return { json: await readFile(`${source}.json`, 'utf8'), bin: await readFile(`${source}.bin`) };
}

async function readGraph(name: FaceModelName): Promise<TfjsGraph> {
  const { json, bin } = await readSource(name);
  return readTfjsGraph(json, bin);
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(file, bytes);
}
