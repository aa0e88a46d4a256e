import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkGraphs } from './graph-check.ts';
import type { GraphSignature } from './graph-signature.ts';
import { readOnnxOutline } from './onnx-outline.ts';
import { PackError } from './pack-error.ts';
import { type TinyModel, tinyOnnx } from './testing/tiny-onnx.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'effigy-onnx-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const model: TinyModel = {
  inputs: [{ name: 'image', dims: ['batch', 3, 8, 8] }],
  outputs: [{ name: 'frame', dims: ['batch', 3, 8, 8] }],
  weightBytes: 4000,
};

describe('an outline', () => {
  test('tells inputs and outputs as onnxruntime does, without the constants', async () => {
    const path = write('plain.onnx', tinyOnnx({ ...model, weightBytes: 4 }));
    const { signature, externalFiles, operators } = await readOnnxOutline(path);
    expect(signature).toEqual({
      inputs: [{ name: 'image', type: 'float32', dims: [null, 3, 8, 8] }],
      outputs: [{ name: 'frame', type: 'float32', dims: [null, 3, 8, 8] }],
    });
    expect(externalFiles).toEqual([]);
    expect([...operators]).toEqual(['Identity']);
    const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['image']);
    expect(session.outputNames).toEqual(['frame']);
    await session.release();
  });

  test('of a real network agrees with onnxruntime', async () => {
    const path = fileURLToPath(new URL('../../../models/mesh/lid-net.onnx', import.meta.url));
    const { signature, operators } = await readOnnxOutline(path);
    const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
    expect(signature.inputs.map(({ name }) => name)).toEqual(session.inputNames);
    expect(signature.outputs.map(({ name }) => name)).toEqual(session.outputNames);
    expect(operators).toContain('Conv');
    await session.release();
  });

  test('skips the weights: a gigabyte costs no more than a few reads', async () => {
    // A constant that claims a gigabyte, in a file with a hole of that size.
    const head = tinyOnnx(model);
    const path = write('huge.onnx', head);
    const padding = 2 ** 30;
    // Field 100, which nobody knows: length-delimited, as long as the hole.
    const tag = Buffer.from([0xa2, 0x06, 0x80, 0x80, 0x80, 0x80, 0x04]);
    writeFileSync(path, Buffer.concat([head, tag]));
    truncateSync(path, head.length + tag.length + padding);
    const before = process.memoryUsage().arrayBuffers;
    expect((await readOnnxOutline(path)).signature.inputs).toHaveLength(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
    rmSync(path);
  });

  test('tells files that hold the weights, also those of constants within nodes and of branches', async () => {
    const tensor = (location: string) => ({
      name: 'w',
      dataType: TensorProto.DataType.FLOAT,
      dims: [1],
      dataLocation: TensorProto.DataLocation.EXTERNAL,
      externalData: [{ key: 'location', value: location }],
    });
    const decoded = ModelProto.decode(tinyOnnx({ ...model, externalFile: 'weights.bin' }));
    decoded.graph?.node?.push(
      { opType: 'Constant', output: ['c'], attribute: [{ name: 'value', type: 4, t: tensor('/etc/passwd') }] } as never,
      {
        opType: 'If',
        output: ['d'],
        attribute: [{ name: 'then_branch', type: 5, g: { name: 'b', initializer: [tensor('../up.bin')], node: [] } }],
      } as never,
    );
    const path = write('external.onnx', ModelProto.encode(decoded).finish());
    expect((await readOnnxOutline(path)).externalFiles.toSorted()).toEqual(['../up.bin', '/etc/passwd', 'weights.bin']);
  });

  test('of what is no ONNX file, or only its beginning, is refused', async () => {
    const whole = Buffer.from(tinyOnnx(model));
    for (const [name, bytes] of [
      ['empty.onnx', Buffer.alloc(0)],
      ['zeros.onnx', Buffer.alloc(1000)],
      ['page.onnx', Buffer.from('<!doctype html><title>Sign in</title>')],
      ['pointer.onnx', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n')],
      ['cut.onnx', whole.subarray(0, whole.length - 100)],
    ] as const) {
      await expect(readOnnxOutline(write(name, bytes)), name).rejects.toMatchObject({ fault: 'wrong-signature' });
    }
  });

  test('of any bytes ends: an outline or a refusal', async () => {
    const whole = Buffer.from(tinyOnnx({ ...model, weightBytes: 64 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          const path = write('any.onnx', bytes);
          await readOnnxOutline(path).catch((error) => expect(error).toBeInstanceOf(PackError));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('of graphs nested without end is refused', async () => {
    let graph = Buffer.alloc(0);
    const wrap = (tag: number, body: Buffer) => {
      const length: number[] = [];
      for (let rest = body.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      return Buffer.concat([Buffer.from([tag, ...length]), body]);
    };
    // graph = { node { attribute { g: graph } } }
    for (let depth = 0; depth < 1000; depth++) graph = wrap(0x0a, wrap(0x2a, wrap(0x32, graph)));
    const path = write('nested.onnx', wrap(0x3a, graph));
    await expect(readOnnxOutline(path)).rejects.toMatchObject({ message: expect.stringMatching(/nested too deep/) });
  });
});

describe('a graph that is not the one of the manifest', () => {
  const value = (name: string, ...dims: (number | 'batch')[]) => ({ name, type: 'float32' as const, dims });
  const right = { inputs: [value('image', 'batch', 3, 8, 8)], outputs: [value('frame', 'batch', 3, 8, 8)] };

  async function check(given: TinyModel, expected: GraphSignature = right, files = ['x.onnx']): Promise<void> {
    write('x.onnx', tinyOnnx(given));
    const manifest = {
      files: files.map((name) => ({ name, bytes: null, sha256: null })),
      graphs: { frame: { file: 'x.onnx', inputs: [...expected.inputs], outputs: [...expected.outputs] } },
    };
    await checkGraphs(manifest, folder);
  }

  test('is refused with the difference', async () => {
    await check(model);
    const wrong: [Partial<TinyModel>, RegExp][] = [
      [
        { inputs: [{ name: 'picture', dims: ['batch', 3, 8, 8] }] },
        /there is no input image \(there is: picture: float32/,
      ],
      [
        { inputs: [{ name: 'image', dims: ['batch', 3, 8, 16] }] },
        /input image: float32\[any, 3, 8, 16\] should be .*8, 8\]/,
      ],
      [{ inputs: [{ name: 'image', dims: [1, 3, 8, 8] }] }, /should be image: float32\[batch, 3, 8, 8\]/],
      [{ inputs: [{ name: 'image', dims: ['batch', 3, 8] }] }, /should be/],
      [{ inputs: [{ name: 'image', dims: ['batch', 3, 8, 8], type: TensorProto.DataType.FLOAT16 }] }, /float16/],
      [{ inputs: [...model.inputs, { name: 'more', dims: [1] }] }, /the input more is not expected/],
      [{ outputs: [{ name: 'other', dims: ['batch', 3, 8, 8] }] }, /there is no output frame/],
    ];
    for (const [change, message] of wrong) await expect(check({ ...model, ...change })).rejects.toThrow(message);
  });

  test('may give more than is asked of it, and leave sizes open', async () => {
    await check({ ...model, outputs: [...model.outputs, { name: 'debug', dims: [] }] });
    await check({ ...model, inputs: [{ name: 'image', dims: ['n', 3, 'h', 'w'] }] });
  });

  test('is refused where it keeps weights in a file that is not listed', async () => {
    await expect(check({ ...model, externalFile: '../../secret' })).rejects.toMatchObject({ fault: 'unsafe-file' });
    await expect(check({ ...model, externalFile: 'w.bin' })).rejects.toThrow(
      /keeps weights in another file \("w\.bin"\)/,
    );
    await check({ ...model, externalFile: 'w.bin' }, right, ['x.onnx', 'w.bin']);
  });

  test('is refused where it needs a plug-in', async () => {
    await expect(check({ ...model, operator: 'GridSample3D' })).rejects.toThrow(
      /TensorRT plug-in; take .*warping_spade/,
    );
  });
});
