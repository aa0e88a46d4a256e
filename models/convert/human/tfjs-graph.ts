import { z } from 'zod';

/**
 * A TensorFlow.js graph model (`model.json` and one weights file), read into plain values.
 * Format: TensorFlow's GraphDef as JSON plus a weights manifest, as `tfjs-converter` writes it.
 */
export interface TfjsGraph {
  /** All nodes by name. */
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  /** The constants, by the name of their `Const` node. */
  readonly weights: ReadonlyMap<string, TfjsWeight>;
}

export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes whose (first) output this node reads. */
  readonly inputs: readonly string[];
  readonly attributes: TfjsAttributes;
}

export interface TfjsWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

const attributeSchema = z.object({
  s: z.string().optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(z.coerce.number()).optional(), s: z.array(z.string()).optional() }).optional(),
  shape: z.object({ dim: z.array(z.object({ size: z.coerce.number() })).optional() }).optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), z.unknown()).default({}),
});

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});

const modelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(z.object({ weights: z.array(weightSchema) })).length(1),
});

/** Typed access to a node's attributes; every getter throws where the attribute is missing or of another type. */
export class TfjsAttributes {
  readonly #nodeName: string;
  readonly #raw: Record<string, unknown>;

  constructor(nodeName: string, raw: Record<string, unknown>) {
    this.#nodeName = nodeName;
    this.#raw = raw;
  }

  /** A string attribute (base64 in the file). */
  text(name: string): string {
    return decodeText(this.#required(name).s ?? this.#missing(name));
  }

  /** A list of strings; empty where the attribute is absent. */
  texts(name: string): string[] {
    return (this.#optional(name)?.list?.s ?? []).map(decodeText);
  }

  /** A list of integers; `fallback` where the attribute is absent. */
  integers(name: string, fallback?: readonly number[]): readonly number[] {
    return this.#optional(name)?.list?.i ?? fallback ?? this.#missing(name);
  }

  /** A truth value. */
  flag(name: string): boolean {
    return this.#required(name).b ?? this.#missing(name);
  }

  /** A shape; −1 is an unknown size. */
  shape(name: string): number[] {
    return (this.#required(name).shape?.dim ?? this.#missing(name)).map((dim) => dim.size);
  }

  #optional(name: string): z.infer<typeof attributeSchema> | undefined {
    const value = this.#raw[name];
    return value === undefined ? undefined : attributeSchema.parse(value);
  }

  #required(name: string): z.infer<typeof attributeSchema> {
    return this.#optional(name) ?? this.#missing(name);
  }

  #missing(name: string): never {
    throw new Error(`node ${this.#nodeName} has no usable attribute ${name}`);
  }
}

/**
 * Reads a graph model.
 * @param json the text of `model.json`
 * @param weightBytes the weights file it names
 * @throws Error if the two do not fit each other or the format is another one
 */
export function readTfjsGraph(json: string, weightBytes: Uint8Array): TfjsGraph {
  const model = modelSchema.parse(JSON.parse(json));
  const nodes = new Map<string, TfjsNode>();
  for (const node of model.modelTopology.node) {
    nodes.set(node.name, {
      name: node.name,
      op: node.op,
      inputs: node.input.map(withoutPort),
      attributes: new TfjsAttributes(node.name, node.attr),
    });
  }
  return { nodes, weights: readWeights(model.weightsManifest[0].weights, weightBytes) };
}

function readWeights(manifest: readonly z.infer<typeof weightSchema>[], bytes: Uint8Array): Map<string, TfjsWeight> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, TfjsWeight>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of manifest) {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytesPerValue = quantization ? 2 : 4;
    if (offset + count * bytesPerValue > bytes.length) throw new Error(`the weights file ends inside ${name}`);
    const data = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const position = offset + i * bytesPerValue;
      if (dtype === 'int32') data[i] = view.getInt32(position, true);
      else if (quantization) data[i] = halfToNumber(view.getUint16(position, true));
      else data[i] = view.getFloat32(position, true);
    }
    weights.set(name, { shape, data });
    offset += count * bytesPerValue;
  }
  if (offset !== bytes.length) throw new Error(`the weights file has ${bytes.length} bytes, the manifest ${offset}`);
  return weights;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** `^name` is a control input, `name:0` the node's first output: both mean the node. */
function withoutPort(input: string): string {
  return input.replace(/^\^/, '').split(':')[0];
}

function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
