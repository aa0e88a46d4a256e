import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { type SquareRegion, wholePicture } from '../../face/face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from '../../face/region-cropper.ts';
import { PlanarPictureScaler } from '../../imaging/planar-picture.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { FloatTensor, GraphRunner } from '../../inference/graph-runner.ts';
import type { ExecutionProvider } from '../../inference/onnx-model.ts';
import type { DrivingFrame, PictureModel } from '../motion-model.ts';
import { drawStandInLabel } from '../stand-in-label.ts';
import { PackError } from '../store/pack-error.ts';
import type { LivePortraitManifest } from '../store/pack-manifest.ts';
import { type CorrectionGraph, Corrections } from './corrections.ts';
import { EYE_KEYPOINTS, LIP_KEYPOINTS } from './expression-mask.ts';
import { faceCrop } from './face-crop.ts';
import { faceMotionOf } from './face-motion.ts';
import { eyeRatios, lipRatio } from './face-ratios.ts';
import { DEFAULT_LIVE_PORTRAIT_OPTIONS, type LivePortraitOptions } from './live-portrait-options.ts';
import { LivePortraitPortrait } from './live-portrait-portrait.ts';
import { PasteBack } from './paste-back.ts';
import { MotionTransfer } from './transfer-motion.ts';

/** Lips that are this far apart are not closed (gap over width); the official program's threshold. */
const PARTED_LIPS = 0.03;

/**
 * LivePortrait: the driver's pose and expression, told as numbers, move the portrait's keypoints, and those its features.
 * See models/convert/liveportrait for its graphs; the files of FasterLivePortrait are the same.
 */
export class LivePortraitModel implements PictureModel<LivePortraitPortrait> {
  readonly name: string;
  readonly needs = 'picture';
  readonly drivingSizePx: number;
  readonly takesAnyShape: boolean;
  readonly #runner: GraphRunner;
  readonly #corrections: Corrections;
  readonly #manifest: LivePortraitManifest;
  readonly #options: LivePortraitOptions;
  readonly #stitches: boolean;
  readonly #closesLips: boolean;
  readonly #cropper: RegionCropper;

  /**
   * @param runner runs the pack's graphs; it is the caller's to close
   * @throws PackError where the options want what the pack has no graph for
   */
  constructor(
    manifest: LivePortraitManifest,
    runner: GraphRunner,
    options: LivePortraitOptions = DEFAULT_LIVE_PORTRAIT_OPTIONS,
  ) {
    this.name = manifest.name;
    this.drivingSizePx = manifest.options.imageSizePx;
    this.takesAnyShape = options.pasteBack;
    this.#manifest = manifest;
    this.#options = options;
    this.#runner = runner;
    this.#corrections = new Corrections(runner);
    this.#stitches = options.stitching ?? this.#has('stitching');
    this.#closesLips = options.closedLips ?? this.#has('lipRetargeting');
    this.#require('stitching', this.#stitches, 'stitching');
    this.#require('lipRetargeting', this.#closesLips || options.lipRatio !== null, 'lips by ratio');
    this.#require('eyeRetargeting', options.eyeRatio !== null, 'eyes by ratio');
    this.#cropper = new RegionCropper(this.drivingSizePx);
  }

  get executionProvider(): ExecutionProvider {
    return this.#runner.executionProvider;
  }

  /**
   * Takes `still` as it is: it must not change while the portrait is in use. It has to be square, unless the face is
   * pasted back into it.
   * @throws RangeError where it is not; rejects with an `InferenceError` where a network fails
   */
  async prepare(still: RgbaImage, landmarks: FaceLandmarks): Promise<LivePortraitPortrait> {
    const { outputSizePx, keypointCount } = this.#manifest.options;
    const region = this.#regionOf(still, landmarks);
    const planes = new Float32Array(3 * this.drivingSizePx ** 2);
    this.#cropper.crop(still, region, RANGE_0_TO_1, planes);
    const img: FloatTensor = { ...this.#tensor(planes), isConstant: true };
    const seen = await this.#runner.run('motion', { img });
    const { output } = await this.#runner.run('appearance', { img });
    const { region: moved, relativeRotation } = this.#options;
    const transfer = new MotionTransfer(faceMotionOf(seen), seen.kp.data, {
      region: moved,
      relativeRotation,
      held: this.#heldKeypoints(),
    });
    const draw = this.#drawing(region, outputSizePx, still);
    const portrait = new LivePortraitPortrait(still, landmarks, output, transfer, keypointCount, draw);
    if (this.#closesLips && portrait.lipRatio >= PARTED_LIPS) {
      const ratios = [portrait.lipRatio, 0];
      portrait.closedLips = await this.#corrections.retarget('lipRetargeting', portrait.keypoints, ratios);
    }
    return portrait;
  }

  /** Throws a RangeError where `out` has not the portrait's size; rejects with an `InferenceError`. */
  async animate(portrait: LivePortraitPortrait, frame: DrivingFrame, out: RgbaImage): Promise<void> {
    const driving = faceMotionOf(await this.#runner.run('motion', { img: this.#tensor(frame.picture) }));
    const reference = portrait.driver.follow(frame, driving);
    const keypoints = portrait.transfer.move(driving, reference, new Float32Array(portrait.keypoints.length));
    await this.#correct(portrait, frame, keypoints);
    const { multiplier } = this.#options;
    for (let i = 0; i < keypoints.length; i++) {
      keypoints[i] = portrait.keypoints[i] + (keypoints[i] - portrait.keypoints[i]) * multiplier;
    }
    const picture = await this.#runner.run('warping', {
      ...portrait.inputs,
      kp_driving: { data: keypoints, dims: [1, keypoints.length / 3, 3] },
    });
    portrait.draw(picture.out.data, out);
    if (this.#manifest.weights === 'random') drawStandInLabel(out);
  }

  /** Stitching and retargeting in the official order (algorithm 1 of the paper), in place. */
  async #correct(portrait: LivePortraitPortrait, frame: DrivingFrame, keypoints: Float32Array): Promise<void> {
    const deltas = await this.#retarget(portrait, frame.landmarks);
    if (deltas.length === 0) {
      if (this.#stitches) await this.#corrections.stitch(portrait.keypoints, keypoints);
      if (portrait.closedLips && frame.mode === 'relative') add(keypoints, portrait.closedLips);
      return;
    }
    if (this.#options.officialRetargeting && frame.mode === 'relative') keypoints.set(portrait.keypoints);
    for (const delta of deltas) add(keypoints, delta);
    if (this.#stitches) await this.#corrections.stitch(portrait.keypoints, keypoints);
  }

  /** What brings eyes and lips to the ratios they shall have. */
  async #retarget(portrait: LivePortraitPortrait, driver: FaceLandmarks): Promise<Float32Array[]> {
    const { eyeRatio, lipRatio: wantedLips } = this.#options;
    const deltas: Float32Array[] = [];
    if (eyeRatio !== null) {
      // The network knows one ratio for both eyes.
      const [left, right] = eyeRatios(driver);
      const wanted = eyeRatio === 'driver' ? (left + right) / 2 : eyeRatio;
      const ratios = [...portrait.eyeRatios, wanted];
      deltas.push(await this.#corrections.retarget('eyeRetargeting', portrait.keypoints, ratios));
    }
    if (wantedLips !== null) {
      const wanted = wantedLips === 'driver' ? lipRatio(driver) : wantedLips;
      const ratios = [portrait.lipRatio, wanted];
      deltas.push(await this.#corrections.retarget('lipRetargeting', portrait.keypoints, ratios));
    }
    return deltas;
  }

  /** Where ratios are in charge, the driver's expression is not. */
  #heldKeypoints(): number[] {
    const { eyeRatio, lipRatio: lips, officialRetargeting } = this.#options;
    if (officialRetargeting) return [];
    return [...(eyeRatio === null ? [] : EYE_KEYPOINTS), ...(lips === null ? [] : LIP_KEYPOINTS)];
  }

  #regionOf(still: RgbaImage, landmarks: FaceLandmarks): SquareRegion {
    if (this.#options.pasteBack) return faceCrop(landmarks);
    if (still.width === still.height) return wholePicture(still.width, still.height);
    throw new RangeError(`${this.name} animates square pictures, not ${still.width}×${still.height} pixels`);
  }

  #drawing(region: SquareRegion, sizePx: number, still: RgbaImage): (planes: Float32Array, out: RgbaImage) => void {
    if (this.#options.pasteBack) {
      const paste = new PasteBack(region, sizePx, still);
      return (planes, out) => paste.paste(planes, out);
    }
    const scaler = new PlanarPictureScaler(sizePx, still.width, still.height);
    return (planes, out) => scaler.scale(planes, out);
  }

  #has(graph: CorrectionGraph): boolean {
    return Object.hasOwn(this.#manifest.graphs, graph);
  }

  #require(graph: CorrectionGraph, isWanted: boolean, control: string): void {
    if (!isWanted || this.#has(graph)) return;
    throw new PackError('missing-file', `the pack ${this.name} has no graph ${graph}, which ${control} needs`);
  }

  #tensor(planes: Float32Array): FloatTensor {
    return { data: planes, dims: [1, 3, this.drivingSizePx, this.drivingSizePx] };
  }
}

function add(values: Float32Array, delta: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] += delta[i];
}
