import { multiply3, multiplyTransposed3 } from '../../motion/rotation.ts';
import { expressionMask } from './expression-mask.ts';
import { createFaceMotion, type FaceMotion, rotationOf } from './face-motion.ts';
import type { LivePortraitOptions, MotionRegion } from './live-portrait-options.ts';
import { transformKeypoints } from './transform-keypoints.ts';

/** A scale that is told as nothing cannot be divided by. */
const SMALLEST_SCALE = 1e-3;

/** What of the driver's motion is taken over. */
export type TransferOptions = Pick<LivePortraitOptions, 'region' | 'relativeRotation'> & {
  /** Keypoints whose expression stays the portrait's. */
  readonly held: readonly number[];
};

/**
 * Takes a driver's motion over to one portrait, as the official program does for a portrait that is a picture and a
 * driver that is a video.
 */
export class MotionTransfer {
  readonly #portrait: FaceMotion;
  readonly #canonical: Float32Array;
  readonly #region: MotionRegion;
  readonly #relativeRotation: boolean;
  readonly #masks: Readonly<Record<'relative' | 'absolute', Uint8Array>>;
  readonly #moved: FaceMotion;
  readonly #portraitRotation = new Float64Array(9);
  readonly #drivingRotation = new Float64Array(9);
  readonly #referenceRotation = new Float64Array(9);
  readonly #turn = new Float64Array(9);
  readonly #rotation = new Float64Array(9);

  /** @param canonical `K × 3`: the portrait's keypoints at rest, looking ahead */
  constructor(portrait: FaceMotion, canonical: Float32Array, { region, relativeRotation, held }: TransferOptions) {
    const count = canonical.length / 3;
    this.#portrait = portrait;
    this.#canonical = canonical;
    this.#region = region;
    this.#relativeRotation = relativeRotation;
    this.#masks = {
      relative: expressionMask(count, region, 'relative', held),
      absolute: expressionMask(count, region, 'absolute', held),
    };
    this.#moved = createFaceMotion(count);
    rotationOf(portrait, this.#portraitRotation);
  }

  /** Where the portrait's keypoints are when nobody drives it. */
  rest(out: Float32Array): Float32Array {
    return transformKeypoints(this.#canonical, this.#portraitRotation, this.#portrait, out);
  }

  /**
   * Where they go, into `out`.
   * @param reference what motion is relative to; null: the motion is absolute
   */
  move(driving: FaceMotion, reference: FaceMotion | null, out: Float32Array): Float32Array {
    this.#moveExpression(driving, reference);
    this.#moveHead(driving, reference);
    return transformKeypoints(this.#canonical, this.#rotation, this.#moved, out);
  }

  #moveExpression(driving: FaceMotion, reference: FaceMotion | null): void {
    const mask = this.#masks[reference ? 'relative' : 'absolute'];
    const own = this.#portrait.expression;
    const out = this.#moved.expression;
    for (let i = 0; i < out.length; i++) {
      if (mask[i] === 0) out[i] = own[i];
      else out[i] = reference ? own[i] + driving.expression[i] - reference.expression[i] : driving.expression[i];
    }
  }

  #moveHead(driving: FaceMotion, reference: FaceMotion | null): void {
    const { translation, scale } = this.#moved;
    const portrait = this.#portrait;
    translation.set(portrait.translation);
    scale.set(portrait.scale);
    this.#rotation.set(this.#portraitRotation);
    if (this.#region !== 'all' && this.#region !== 'pose') return;
    rotationOf(driving, this.#drivingRotation);
    if (!reference) {
      this.#rotation.set(this.#drivingRotation);
      translation.set(driving.translation);
      return;
    }
    if (this.#relativeRotation) {
      rotationOf(reference, this.#referenceRotation);
      multiplyTransposed3(this.#portraitRotation, this.#referenceRotation, this.#turn);
      multiply3(this.#turn, this.#drivingRotation, this.#rotation);
    } else this.#rotation.set(this.#drivingRotation);
    for (let axis = 0; axis < 2; axis++) {
      translation[axis] += driving.translation[axis] - reference.translation[axis];
    }
    if (this.#region === 'all' && reference.scale[0] > SMALLEST_SCALE)
      scale[0] *= driving.scale[0] / reference.scale[0];
  }
}
