import type { FloatTensor, FloatTensors } from '../../inference/graph-runner.ts';
import type { GraphFile } from '../../inference/inline-graph-runner.ts';

/**
 * Inputs as a session gives them to a pack's graphs: the portrait's never change; the rest is new with each frame. The numbers are any: networks take as long with all of them.
 */
export class SessionInputs {
  readonly #byGraph: ReadonlyMap<string, FloatTensors>;

  /** @param portraitInputs names of inputs that stay the same from frame to frame */
  constructor(graphs: Readonly<Record<string, GraphFile>>, portraitInputs: readonly string[], seed: number) {
    this.#byGraph = new Map(
      Object.entries(graphs).map(([graph, { inputs }]) => [
        graph,
        Object.fromEntries(
          Object.entries(inputs).map(([name, dims], i) => [
            name,
            tensor(dims, seed + i, portraitInputs.includes(name)),
          ]),
        ),
      ]),
    );
  }

  of(graph: string): FloatTensors {
    const inputs = this.#byGraph.get(graph);
    if (!inputs) throw new RangeError(`there is no graph ${graph}`);
    return inputs;
  }
}

function tensor(dims: readonly number[], seed: number, isConstant: boolean): FloatTensor {
  const size = dims.reduce((product, length) => product * length, 1);
  return {
    data: Float32Array.from({ length: size }, (_, i) => ((i * 7919 + seed * 104_729) % 1009) / 1009),
    dims,
    isConstant,
  };
}
