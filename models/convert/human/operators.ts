import type { OnnxGraph } from './onnx-graph.ts';
import type { TfjsNode, TfjsWeight } from './tfjs-graph.ts';

/**
 * How each TensorFlow operator of the face models is said in ONNX.
 *
 * TensorFlow's layout is NHWC, ONNX's NCHW: pictures and feature maps are kept NCHW throughout, weights and axes are
 * permuted here, and a map is turned back to NHWC only before it is flattened.
 */
export interface OperatorContext {
  readonly graph: OnnxGraph;
  /** The constant behind an input; undefined where the input is computed. */
  constant(inputName: string): TfjsWeight | undefined;
  /** Number of axes of a computed value. */
  rank(valueName: string): number;
}

/** Emits the ONNX nodes that compute `node`; the last one is named as the node. Returns the rank of the result. */
export type OperatorConverter = (node: TfjsNode, context: OperatorContext) => number;

const NHWC_FROM_NCHW = [0, 2, 3, 1] as const;
/** Where each NHWC axis lies in NCHW. */
const NCHW_AXIS_OF_NHWC = [0, 2, 3, 1] as const;

export const operatorConverters: Readonly<Record<string, OperatorConverter>> = {
  _FusedConv2D: (node, context) => {
    const fused = node.attributes.texts('fused_ops');
    const [input, filterName, ...rest] = node.inputs;
    const filter = requireConstant(node, context, filterName);
    const convInputs = [input, addConvolutionFilter(context.graph, filter)];
    if (fused[0] === 'BiasAdd') {
      fused.shift();
      convInputs.push(addVector(context.graph, requireConstant(node, context, rest.shift()!)));
    }
    const activation = fused.shift();
    if (fused.length > 0) throw unsupported(node, `fused ${fused.join()}`);
    const convolved = activation ? `${node.name}/convolved` : node.name;
    context.graph.addNode('Conv', convInputs, convolved, {
      kernel_shape: filter.shape.slice(0, 2),
      strides: spatial(node.attributes.integers('strides')),
      dilations: spatial(node.attributes.integers('dilations', [1, 1, 1, 1])),
      auto_pad: autoPad(node),
    });
    if (activation === 'Relu') context.graph.addNode('Relu', [convolved], node.name);
    else if (activation === 'Prelu') addPrelu(context.graph, convolved, prelu(node, context, rest[0]), node.name);
    else if (activation) throw unsupported(node, `fused ${activation}`);
    return 4;
  },

  Conv2D: (node, context) => {
    const filter = requireConstant(node, context, node.inputs[1]);
    context.graph.addNode('Conv', [node.inputs[0], addConvolutionFilter(context.graph, filter)], node.name, {
      kernel_shape: filter.shape.slice(0, 2),
      strides: spatial(node.attributes.integers('strides')),
      dilations: spatial(node.attributes.integers('dilations', [1, 1, 1, 1])),
      auto_pad: autoPad(node),
    });
    return 4;
  },

  DepthwiseConv2dNative: (node, context) => {
    const filter = requireConstant(node, context, node.inputs[1]);
    context.graph.addNode('Conv', [node.inputs[0], addDepthwiseFilter(context.graph, filter)], node.name, {
      group: filter.shape[2],
      kernel_shape: filter.shape.slice(0, 2),
      strides: spatial(node.attributes.integers('strides')),
      dilations: spatial(node.attributes.integers('dilations', [1, 1, 1, 1])),
      auto_pad: autoPad(node),
    });
    return 4;
  },

  AddV2: elementwise('Add'),
  Add: elementwise('Add'),
  Mul: elementwise('Mul'),
  Minimum: elementwise('Min'),
  Maximum: elementwise('Max'),

  Relu: (node, context) => {
    context.graph.addNode('Relu', node.inputs, node.name);
    return context.rank(node.inputs[0]);
  },

  Prelu: (node, context) => {
    addPrelu(context.graph, node.inputs[0], prelu(node, context, node.inputs[1]), node.name);
    return 4;
  },

  Sigmoid: (node, context) => {
    context.graph.addNode('Sigmoid', node.inputs, node.name);
    return context.rank(node.inputs[0]);
  },

  MaxPool: (node, context) => {
    context.graph.addNode('MaxPool', node.inputs, node.name, {
      kernel_shape: spatial(node.attributes.integers('ksize')),
      strides: spatial(node.attributes.integers('strides')),
      auto_pad: autoPad(node),
    });
    return 4;
  },

  Pad: (node, context) => {
    const pairs = requireConstant(node, context, node.inputs[1]).data;
    const before = [0, 3, 1, 2].map((axis) => pairs[2 * axis]);
    const after = [0, 3, 1, 2].map((axis) => pairs[2 * axis + 1]);
    const isBehindChannels = [...before, ...after].every((count, i) => count === 0 || i === 5);
    if (isBehindChannels) addZeroChannels(context.graph, node.inputs[0], after[1], node.name);
    else context.graph.addNode('Pad', [node.inputs[0], context.graph.addIntegers([...before, ...after])], node.name);
    return 4;
  },

  Mean: (node, context) => {
    const axes = [...requireConstant(node, context, node.inputs[1]).data].sort();
    if (context.rank(node.inputs[0]) !== 4 || axes.join() !== '1,2' || node.attributes.flag('keep_dims')) {
      throw unsupported(node, 'a mean over other axes than height and width');
    }
    const pooled = context.graph.addNode('GlobalAveragePool', [node.inputs[0]], `${node.name}/pooled`);
    context.graph.addNode('Flatten', [pooled], node.name, { axis: 1 });
    return 2;
  },

  ConcatV2: (node, context) => {
    const parts = node.inputs.slice(0, -1);
    const axis = requireConstant(node, context, node.inputs.at(-1)!).data[0];
    const rank = context.rank(parts[0]);
    const positive = axis < 0 ? axis + rank : axis;
    context.graph.addNode('Concat', parts, node.name, { axis: rank === 4 ? NCHW_AXIS_OF_NHWC[positive] : positive });
    return rank;
  },

  Reshape: (node, context) => {
    const shape = [...requireConstant(node, context, node.inputs[1]).data];
    if (shape.length === 4) throw unsupported(node, 'a reshape to a feature map');
    let input = node.inputs[0];
    if (context.rank(input) === 4) {
      input = context.graph.addNode('Transpose', [input], `${node.name}/nhwc`, { perm: NHWC_FROM_NCHW });
    }
    context.graph.addNode('Reshape', [input, context.graph.addIntegers(shape)], node.name);
    return shape.length;
  },

  Identity: (node, context) => {
    context.graph.addNode('Identity', node.inputs, node.name);
    return context.rank(node.inputs[0]);
  },
};

/** An operator on two feature maps, or on one and a constant: one value, or one per channel. */
function elementwise(operator: string): OperatorConverter {
  return (node, context) => {
    const terms = node.inputs.map((name) => {
      const constant = context.constant(name);
      return constant ? addChannelVector(context.graph, constant) : name;
    });
    context.graph.addNode(operator, terms, node.name);
    return 4;
  };
}

/**
 * PReLU, x for x ≥ 0 and a·x below, as a·x + (1 − a)·max(x, 0): 1×1 depthwise convolutions, a ReLU and a sum.
 *
 * Equal but for rounding, and 3 to 4 times as fast for the whole net on the CPU: onnxruntime has no PRelu in its
 * blocked layout (NCHWc), so each one costs two reorderings of the map and breaks the fusion of its neighbours, while
 * these fuse: the ReLU and the sum become part of the convolutions.
 * Where no slope is above 1 the factor goes inside the ReLU, max((1 − a)·x, 0), which saves one pass over the map.
 */
function addPrelu(graph: OnnxGraph, input: string, slopes: Float32Array, output: string): void {
  const channels = slopes.length;
  const scale = (value: string, factors: Float32Array, name: string) =>
    graph.addNode('Conv', [value, graph.addFloats(factors, [channels, 1, 1, 1])], `${output}/${name}`, {
      group: channels,
      kernel_shape: [1, 1],
    });
  const rest = slopes.map((slope) => 1 - slope);
  const linear = scale(input, slopes, 'linear');
  const rectified = slopes.every((slope) => slope <= 1)
    ? graph.addNode('Relu', [scale(input, rest, 'scaled')], `${output}/rectified`)
    : scale(graph.addNode('Relu', [input], `${output}/positive`), rest, 'rectified');
  graph.addNode('Add', [linear, rectified], output);
}

/**
 * As many zero channels behind a map as it has itself: what these models pad by; onnxruntime refuses the graph where
 * it has another number. Zeros are made by a depthwise convolution because onnxruntime has a `Concat` in its blocked
 * layout, but no `Pad`: that one costs two reorderings of the map, and the sum behind it is not fused.
 */
function addZeroChannels(graph: OnnxGraph, input: string, count: number, output: string): void {
  const filter = graph.addFloats(new Float32Array(count), [count, 1, 1, 1]);
  const zeros = graph.addNode('Conv', [input, filter], `${output}/zeros`, { group: count, kernel_shape: [1, 1] });
  graph.addNode('Concat', [input, zeros], output, { axis: 1 });
}

/** The slopes of a PReLU; one per channel. */
function prelu(node: TfjsNode, context: OperatorContext, slopesName: string): Float32Array {
  const { shape, data } = requireConstant(node, context, slopesName);
  if (data.length !== shape.at(-1)) throw unsupported(node, `PReLU slopes of shape ${shape}`);
  return Float32Array.from(data);
}

/** HWIO → OIHW. */
function addConvolutionFilter(graph: OnnxGraph, { shape, data }: TfjsWeight): string {
  const [height, width, inputs, outputs] = shape;
  const oihw = new Float32Array(data.length);
  let next = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let position = 0; position < height * width; position++)
        oihw[next++] = data[(position * inputs + input) * outputs + output];
  return graph.addFloats(oihw, [outputs, inputs, height, width]);
}

/** HWCM → (C·M)1HW; M is the number of outputs per channel. */
function addDepthwiseFilter(graph: OnnxGraph, { shape, data }: TfjsWeight): string {
  const [height, width, channels, multiplier] = shape;
  const outputs = channels * multiplier;
  const grouped = new Float32Array(data.length);
  let next = 0;
  for (let output = 0; output < outputs; output++)
    for (let position = 0; position < height * width; position++) grouped[next++] = data[position * outputs + output];
  return graph.addFloats(grouped, [outputs, 1, height, width]);
}

function addVector(graph: OnnxGraph, { data }: TfjsWeight): string {
  return graph.addFloats(Float32Array.from(data), [data.length]);
}

/** One value per channel, in a shape that broadcasts over NCHW. */
function addChannelVector(graph: OnnxGraph, { shape, data }: TfjsWeight): string {
  if (data.length !== (shape.at(-1) ?? 1)) throw new Error(`a constant of shape ${shape} is not one value per channel`);
  return graph.addFloats(Float32Array.from(data), [data.length, 1, 1]);
}

function requireConstant(node: TfjsNode, context: OperatorContext, inputName: string): TfjsWeight {
  const constant = context.constant(inputName);
  if (!constant) throw unsupported(node, `the computed input ${inputName}`);
  return constant;
}

/** The height and width of a list of four in NHWC. */
function spatial(nhwc: readonly number[]): number[] {
  return nhwc.slice(1, 3);
}

/** TensorFlow's SAME puts the odd pixel of padding at the end, which ONNX calls SAME_UPPER. */
function autoPad(node: TfjsNode): string {
  const padding = node.attributes.text('padding');
  if (padding === 'SAME') return 'SAME_UPPER';
  if (padding === 'VALID') return 'VALID';
  throw unsupported(node, `padding ${padding}`);
}

function unsupported(node: TfjsNode, what: string): Error {
  return new Error(`${node.op} ${node.name}: cannot convert ${what}`);
}
