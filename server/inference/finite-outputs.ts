import type { FloatTensors } from './graph-runner.ts';
import { InferenceError } from './onnx-model.ts';

/**
 * The outputs of a graph, if all of them are numbers. Filters and references remember what they are given: one frame
 * that is none would spoil all that follow.
 * @throws InferenceError that names the output, and what is likely
 */
export function finiteOutputs<T extends FloatTensors>(outputs: T, graph: string): T {
  for (const [name, { data }] of Object.entries(outputs)) {
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      throw new InferenceError(
        `${name} of the graph ${graph} is not a number: half precision overflows on this device, or the weights are damaged. ` +
          'Convert the pack with --precision float32, or verify it (npm run packs -- verify)',
      );
    }
  }
  return outputs;
}
