import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { smoothingTunings } from '../../motion/motion-tuning.ts';
import { OneEuroFilter, type OneEuroTuning } from '../../motion/one-euro-filter.ts';
import { DriverReference } from '../driver-reference.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { type FaceMotion, faceMotionFrom, measuresOf } from './face-motion.ts';

/** Expressions move keypoints by a tenth of what a head moves, and are as quick: their speed counts so much more. */
const EXPRESSION_SPEED_GAIN = 6;

/** One driver's motion, frame by frame: calm, and with what it is relative to. */
export class DriverMotion {
  readonly #reference: DriverReference;
  readonly #angles = new OneEuroFilter(3);
  readonly #place = new OneEuroFilter(2);
  readonly #scale = new OneEuroFilter(1);
  readonly #expression: OneEuroFilter;

  constructor(portrait: FaceLandmarks, keypointCount: number) {
    this.#reference = new DriverReference(portrait, [3, 2, 1, 3 * keypointCount]);
    this.#expression = new OneEuroFilter(3 * keypointCount, 3);
  }

  /** Calms `driving` in place. Returns what it is relative to, valid until the next frame; null in absolute mode. */
  follow(frame: DrivingFrame, driving: FaceMotion): FaceMotion | null {
    if (frame.reference === 'other') this.#reset();
    const { rotation, translation } = smoothingTunings(frame.smoothing);
    const expression: OneEuroTuning = { ...rotation, beta: rotation.beta * EXPRESSION_SPEED_GAIN };
    this.#angles.filter(driving.angles, frame.timeMs, rotation);
    this.#place.filter(driving.translation, frame.timeMs, translation);
    this.#scale.filter(driving.scale, frame.timeMs, translation);
    this.#expression.filter(driving.expression, frame.timeMs, expression);
    this.#reference.update(frame, measuresOf(driving));
    const { current } = this.#reference;
    return frame.mode === 'absolute' || !current ? null : faceMotionFrom(current);
  }

  #reset(): void {
    for (const filter of [this.#angles, this.#place, this.#scale, this.#expression]) filter.reset();
  }
}
