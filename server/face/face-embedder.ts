import { ensureFaceModels } from '../../models/convert/human/convert.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { defaultModelsDir } from '../inference/models-dir.ts';
import { OnnxModel, type OnnxRun } from '../inference/onnx-model.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { uprightBox } from './face-region.ts';
import { type ColourRange, RegionCropper } from './region-cropper.ts';

const INPUT_SIDE_PX = 224;
const FEATURE_COUNT = 1024;
/** The network takes colours as they are. */
const RANGE_0_TO_255: ColourRange = { scale: 1, bias: 0 };
/** Side of the square over the longer side of the face's box: of 1.0 to 1.7 this tells people apart best. */
const ROOM_AROUND_FACE = 1.2;

/** Who somebody is, as a direction: the cosine of two is high where they are of one person. */
export type FaceEmbedding = Float32Array;

/**
 * Describes whose face it is (HSE FaceRes; Savchenko, PeerJ CS 5:e197, 2019). For measuring: no session runs it.
 * Not for concurrent calls.
 */
export class FaceEmbedder {
  readonly #model: OnnxModel;
  readonly #run: OnnxRun<'image', 'features'>;
  readonly #cropper = new RegionCropper(INPUT_SIDE_PX);

  private constructor(model: OnnxModel) {
    this.#model = model;
    this.#run = model.bind({ image: [1, 3, INPUT_SIDE_PX, INPUT_SIDE_PX] }, { features: [1, FEATURE_COUNT] });
  }

  /**
   * Loads the network, converting it first where the models' folder does not have it yet.
   * @throws SourceChecksumError, InferenceError
   */
  static async load(modelsDir: string = defaultModelsDir()): Promise<FaceEmbedder> {
    const { faceres } = await ensureFaceModels(modelsDir);
    return new FaceEmbedder(await OnnxModel.load(faceres));
  }

  /** The embedding of the face with these landmarks, of unit length; it belongs to the caller. */
  async embed(image: RgbaImage, { points }: FaceLandmarks): Promise<FaceEmbedding> {
    const box = uprightBox(points);
    const region = { ...box, sizePx: Math.max(box.width, box.height) * ROOM_AROUND_FACE };
    this.#cropper.crop(image, region, RANGE_0_TO_255, this.#run.inputs.image);
    await this.#run.execute();
    const features = this.#run.outputs.features.slice();
    const length = Math.hypot(...features);
    for (let i = 0; i < features.length; i++) features[i] /= length;
    return features;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#model.close();
  }
}

/** Cosine of the angle between two embeddings, at most 1. */
export function cosineOf(a: FaceEmbedding, b: FaceEmbedding): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
  return dot;
}
