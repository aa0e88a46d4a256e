import { type Dimension, OnnxGraph } from './onnx-graph.ts';
import { type OperatorContext, operatorConverters } from './operators.ts';
import type { TfjsGraph, TfjsNode, TfjsWeight } from './tfjs-graph.ts';

/** Which parts of a graph to take along, and what to call them. */
export interface ConversionSpec {
  readonly name: string;
  /** The placeholder and its name in ONNX; its shape becomes NCHW. */
  readonly input: { readonly node: string; readonly name: string };
  /** The outputs wanted; what only others need is left out. */
  readonly outputs: readonly { readonly node: string; readonly name: string; readonly shape: readonly Dimension[] }[];
}

/** Name of the batch size where the graph leaves it open. */
export const BATCH = 'batch';

/**
 * Converts a TensorFlow.js graph to an ONNX model (float32).
 * @throws Error on an operator or a form of one that has no converter
 */
export function convertToOnnx(source: TfjsGraph, spec: ConversionSpec): Uint8Array {
  const graph = new OnnxGraph(spec.name);
  const ranks = new Map<string, number>();
  const context: OperatorContext = {
    graph,
    constant: (name) => findConstant(source, name),
    rank: (name) => ranks.get(name) ?? fail(`${name} is used before it is computed`),
  };

  for (const node of inComputingOrder(source, spec)) {
    if (node.op === 'Const' || source.weights.has(node.name)) continue;
    if (node.op === 'Identity' && findConstant(source, node.name)) continue;
    if (node.op === 'Placeholder') {
      if (node.name !== spec.input.node) fail(`unexpected input ${node.name}`);
      const [batch, height, width, channels] = node.attributes.shape('shape');
      graph.addInput(spec.input.name, [batch < 0 ? BATCH : batch, channels, height, width]);
      graph.addNode('Identity', [spec.input.name], node.name);
      ranks.set(node.name, 4);
      continue;
    }
    const convert = operatorConverters[node.op] ?? fail(`no converter for operator ${node.op} (${node.name})`);
    ranks.set(node.name, convert(node, context));
  }

  for (const { node, name, shape } of spec.outputs) {
    graph.addNode('Identity', [node], name);
    graph.addOutput(name, shape);
  }
  return graph.encode();
}

/** The nodes that the wanted outputs need, each after its inputs. */
function inComputingOrder(source: TfjsGraph, spec: ConversionSpec): TfjsNode[] {
  const ordered: TfjsNode[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const node = source.nodes.get(name) ?? fail(`the graph has no node ${name}`);
    for (const input of node.inputs) visit(input);
    ordered.push(node);
  };
  for (const output of spec.outputs) visit(output.node);
  return ordered;
}

/** The constant behind a name, through any chain of `Identity` nodes. */
function findConstant(source: TfjsGraph, name: string): TfjsWeight | undefined {
  const node = source.nodes.get(name);
  if (node?.op === 'Identity') return findConstant(source, node.inputs[0]);
  return source.weights.get(name);
}

function fail(message: string): never {
  throw new Error(message);
}
