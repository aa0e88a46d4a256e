import type { onnx as Onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;

/** IR version 7 and operator set 13: old enough for every onnxruntime of the last years. */
const IR_VERSION = 7;
const OPERATOR_SET = 13;

/** An attribute's value: an integer, a list of integers, or a string. */
export type AttributeValue = number | readonly number[] | string;

/** A size of a value's shape; a string names a size that is chosen at run time. */
export type Dimension = number | string;

/** Collects nodes, constants, inputs and outputs of one ONNX graph and writes them as a model file. */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: Onnx.INodeProto[] = [];
  readonly #initializers: Onnx.ITensorProto[] = [];
  readonly #inputs: Onnx.IValueInfoProto[] = [];
  readonly #outputs: Onnx.IValueInfoProto[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds a float32 input. */
  addInput(name: string, shape: readonly Dimension[]): void {
    this.#inputs.push(floatValue(name, shape));
  }

  /** Declares the value `name` a float32 output. */
  addOutput(name: string, shape: readonly Dimension[]): void {
    this.#outputs.push(floatValue(name, shape));
  }

  /** Adds a float32 constant and returns its name. */
  addFloats(data: Float32Array, shape: readonly number[]): string {
    return this.#addInitializer(TensorProto.DataType.FLOAT, data, shape);
  }

  /** Adds a vector of 64-bit integers (shapes, paddings) and returns its name. */
  addIntegers(values: readonly number[]): string {
    return this.#addInitializer(TensorProto.DataType.INT64, BigInt64Array.from(values.map(BigInt)), [values.length]);
  }

  /** Adds a node with one output, and returns that output's name. */
  addNode(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    this.#nodes.push({
      opType: op,
      name: output,
      input: [...inputs],
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /** The model file's bytes. */
  encode(): Uint8Array {
    return ModelProto.encode({
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPERATOR_SET }],
      producerName: 'effigy',
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    }).finish();
  }

  #addInitializer(dataType: number, data: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const name = `constant_${this.#initializers.length}`;
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dataType, dims: [...shape], rawData });
    return name;
  }
}

function floatValue(name: string, shape: readonly Dimension[]): Onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: TensorProto.DataType.FLOAT, shape: { dim } } } };
}

function attribute(name: string, value: AttributeValue): Onnx.IAttributeProto {
  const { AttributeType } = AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
