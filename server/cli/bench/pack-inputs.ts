import type { FloatTensor, FloatTensors } from '../../inference/graph-runner.ts';
import type { GraphFile } from '../../inference/inline-graph-runner.ts';

/**
 * Inputs as a session gives them to a pack's graphs: what portrait graphs put out, by its name, is the portrait's and
 * never changes; the rest is new with each frame. The numbers are any: networks take as long with all of them.
 */
export class SessionInputs {
  readonly #byGraph: ReadonlyMap<string, FloatTensors>;

  constructor(graphs: Readonly<Record<string, GraphFile>>, portraitGraphs: readonly string[], seed: number) {
    const ofPortrait = new Set(portraitGraphs.flatMap((graph) => Object.keys(graphs[graph]?.outputs ?? {})));
    this.#byGraph = new Map(
      Object.entries(graphs).map(([graph, { inputs }]) => [
        graph,
        Object.fromEntries(
          Object.entries(inputs).map(([name, dims], i) => [name, tensor(dims, seed + i, ofPortrait.has(name))]),
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
