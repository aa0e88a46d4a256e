import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { smoothingTunings } from '../../motion/motion-tuning.ts';
import { OneEuroFilter } from '../../motion/one-euro-filter.ts';
import { DriverReference } from '../driver-reference.ts';
import type { DrivingFrame } from '../motion-model.ts';
import { createKeypoints, type Keypoints } from './keypoints.ts';
import { movementScale, transferMotion } from './transfer-motion.ts';

/** Turns one driver's keypoints, frame by frame, into where the portrait's keypoints go. */
export class DriverMotion {
  readonly #source: Keypoints;
  readonly #reference: DriverReference;
  readonly #moved: Keypoints;
  readonly #valueFilter: OneEuroFilter;
  readonly #jacobianFilter: OneEuroFilter;

  /** @param source the portrait's keypoints; `portrait` its landmarks */
  constructor(source: Keypoints, portrait: FaceLandmarks) {
    const count = source.value.length / 2;
    this.#source = source;
    this.#reference = new DriverReference(portrait, [2 * count, 4 * count]);
    this.#moved = createKeypoints(count);
    this.#valueFilter = new OneEuroFilter(2 * count, 2);
    this.#jacobianFilter = new OneEuroFilter(4 * count, 4);
  }

  /** Calms `driving`, the frame's keypoints, in place. What it returns is valid until the next frame. */
  follow(frame: DrivingFrame, driving: Keypoints): Keypoints {
    if (frame.reference === 'other') {
      this.#valueFilter.reset();
      this.#jacobianFilter.reset();
    }
    // Half picture sides a second and radians a second are of one magnitude for a head.
    const { rotation: tuning } = smoothingTunings(frame.smoothing);
    this.#valueFilter.filter(driving.value, frame.timeMs, tuning);
    this.#jacobianFilter.filter(driving.jacobian, frame.timeMs, tuning);
    this.#reference.update(frame, [driving.value, driving.jacobian]);
    const { current } = this.#reference;
    if (frame.mode === 'absolute' || !current) return driving;
    const [value, jacobian] = current;
    const reference: Keypoints = { value, jacobian };
    transferMotion(this.#source, driving, reference, movementScale(this.#source, reference), this.#moved);
    return this.#moved;
  }
}
