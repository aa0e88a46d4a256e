import { ensureFaceModels } from '../../models/convert/human/convert.ts';
import { defaultModelsDir } from '../inference/models-dir.ts';
import { OnnxModel, type OnnxModelOptions, type RefusedProvider } from '../inference/onnx-model.ts';

export interface FaceModelsOptions extends OnnxModelOptions {
  /** Folder of converted models; default {@link defaultModelsDir}. */
  readonly modelsDir?: string;
}

/** The three face networks, loaded once per process and shared by all its trackers. */
export class FaceModels {
  readonly detector: OnnxModel;
  readonly mesh: OnnxModel;
  readonly iris: OnnxModel;

  private constructor(detector: OnnxModel, mesh: OnnxModel, iris: OnnxModel) {
    this.detector = detector;
    this.mesh = mesh;
    this.iris = iris;
  }

  /**
   * Loads the networks, converting them first where `modelsDir` does not have them yet (under a second).
   * @throws SourceChecksumError, InferenceError
   */
  static async load({ modelsDir = defaultModelsDir(), ...options }: FaceModelsOptions = {}): Promise<FaceModels> {
    const paths = await ensureFaceModels(modelsDir);
    const [detector, mesh, iris] = await Promise.all(
      [paths.blazeface, paths.facemesh, paths.iris].map((file) => OnnxModel.load(file, options)),
    );
    return new FaceModels(detector, mesh, iris);
  }

  /** Where the networks run. */
  get executionProvider(): string {
    return this.mesh.executionProvider;
  }

  /** Providers that were wanted and did not work. */
  get refusedProviders(): readonly RefusedProvider[] {
    return this.mesh.refusedProviders;
  }

  /** Frees the networks; idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.detector.close(), this.mesh.close(), this.iris.close()]);
  }
}
