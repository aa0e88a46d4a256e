import type { GraphFile } from '../inference/inline-graph-runner.ts';
import type { GraphValue } from './store/graph-signature.ts';
import type { PackKind } from './store/pack-manifest.ts';
import { graphPath, type InstalledPack } from './store/pack-store.ts';

/** Landmarks are found by the server's own tracker: this graph may be in a pack, but never runs. */
const UNUSED = 'landmarks';

/** Graphs that run once per portrait; the others run for each frame. */
export const PORTRAIT_GRAPHS: Readonly<Record<PackKind, readonly string[]>> = {
  fomm: ['source'],
  liveportrait: ['appearance', 'landmarks'],
};

/** Inputs of frame graphs that belong to the portrait: they stay the same from frame to frame. */
export const PORTRAIT_INPUTS: Readonly<Record<PackKind, readonly string[]>> = {
  fomm: ['features', 'thumbnail', 'source_value', 'source_jacobian'],
  liveportrait: ['feature_3d', 'kp_source'],
};

/** The graphs of an installed pack by name, each for one picture at a time. */
export function graphFilesOf(pack: InstalledPack): Record<string, GraphFile> {
  const used = Object.entries(pack.manifest.graphs).filter(([name]) => name !== UNUSED);
  return Object.fromEntries(
    used.map(([name, { inputs, outputs }]) => {
      const file: GraphFile = {
        path: graphPath(pack, name),
        inputs: shapesOf(inputs),
        outputs: shapesOf(outputs),
        canBatch: [...inputs, ...outputs].every(({ dims }) => dims[0] === 'batch'),
      };
      return [name, file] as const;
    }),
  );
}

function shapesOf(values: readonly GraphValue[]): Record<string, number[]> {
  return Object.fromEntries(values.map(({ name, dims }) => [name, dims.map((size) => (size === 'batch' ? 1 : size))]));
}
