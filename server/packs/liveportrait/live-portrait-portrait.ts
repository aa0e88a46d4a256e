import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { FloatTensor } from '../../inference/graph-runner.ts';
import type { Portrait } from '../motion-model.ts';
import { DriverMotion } from './driver-motion.ts';
import { eyeRatios, lipRatio } from './face-ratios.ts';
import type { MotionTransfer } from './transfer-motion.ts';

/** A still portrait with all that the networks compute of it once, and what is known of the driver it serves. */
export class LivePortraitPortrait implements Portrait {
  readonly width: number;
  readonly height: number;
  readonly still: RgbaImage;
  readonly driver: DriverMotion;
  readonly transfer: MotionTransfer;
  /** `K × 3`: where the portrait's keypoints are. */
  readonly keypoints: Float32Array;
  /** How far its eyes and lips are open. */
  readonly eyeRatios: readonly [number, number];
  readonly lipRatio: number;
  /** What the `warping` graph takes of the portrait. */
  readonly inputs: Readonly<Record<'feature_3d' | 'kp_source', FloatTensor>>;
  /** Draws a picture of the `warping` graph into one of the portrait's size. */
  readonly draw: (planes: Float32Array, out: RgbaImage) => void;
  /** What closes its lips, `K × 3`; null where they are closed, or shall stay as they are. */
  closedLips: Float32Array | null = null;

  constructor(
    still: RgbaImage,
    landmarks: FaceLandmarks,
    features: FloatTensor,
    transfer: MotionTransfer,
    keypointCount: number,
    draw: (planes: Float32Array, out: RgbaImage) => void,
  ) {
    this.width = still.width;
    this.height = still.height;
    this.still = still;
    this.driver = new DriverMotion(landmarks, keypointCount);
    this.transfer = transfer;
    this.keypoints = transfer.rest(new Float32Array(3 * keypointCount));
    this.eyeRatios = eyeRatios(landmarks);
    this.lipRatio = lipRatio(landmarks);
    this.inputs = {
      feature_3d: { ...features, isConstant: true },
      kp_source: { data: this.keypoints, dims: [1, keypointCount, 3], isConstant: true },
    };
    this.draw = draw;
  }

  /** Nothing of it is native. */
  close(): void {}
}
