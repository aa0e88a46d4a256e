import { fileURLToPath } from 'node:url';
import { OnnxModel } from '../../../inference/onnx-model.ts';
import { CROP_HEIGHT, CROP_WIDTH, INPUT_PLANES, OUTPUT_PLANES } from './lid-planes.ts';

export const LID_NET_FILE: string = fileURLToPath(new URL('../../../../models/mesh/lid-net.onnx', import.meta.url));

const INPUT_SIZE = INPUT_PLANES * CROP_HEIGHT * CROP_WIDTH;
const OUTPUT_SIZE = OUTPUT_PLANES * CROP_HEIGHT * CROP_WIDTH;

/** The network that tells how light falls on an eye whose lids move; see `models/training`. */
export class LidNet {
  readonly #model: OnnxModel;

  private constructor(model: OnnxModel) {
    this.#model = model;
  }

  /** @throws InferenceError if the file cannot be loaded */
  static async load(file: string = LID_NET_FILE): Promise<LidNet> {
    return new LidNet(await OnnxModel.load(file));
  }

  /**
   * Runs `count` eyes at once: `write(index, planes)` fills the input of each, `INPUT_PLANES` planes of the crop; the
   * answers are `OUTPUT_PLANES` planes each.
   * @throws InferenceError if onnxruntime fails
   */
  async run(count: number, write: (index: number, planes: Float32Array) => void): Promise<Float32Array[]> {
    const run = this.#model.bind(
      { planes: [count, INPUT_PLANES, CROP_HEIGHT, CROP_WIDTH] },
      { light: [count, OUTPUT_PLANES, CROP_HEIGHT, CROP_WIDTH] },
    );
    for (let i = 0; i < count; i++) write(i, run.inputs.planes.subarray(i * INPUT_SIZE, (i + 1) * INPUT_SIZE));
    await run.execute();
    const { light } = run.outputs;
    return Array.from({ length: count }, (_, i) => light.subarray(i * OUTPUT_SIZE, (i + 1) * OUTPUT_SIZE));
  }

  /** Frees the native session; idempotent. */
  async close(): Promise<void> {
    await this.#model.close();
  }
}
