import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { wholePicture } from '../../face/face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from '../../face/region-cropper.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { FloatTensor, GraphRunner } from '../../inference/graph-runner.ts';
import type { ExecutionProvider } from '../../inference/onnx-model.ts';
import type { DrivingFrame, PictureModel } from '../motion-model.ts';
import { drawStandInLabel } from '../stand-in-label.ts';
import type { FommManifest } from '../store/pack-manifest.ts';
import { FommPortrait } from './fomm-portrait.ts';
import { keypointsOf, keypointTensors } from './keypoints.ts';

/**
 * First Order Motion Model: keypoints of the driver's picture, and how the face lies around them, move the portrait's.
 * See models/convert/fomm for its graphs.
 */
export class FommModel implements PictureModel<FommPortrait> {
  readonly name: string;
  readonly needs = 'picture';
  readonly drivingSizePx: number;
  readonly #runner: GraphRunner;
  readonly #isStandIn: boolean;
  readonly #cropper: RegionCropper;

  /** @param runner runs the pack's graphs; it is the caller's to close */
  constructor(manifest: FommManifest, runner: GraphRunner) {
    this.name = manifest.name;
    this.drivingSizePx = manifest.options.imageSizePx;
    this.#runner = runner;
    this.#isStandIn = manifest.weights === 'random';
    this.#cropper = new RegionCropper(this.drivingSizePx);
  }

  get executionProvider(): ExecutionProvider {
    return this.#runner.executionProvider;
  }

  /**
   * Takes `still` as it is: it must not change while the portrait is in use. It has to be square.
   * @throws RangeError where it is not; rejects with an `InferenceError` where a network fails
   */
  async prepare(still: RgbaImage, landmarks: FaceLandmarks): Promise<FommPortrait> {
    if (still.width !== still.height) {
      throw new RangeError(`${this.name} animates square pictures, not ${still.width}×${still.height} pixels`);
    }
    const planes = new Float32Array(3 * this.drivingSizePx ** 2);
    this.#cropper.crop(still, wholePicture(still.width, still.height), RANGE_0_TO_1, planes);
    const image: FloatTensor = { ...this.#tensor(planes), isConstant: true };
    const keypoints = keypointsOf(await this.#runner.run('keypoints', { image }));
    const encoded = await this.#runner.run('source', { image });
    return new FommPortrait(still, landmarks, encoded, keypoints, this.drivingSizePx);
  }

  /** Throws a RangeError where `out` has not the portrait's size; rejects with an `InferenceError`. */
  async animate(portrait: FommPortrait, frame: DrivingFrame, out: RgbaImage): Promise<void> {
    const seen = keypointsOf(await this.#runner.run('keypoints', { image: this.#tensor(frame.picture) }));
    const { value, jacobian } = keypointTensors(portrait.driver.follow(frame, seen));
    const { picture } = await this.#runner.run('frame', {
      ...portrait.inputs,
      driving_value: value,
      driving_jacobian: jacobian,
    });
    portrait.scaler.scale(picture.data, out);
    if (this.#isStandIn) drawStandInLabel(out);
  }

  #tensor(planes: Float32Array): FloatTensor {
    return { data: planes, dims: [1, 3, this.drivingSizePx, this.drivingSizePx] };
  }
}
