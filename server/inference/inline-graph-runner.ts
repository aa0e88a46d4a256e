import { EXECUTION_PROVIDERS } from './execution-providers.ts';
import type { FloatTensor, FloatTensors, GraphRunner } from './graph-runner.ts';
import {
  type ExecutionProvider,
  InferenceError,
  OnnxModel,
  type OnnxModelOptions,
  type OnnxRun,
  type RefusedProvider,
  type Shapes,
} from './onnx-model.ts';

/** One graph to run: its file, and its inputs and outputs with a batch of 1. */
export interface GraphFile {
  readonly path: string;
  readonly inputs: Shapes<string>;
  readonly outputs: Shapes<string>;
  /** Whether the first size of every input and output is open; otherwise the graph takes one picture at a time. */
  readonly canBatch: boolean;
}

/**
 * Runs graphs in this thread, one picture at a time: for commands that have nothing else to do. The event loop waits
 * for every run.
 */
export class InlineGraphRunner implements GraphRunner {
  readonly executionProvider: ExecutionProvider;
  /** What was tried before, with each one's reason. */
  readonly refusedProviders: readonly RefusedProvider[];
  readonly #graphs: ReadonlyMap<string, InlineGraph>;
  #closing: Promise<void> | null = null;

  private constructor(graphs: ReadonlyMap<string, InlineGraph>) {
    this.#graphs = graphs;
    const models = [...graphs.values()].map(({ model }) => model);
    // A pack is as fast as its slowest graph.
    const slowest = Math.max(...models.map((model) => EXECUTION_PROVIDERS.indexOf(model.executionProvider)));
    this.executionProvider = EXECUTION_PROVIDERS[slowest];
    this.refusedProviders =
      models.find((model) => model.executionProvider === this.executionProvider)?.refusedProviders ?? [];
  }

  /** @throws InferenceError if a graph cannot be loaded, or has not the inputs and outputs it should have */
  static async load(
    files: Readonly<Record<string, GraphFile>>,
    options: OnnxModelOptions = {},
  ): Promise<InlineGraphRunner> {
    const graphs = new Map<string, InlineGraph>();
    const models: OnnxModel[] = [];
    try {
      for (const [name, file] of Object.entries(files)) {
        const model = await OnnxModel.load(file.path, options);
        models.push(model);
        graphs.set(name, new InlineGraph(name, model, file));
      }
      if (graphs.size === 0) throw new InferenceError('there are no graphs to run');
      return new InlineGraphRunner(graphs);
    } catch (error) {
      for (const model of models) await model.close();
      throw error;
    }
  }

  async run(graph: string, inputs: FloatTensors): Promise<FloatTensors> {
    if (this.#closing) throw new InferenceError('the graph runner is closed');
    const known = this.#graphs.get(graph);
    if (!known)
      throw new InferenceError(`there is no graph ${graph}; there are ${[...this.#graphs.keys()].join(', ')}`);
    return known.run(inputs);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([...this.#graphs.values()].map((graph) => graph.close())).then(() => {});
    return this.#closing;
  }
}

/** A graph with its buffers. Calls wait for each other. */
class InlineGraph {
  readonly model: OnnxModel;
  readonly #name: string;
  readonly #file: GraphFile;
  readonly #run: OnnxRun;
  /** What each input's buffer holds, where it will not change. */
  readonly #held = new Map<string, FloatTensor>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(name: string, model: OnnxModel, file: GraphFile) {
    this.#name = name;
    this.model = model;
    this.#file = file;
    this.#run = model.bind(file.inputs, file.outputs);
  }

  run(inputs: FloatTensors): Promise<FloatTensors> {
    const result = this.#last.then(() => this.#execute(inputs));
    this.#last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.model.close();
  }

  async #execute(inputs: FloatTensors): Promise<FloatTensors> {
    for (const [name, shape] of Object.entries(this.#file.inputs)) this.#take(name, shape, inputs[name]);
    await this.#run.execute();
    const outputs = Object.entries(this.#file.outputs).map(([name, dims]) => {
      const tensor: FloatTensor = { data: this.#run.outputs[name].slice(), dims };
      return [name, tensor] as const;
    });
    return Object.fromEntries(outputs);
  }

  #take(name: string, shape: readonly number[], tensor: FloatTensor | undefined): void {
    const size = shape.reduce((product, length) => product * length, 1);
    if (!tensor || tensor.data.length !== size || tensor.dims.join() !== shape.join()) {
      const got = tensor ? `[${tensor.dims.join(', ')}] with ${tensor.data.length} numbers` : 'nothing';
      throw new InferenceError(`${this.#name} takes ${name} as [${shape.join(', ')}], not ${got}`);
    }
    if (tensor.isConstant && this.#held.get(name) === tensor) return;
    this.#held.delete(name);
    this.#run.inputs[name].set(tensor.data);
    if (tensor.isConstant) this.#held.set(name, tensor);
  }
}
