import type { ElementType, FoundSignature, FoundValue } from './graph-signature.ts';
import { PackError } from './pack-error.ts';
import { type OpenOptions, openPlainFile } from './plain-file.ts';
import { type Field, ProtobufError, ProtobufReader } from './protobuf-reader.ts';

/** What can be said of an ONNX file without reading its weights. */
export interface OnnxOutline {
  readonly signature: FoundSignature;
  /** Files beside this one that hold its weights ("external data"), as it names them. */
  readonly externalFiles: readonly string[];
  /** The types of its nodes, with their domain where it is not ONNX's own: `Conv`, `com.example.Thing`. */
  readonly operators: ReadonlySet<string>;
}

type Span = { readonly start: number; readonly end: number };

/** Field numbers of onnx.proto3 (onnx/onnx, v1.16). */
const MODEL = { graph: 7, functions: 25, trainingInfo: 20 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const NODE = { opType: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparseTensor: 22, sparseTensors: 23 } as const;
const TENSOR = { name: 8, externalData: 13, dataLocation: 14 } as const;
const SPARSE_TENSOR = { values: 1, indices: 2 } as const;
const FUNCTION = { node: 7 } as const;
const TRAINING = { initialization: 1, algorithm: 2 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
const SHAPE = { dimension: 1 } as const;
const DIMENSION = { value: 1 } as const;
const ENTRY = { key: 1, value: 2 } as const;

/** `TensorProto.DataType`; what is not here no pack uses. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** Real models stay far below these; a file made to exhaust the reader does not. */
const MAX_NAME_BYTES = 1024;
const MAX_VALUES = 100_000;
const MAX_RANK = 64;
const MAX_FIELDS = 5_000_000;
const MAX_DEPTH = 32;
const MAX_LISTED = 4096;

/**
 * Reads inputs, outputs, operators and external data of an ONNX file. Weights are skipped: memory stays at some 64 kB
 * however large the file is.
 * @throws PackError `wrong-signature` where it is not an ONNX file; `missing-file`, `unsafe-file`
 */
export async function readOnnxOutline(path: string, options: OpenOptions = {}): Promise<OnnxOutline> {
  const file = await openPlainFile(path, options);
  try {
    return await new OutlineReader(await ProtobufReader.over(file)).read();
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new PackError('wrong-signature', `${path} is not an ONNX file, or is damaged: ${error.message}`, error);
  } finally {
    await file.close();
  }
}

class OutlineReader {
  readonly #reader: ProtobufReader;
  readonly #externalFiles = new Set<string>();
  readonly #operators = new Set<string>();
  #fieldsLeft = MAX_FIELDS;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  async read(): Promise<OnnxOutline> {
    let signature: FoundSignature | null = null;
    for await (const { number, payload } of this.#fields({ start: 0, end: this.#reader.bytes })) {
      if (!payload) continue;
      if (number === MODEL.graph) signature = await this.#graph(payload, 0);
      if (number === MODEL.functions) await this.#each(payload, FUNCTION.node, (node) => this.#node(node, 0));
      if (number === MODEL.trainingInfo) {
        for (const graph of [TRAINING.initialization, TRAINING.algorithm]) {
          await this.#each(payload, graph, (span) => this.#graph(span, 0));
        }
      }
    }
    if (!signature || signature.outputs.length === 0) throw new ProtobufError('it holds no graph');
    return { signature, externalFiles: [...this.#externalFiles], operators: this.#operators };
  }

  async #graph(span: Span, depth: number): Promise<FoundSignature> {
    if (depth > MAX_DEPTH) throw new ProtobufError('its graphs are nested too deep');
    const constants = new Set<string>();
    const inputs: FoundValue[] = [];
    const outputs: FoundValue[] = [];
    for await (const { number, payload } of this.#fields(span)) {
      if (!payload) continue;
      if (number === GRAPH.node) await this.#node(payload, depth);
      if (number === GRAPH.initializer) constants.add(await this.#tensor(payload));
      if (number === GRAPH.sparseInitializer) await this.#sparseTensor(payload);
      if (number === GRAPH.input) inputs.push(await this.#value(payload));
      if (number === GRAPH.output) outputs.push(await this.#value(payload));
      if (inputs.length + outputs.length > MAX_VALUES) throw new ProtobufError('it has too many inputs and outputs');
    }
    // Before IR version 4 constants were listed among the inputs.
    return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
  }

  async #node(span: Span, depth: number): Promise<void> {
    let [operator, domain] = ['', ''];
    for await (const { number, payload } of this.#fields(span)) {
      if (!payload) continue;
      if (number === NODE.opType) operator = await this.#name(payload);
      if (number === NODE.domain) domain = await this.#name(payload);
      if (number === NODE.attribute) await this.#attribute(payload, depth);
    }
    const isOwn = domain === '' || domain === 'ai.onnx';
    if (this.#operators.size < MAX_LISTED) this.#operators.add(isOwn ? operator : `${domain}.${operator}`);
  }

  async #attribute(span: Span, depth: number): Promise<void> {
    for await (const { number, payload } of this.#fields(span)) {
      if (!payload) continue;
      if (number === ATTRIBUTE.tensor || number === ATTRIBUTE.tensors) await this.#tensor(payload);
      if (number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs) await this.#graph(payload, depth + 1);
      if (number === ATTRIBUTE.sparseTensor || number === ATTRIBUTE.sparseTensors) await this.#sparseTensor(payload);
    }
  }

  /** Notes the file that holds the tensor's data, where it is another one; gives its name. */
  async #tensor(span: Span): Promise<string> {
    let name = '';
    let isExternal = false;
    let location: string | null = null;
    for await (const { number, value, payload } of this.#fields(span)) {
      if (number === TENSOR.dataLocation) isExternal = value === 1;
      if (!payload) continue;
      if (number === TENSOR.name) name = await this.#name(payload);
      if (number === TENSOR.externalData) {
        const [key, text] = await this.#entry(payload);
        if (key === 'location') location = text;
      }
    }
    if ((isExternal || location !== null) && this.#externalFiles.size < MAX_LISTED) {
      this.#externalFiles.add(location ?? '');
    }
    return name;
  }

  async #sparseTensor(span: Span): Promise<void> {
    for (const part of [SPARSE_TENSOR.values, SPARSE_TENSOR.indices]) {
      await this.#each(span, part, (tensor) => this.#tensor(tensor));
    }
  }

  async #entry(span: Span): Promise<[key: string, value: string]> {
    let [key, value] = ['', ''];
    for await (const { number, payload } of this.#fields(span)) {
      if (payload && number === ENTRY.key) key = await this.#name(payload);
      if (payload && number === ENTRY.value) value = await this.#name(payload);
    }
    return [key, value];
  }

  async #value(span: Span): Promise<FoundValue> {
    let name = '';
    let type: ElementType | null = null;
    let dims: (number | null)[] | null = null;
    const shape = async (payload: Span) => {
      dims = [];
      await this.#each(payload, SHAPE.dimension, async (dimension) => {
        dims?.push(await this.#dimension(dimension));
        if ((dims?.length ?? 0) > MAX_RANK) throw new ProtobufError('a tensor has too many axes');
      });
    };
    for await (const { number, payload } of this.#fields(span)) {
      if (payload && number === VALUE_INFO.name) name = await this.#name(payload);
      if (!payload || number !== VALUE_INFO.type) continue;
      await this.#each(payload, TYPE.tensor, async (tensor) => {
        for await (const field of this.#fields(tensor)) {
          if (field.number === TENSOR_TYPE.elementType) type = ELEMENT_TYPES[field.value] ?? null;
          if (field.number === TENSOR_TYPE.shape && field.payload) await shape(field.payload);
        }
      });
    }
    return { name, type, dims };
  }

  /** A size, or null where the file leaves it open (a name, nothing, or −1). */
  async #dimension(span: Span): Promise<number | null> {
    let size: number | null = null;
    for await (const { number, value, payload } of this.#fields(span)) {
      if (number === DIMENSION.value && !payload && Number.isSafeInteger(value) && value > 0) size = value;
    }
    return size;
  }

  async #each(span: Span, wanted: number, visit: (payload: Span) => Promise<unknown>): Promise<void> {
    for await (const { number, payload } of this.#fields(span)) {
      if (payload && number === wanted) await visit(payload);
    }
  }

  #name(span: Span): Promise<string> {
    return this.#reader.text(span, MAX_NAME_BYTES);
  }

  async *#fields({ start, end }: Span): AsyncGenerator<Field> {
    for await (const field of this.#reader.fields(start, end)) {
      if (--this.#fieldsLeft < 0) throw new ProtobufError('it has too many fields');
      yield field;
    }
  }
}
