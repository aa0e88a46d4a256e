import type { onnx as Onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

const { ModelProto, TensorProto } = onnxProto.onnx;

type Size = number | string;

export interface TinyValue {
  readonly name: string;
  readonly dims: readonly Size[];
  /** Default float32. */
  readonly type?: Onnx.TensorProto.DataType;
}

export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  /** Bytes of weights, to give the file a size. */
  readonly weightBytes?: number;
  /** Keeps the weights in this file instead. */
  readonly externalFile?: string;
  readonly operator?: string;
  readonly domain?: string;
  /** Other numbers, other bytes. */
  readonly seed?: number;
}

/** A real ONNX file: every output is the first input, renamed. onnxruntime loads it where shapes agree. */
export function tinyOnnx(model: TinyModel): Uint8Array {
  const { inputs, outputs, weightBytes = 0, externalFile, operator = 'Identity', domain = '', seed = 1 } = model;
  const initializer: Onnx.ITensorProto[] = [];
  if (weightBytes > 0 || externalFile !== undefined) {
    const count = Math.max(1, Math.floor(weightBytes / 4));
    const rawData = new Uint8Array(count * 4);
    for (let i = 0; i < rawData.length; i++) rawData[i] = (i * seed) >> 3;
    initializer.push({
      name: 'weights',
      dataType: TensorProto.DataType.FLOAT,
      dims: [count],
      ...(externalFile === undefined
        ? { rawData }
        : {
            dataLocation: TensorProto.DataLocation.EXTERNAL,
            externalData: [{ key: 'location', value: externalFile }],
          }),
    });
  }
  return ModelProto.encode({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    producerName: `tiny ${seed}`,
    graph: {
      name: 'tiny',
      node: outputs.map(({ name }) => ({ opType: operator, domain, name, input: [inputs[0].name], output: [name] })),
      initializer,
      // As files before IR version 4 do.
      input: [...inputs.map(valueInfo), ...(initializer.length > 0 ? [valueInfo({ name: 'weights', dims: [1] })] : [])],
      output: outputs.map(valueInfo),
    },
  }).finish();
}

function valueInfo({ name, dims, type = TensorProto.DataType.FLOAT }: TinyValue): Onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: type, shape: { dim } } } };
}
