import { finiteOutputs } from '../../inference/finite-outputs.ts';
import type { GraphRunner } from '../../inference/graph-runner.ts';

/** Graphs that correct keypoints. A pack may lack each. */
export type CorrectionGraph = 'stitching' | 'eyeRetargeting' | 'lipRetargeting';

/** Runs the small networks that correct keypoints (`K × 3` floats). */
export class Corrections {
  readonly #runner: GraphRunner;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  /** Moves `keypoints` so that what is around the face stays as in the portrait. Rejects with an `InferenceError`. */
  async stitch(portrait: Float32Array, keypoints: Float32Array): Promise<void> {
    const delta = await this.#run('stitching', portrait, keypoints);
    const count = keypoints.length;
    for (let i = 0; i < count; i += 3) {
      keypoints[i] += delta[i] + delta[count];
      keypoints[i + 1] += delta[i + 1] + delta[count + 1];
      keypoints[i + 2] += delta[i + 2];
    }
  }

  /**
   * What opens or closes eyes or lips as far as wanted, to be added to keypoints. Rejects with an `InferenceError`.
   * @param ratios the portrait's own, then the wanted one
   */
  retarget(
    graph: 'eyeRetargeting' | 'lipRetargeting',
    portrait: Float32Array,
    ratios: readonly number[],
  ): Promise<Float32Array> {
    return this.#run(graph, portrait, ratios);
  }

  async #run(graph: CorrectionGraph, portrait: Float32Array, more: ArrayLike<number>): Promise<Float32Array> {
    const data = new Float32Array(portrait.length + more.length);
    data.set(portrait);
    data.set(more, portrait.length);
    const outputs = await this.#runner.run(graph, { input: { data, dims: [1, data.length] } });
    return finiteOutputs(outputs, graph).output.data;
  }
}
