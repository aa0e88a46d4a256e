import type { Motion } from '../../../motion/motion.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { fromAngles, multiply3, toAngles } from '../../../motion/rotation.ts';

const DEGREE = Math.PI / 180;

/**
 * Where one still picture stops being convincing. The head may be turned away from the camera by as much as it was
 * photographed or `farthest*`, and from its own pose by `most*`; the side it is already turned to has less left.
 */
export interface MotionLimits {
  readonly mostYawRad: number;
  readonly farthestYawRad: number;
  readonly mostPitchDownRad: number;
  readonly mostPitchUpRad: number;
  readonly farthestPitchRad: number;
  readonly mostRollRad: number;
  /** Of the head's middle, canonical units. */
  readonly mostShift: number;
  /** Natural logarithm of the growth. */
  readonly mostLogScale: number;
}

/** Where the background goes along with the head: beyond, it bends and is dragged along visibly. */
export const ONE_LAYER: MotionLimits = {
  mostYawRad: 23 * DEGREE,
  farthestYawRad: 30 * DEGREE,
  mostPitchDownRad: 18 * DEGREE,
  // Upwards the hairline gives out sooner.
  mostPitchUpRad: 14 * DEGREE,
  farthestPitchRad: 27 * DEGREE,
  mostRollRad: 28 * DEGREE,
  mostShift: 0.85,
  mostLogScale: 0.18,
};

/** Where the person moves before the background. */
export const TWO_LAYERS: MotionLimits = {
  mostYawRad: 42 * DEGREE,
  farthestYawRad: 46 * DEGREE,
  mostPitchDownRad: 32 * DEGREE,
  mostPitchUpRad: 30 * DEGREE,
  farthestPitchRad: 42 * DEGREE,
  mostRollRad: 45 * DEGREE,
  mostShift: 2.2,
  mostLogScale: 0.5,
};

/** A head that was photographed turned shows what the picture hid when it turns back: less by this share of its turn. */
const HIDDEN_SHARE = 0.75;
/** Some room is left on the far side even where the portrait looks away as far as it may. */
const LEAST_TURN_RAD = 7 * DEGREE;
/** Up to this fraction of a limit, motion is not touched. */
const UNTOUCHED = 0.55;

/** `value` while it is well below `limit` (> 0), approaching `limit` smoothly beyond (tanh). */
export function softLimit(value: number, limit: number): number {
  const knee = UNTOUCHED * limit;
  const size = Math.abs(value);
  if (size <= knee) return value;
  const room = limit - knee;
  return Math.sign(value) * (knee + room * Math.tanh((size - knee) / room));
}

/** An angle since the portrait's own, kept within what the portrait's own leaves. */
export function limitTurn(angleRad: number, ownRad: number, mostRad: number, farthestRad: number): number {
  const side = Math.sign(angleRad);
  const outwards = farthestRad - side * ownRad;
  const back = mostRad - HIDDEN_SHARE * Math.max(0, -side * ownRad);
  return softLimit(angleRad, Math.max(LEAST_TURN_RAD, Math.min(mostRad, outwards, back)));
}

const turn = new Float64Array(9);

/** Writes into `out` the pose of a portrait (`own`, from canonical units to its pixels) under `motion`. */
export function limitedPose(
  own: Similarity,
  ownAngles: HeadAngles,
  motion: Motion,
  limits: MotionLimits,
  out: Similarity,
): Similarity {
  const { yawRad, pitchRad, rollRad } = toAngles(motion.rotation);
  fromAngles(
    {
      yawRad: limitTurn(yawRad, ownAngles.yawRad, limits.mostYawRad, limits.farthestYawRad),
      pitchRad: limitTurn(
        pitchRad,
        ownAngles.pitchRad,
        pitchRad < 0 ? limits.mostPitchUpRad : limits.mostPitchDownRad,
        limits.farthestPitchRad,
      ),
      rollRad: softLimit(rollRad, limits.mostRollRad),
    },
    turn,
  );
  multiply3(turn, own.rotation, out.rotation);
  out.scale = own.scale * Math.exp(softLimit(Math.log(Math.max(1e-3, motion.scale)), limits.mostLogScale));
  const [x, y, z] = motion.translation;
  const shift = Math.hypot(x, y);
  const kept = shift > 0 ? softLimit(shift, limits.mostShift) / shift : 1;
  out.translation[0] = own.translation[0] + x * kept * own.scale;
  out.translation[1] = own.translation[1] + y * kept * own.scale;
  out.translation[2] = own.translation[2] + z * own.scale;
  return out;
}

export function anglesOf(pose: Similarity): HeadAngles {
  return toAngles(pose.rotation);
}
