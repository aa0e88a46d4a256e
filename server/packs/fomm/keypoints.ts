import { finiteOutputs } from '../../inference/finite-outputs.ts';
import type { FloatTensor, FloatTensors } from '../../inference/graph-runner.ts';

/** What the keypoint network sees in one picture. K is the pack's number of keypoints. */
export interface Keypoints {
  /** `K × 2` floats: x right, y down, −1 … 1 from the first pixel's centre to the last one's. */
  readonly value: Float32Array;
  /** `K × 4` floats: the 2 × 2 matrix, row by row, of how the face lies around each keypoint. */
  readonly jacobian: Float32Array;
}

export function createKeypoints(count: number): Keypoints {
  return { value: new Float32Array(2 * count), jacobian: new Float32Array(4 * count) };
}

/** The outputs of the `keypoints` graph. Throws an `InferenceError` where they are not numbers. */
export function keypointsOf(outputs: FloatTensors): Keypoints {
  const { value, jacobian } = finiteOutputs(outputs, 'keypoints');
  return { value: value.data, jacobian: jacobian.data };
}

/** As inputs of the `frame` graph. The tensors share the keypoints' memory. */
export function keypointTensors(
  { value, jacobian }: Keypoints,
  isConstant = false,
): { value: FloatTensor; jacobian: FloatTensor } {
  const count = value.length / 2;
  return {
    value: { data: value, dims: [1, count, 2], isConstant },
    jacobian: { data: jacobian, dims: [1, count, 2, 2], isConstant },
  };
}
