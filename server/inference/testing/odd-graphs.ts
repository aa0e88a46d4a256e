import type { onnx as Onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
const { FLOAT, INT64, BOOL } = TensorProto.DataType;

/** Graphs that hang, fail or cannot batch, for onnxruntime to run for real. Both take `x` and give `y`, [batch, 1]. */

/** Goes round `x` times: 0 … 1 in no time, 10⁷ in seconds. */
export function loopingGraph(): Uint8Array {
  return encode('loop', [
    { opType: 'ReduceMax', input: ['x'], output: ['most'], attribute: [number('keepdims', 0)] },
    { opType: 'Cast', input: ['most'], output: ['rounds'], attribute: [number('to', INT64)] },
    {
      opType: 'Loop',
      input: ['rounds', '', 'x'],
      output: ['y'],
      attribute: [{ name: 'body', type: AttributeProto.AttributeType.GRAPH, g: oneRound() }],
    },
  ]);
}

/** Fails where `x` is not a number of 0 … 1. */
export function pickyGraph(): Uint8Array {
  return encode(
    'picky',
    [
      { opType: 'Cast', input: ['x'], output: ['index'], attribute: [number('to', INT64)] },
      { opType: 'Gather', input: ['table', 'index'], output: ['y'] },
    ],
    [{ name: 'table', dataType: FLOAT, dims: [2], floatData: [5, 6] }],
  );
}

/** Samples a volume, as LivePortrait does unless it was converted otherwise: WebGPU has no kernel for that. */
export function volumeGraph(): Uint8Array {
  return ModelProto.encode({
    irVersion: 9,
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'volume',
      node: [{ opType: 'GridSample', input: ['x', 'places'], output: ['y'] }],
      initializer: [{ name: 'places', dataType: FLOAT, dims: [1, 1, 1, 1, 3], floatData: [0, 0, 0] }],
      input: [value('x', FLOAT, [1, 1, 2, 2, 2])],
      output: [value('y', FLOAT, [1, 1, 1, 1, 1])],
    },
  }).finish();
}

/** The graph of an ONNX file for one picture at a time: as published packs have it. */
export function withoutBatch(file: Uint8Array): Uint8Array {
  const model = ModelProto.decode(file);
  for (const { type } of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
    const dims = type?.tensorType?.shape?.dim;
    if (dims) dims[0] = { dimValue: 1 };
  }
  return ModelProto.encode(model).finish();
}

function oneRound(): Onnx.IGraphProto {
  return {
    name: 'round',
    node: [
      { opType: 'Identity', input: ['go'], output: ['go_on'] },
      { opType: 'Neg', input: ['before'], output: ['after'] },
    ],
    input: [value('round', INT64, []), value('go', BOOL, []), value('before', FLOAT, ['batch', 1])],
    output: [value('go_on', BOOL, []), value('after', FLOAT, ['batch', 1])],
  };
}

function encode(name: string, node: Onnx.INodeProto[], initializer: Onnx.ITensorProto[] = []): Uint8Array {
  return ModelProto.encode({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name,
      node,
      initializer,
      input: [value('x', FLOAT, ['batch', 1])],
      output: [value('y', FLOAT, ['batch', 1])],
    },
  }).finish();
}

function value(name: string, elemType: Onnx.TensorProto.DataType, dims: readonly (string | number)[]) {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function number(name: string, i: number): Onnx.IAttributeProto {
  return { name, type: AttributeProto.AttributeType.INT, i };
}
