import type { Motion } from '../../../motion/motion.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { fromAngles, multiply3, toAngles } from '../../../motion/rotation.ts';

const DEGREE = Math.PI / 180;

/**
 * Where one still picture stops being convincing. The head may be turned away from the camera by as much as it was
 * photographed or `*Farthest*`, and from its own pose by `*Most*`; the side it is already turned to has less left.
 */
const MOST_YAW_RAD = 23 * DEGREE;
const FARTHEST_YAW_RAD = 30 * DEGREE;
/** A head that was photographed turned shows what the picture hid when it turns back: less by this share of its turn. */
const HIDDEN_SHARE = 0.75;
const MOST_PITCH_RAD = 18 * DEGREE;
/** Upwards the hairline gives out sooner. */
const MOST_PITCH_UP_RAD = 14 * DEGREE;
const FARTHEST_PITCH_RAD = 27 * DEGREE;
const MOST_ROLL_RAD = 28 * DEGREE;
/** Some room is left on the far side even where the portrait looks away as far as it may. */
const LEAST_TURN_RAD = 7 * DEGREE;
/** Canonical units: beyond, the surroundings are dragged along visibly. */
const MOST_SHIFT = 0.85;
/** Natural logarithm: 1.2 times larger or smaller. */
const MOST_LOG_SCALE = 0.18;
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
export function limitedPose(own: Similarity, ownAngles: HeadAngles, motion: Motion, out: Similarity): Similarity {
  const { yawRad, pitchRad, rollRad } = toAngles(motion.rotation);
  fromAngles(
    {
      yawRad: limitTurn(yawRad, ownAngles.yawRad, MOST_YAW_RAD, FARTHEST_YAW_RAD),
      pitchRad: limitTurn(
        pitchRad,
        ownAngles.pitchRad,
        pitchRad < 0 ? MOST_PITCH_UP_RAD : MOST_PITCH_RAD,
        FARTHEST_PITCH_RAD,
      ),
      rollRad: softLimit(rollRad, MOST_ROLL_RAD),
    },
    turn,
  );
  multiply3(turn, own.rotation, out.rotation);
  out.scale = own.scale * Math.exp(softLimit(Math.log(Math.max(1e-3, motion.scale)), MOST_LOG_SCALE));
  const [x, y, z] = motion.translation;
  const shift = Math.hypot(x, y);
  const kept = shift > 0 ? softLimit(shift, MOST_SHIFT) / shift : 1;
  out.translation[0] = own.translation[0] + x * kept * own.scale;
  out.translation[1] = own.translation[1] + y * kept * own.scale;
  out.translation[2] = own.translation[2] + z * own.scale;
  return out;
}

export function anglesOf(pose: Similarity): HeadAngles {
  return toAngles(pose.rotation);
}
