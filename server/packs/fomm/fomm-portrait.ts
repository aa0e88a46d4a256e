import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { PlanarPictureScaler } from '../../imaging/planar-picture.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { FloatTensor, FloatTensors } from '../../inference/graph-runner.ts';
import type { Portrait } from '../motion-model.ts';
import { DriverMotion } from './driver-motion.ts';
import { type Keypoints, keypointTensors } from './keypoints.ts';

/** A still portrait with all that the networks compute of it once, and what is known of the driver it serves. */
export class FommPortrait implements Portrait {
  readonly width: number;
  readonly height: number;
  readonly still: RgbaImage;
  readonly driver: DriverMotion;
  /** From the network's picture to the portrait's size. */
  readonly scaler: PlanarPictureScaler;
  /** What the `frame` graph takes of the portrait. */
  readonly inputs: Readonly<Record<'features' | 'thumbnail' | 'source_value' | 'source_jacobian', FloatTensor>>;

  constructor(
    still: RgbaImage,
    landmarks: FaceLandmarks,
    { features, thumbnail }: FloatTensors,
    keypoints: Keypoints,
    pictureSizePx: number,
  ) {
    this.width = still.width;
    this.height = still.height;
    this.still = still;
    this.driver = new DriverMotion(keypoints, landmarks);
    this.scaler = new PlanarPictureScaler(pictureSizePx, still.width, still.height);
    const { value, jacobian } = keypointTensors(keypoints, true);
    this.inputs = {
      features: { ...features, isConstant: true },
      thumbnail: { ...thumbnail, isConstant: true },
      source_value: value,
      source_jacobian: jacobian,
    };
  }

  /** Nothing of it is native. */
  close(): void {}
}
