import type { SessionSettings } from '../../shared/settings.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { mirrorPoints } from '../face/face-topology.ts';
import { absoluteNeutral } from './absolute-neutral.ts';
import { AutomaticReference } from './automatic-reference.ts';
import { scaleExpression } from './expression-strengths.ts';
import type { FaceReading } from './face-reading.ts';
import { blendReading, copyReading, createReading, readFace } from './face-reading.ts';
import { coupleLids, openingFromGap } from './lid-opening.ts';
import { sealLips } from './lip-sealing.ts';
import type { Motion } from './motion.ts';
import type { SmoothingTunings } from './motion-tuning.ts';
import { smoothingTunings } from './motion-tuning.ts';
import { neutralityOf } from './neutrality.ts';
import { OneEuroFilter } from './one-euro-filter.ts';
import { fromRotationVector, multiplyTransposed3, toAngles, toRotationVector } from './rotation.ts';

/** How fast a changed reference takes effect, so that no jump is seen: time constant. */
const REFERENCE_BLEND_MS = 150;
/** Below this opening the iris model guesses: the gaze stays as it was. */
const GAZE_HOLDS_BELOW_OPENING = 0.35;
/** Each eye's gaze is this much the mean of both: eyes turn together, and two estimates are calmer than one. */
const GAZE_CONJUGACY = 0.8;

/** Motion that changes nothing: the portrait as it is. */
export function neutralMotion(): Motion {
  return {
    rotation: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    scale: 1,
    translation: [0, 0, 0],
    expression: new Float32Array(LANDMARK_COUNT * 3),
    lidOpening: [1, 1],
    gaze: [
      [0, 0],
      [0, 0],
    ],
  };
}

/**
 * Landmarks of the driver → `Motion`, frame by frame.
 *
 * Relative mode measures against a neutral reference face: the calibrated one, or until there is one, the most neutral
 * face of the first seconds. Absolute mode measures rotation and gaze against a face that looks into the camera, see
 * `absoluteNeutral`; place and size in the picture mean nothing by themselves and stay relative.
 */
export class MotionExtractor {
  #settings: SessionSettings = DEFAULT_SETTINGS;
  #tunings: SmoothingTunings = smoothingTunings(DEFAULT_SETTINGS.smoothing);
  /** As the driver's landmarks come, not mirrored, so that it outlives a change of the mirror setting. */
  #reference: FaceLandmarks | null = null;
  #automatic: AutomaticReference | null = new AutomaticReference();

  /** Where `#base` is going. */
  readonly #target = createReading();
  /** The reading that motion is measured against. */
  readonly #base = createReading();
  #baseIsSet = false;
  #lastMs = Number.NaN;

  readonly #absolute = createReading();
  readonly #face = createReading();
  readonly #probe = createReading();
  readonly #mirrored = new Float32Array(LANDMARK_COUNT * 3);
  readonly #turn = new Float64Array(9);

  readonly #rotation = new Float64Array(3);
  /** x, y, z and the logarithm of the scale. */
  readonly #place = new Float64Array(4);
  readonly #expression = new Float64Array(LANDMARK_COUNT * 3);
  readonly #lids = new Float64Array(2);
  readonly #gaze = new Float64Array(4);
  readonly #heldGaze = new Float64Array(4);

  readonly #rotationFilter = new OneEuroFilter(3);
  readonly #placeFilter = new OneEuroFilter(4);
  readonly #expressionFilter = new OneEuroFilter(LANDMARK_COUNT * 3, 3);
  readonly #lidFilter = new OneEuroFilter(2, 1);
  readonly #gazeFilter = new OneEuroFilter(4);

  /** The driver's neutral face in use (as it came, not mirrored), or null before the first face. */
  get reference(): FaceLandmarks | null {
    return this.#reference;
  }

  /** Takes effect with the next frame. Another mirror side or mode begins without the past in the filters. */
  configure(settings: SessionSettings): void {
    const turned = settings.mirror !== this.#settings.mirror;
    if (turned || settings.mode !== this.#settings.mode) this.#forgetPast();
    this.#settings = settings;
    this.#tunings = smoothingTunings(settings.smoothing);
    if (turned && this.#reference) this.#aim(this.#reference, true);
  }

  /** Sets the neutral face, to be kept; `null` lets it be found anew from the next frames. */
  setReference(landmarks: FaceLandmarks | null): void {
    this.#automatic = landmarks ? null : new AutomaticReference();
    this.#reference = null;
    if (landmarks) this.#keep(landmarks);
  }

  /** Forgets the driver: the reference, and the past in the filters. */
  reset(): void {
    this.#automatic = new AutomaticReference();
    this.#reference = null;
    this.#baseIsSet = false;
    this.#forgetPast();
  }

  /** How far `landmarks` are from a neutral frontal face; lower is more neutral. Leaves the extractor as it is. */
  neutrality(landmarks: FaceLandmarks): number {
    return neutralityOf(readFace(landmarks.points, this.#probe));
  }

  /** The motion in one frame. `timeMs` is its time on any steady clock. The result is the caller's to keep. */
  extract(landmarks: FaceLandmarks, timeMs: number): Motion {
    this.#read(landmarks.points, this.#face);
    if (this.#automatic?.offer(landmarks, neutralityOf(this.#face), timeMs)) this.#keep(landmarks);
    this.#approachTarget(timeMs);

    const absolute = this.#settings.mode === 'absolute';
    this.#measure(this.#face, absolute ? absoluteNeutral(this.#base, this.#absolute) : this.#base, this.#base);

    const tunings = this.#tunings;
    this.#rotationFilter.filter(this.#rotation, timeMs, tunings.rotation);
    this.#placeFilter.filter(this.#place, timeMs, tunings.translation);
    this.#expressionFilter.filter(this.#expression, timeMs, tunings.expression);
    this.#lidFilter.filter(this.#lids, timeMs, tunings.lids);
    this.#gazeFilter.filter(this.#gaze, timeMs, tunings.gaze);
    return this.#compose();
  }

  #read(points: Float32Array, out: FaceReading): void {
    readFace(this.#settings.mirror ? mirrorPoints(points, this.#mirrored) : points, out);
  }

  #keep(landmarks: FaceLandmarks): void {
    this.#reference = { points: landmarks.points.slice(), confidence: landmarks.confidence };
    this.#aim(this.#reference, !this.#baseIsSet);
  }

  #aim(reference: FaceLandmarks, atOnce: boolean): void {
    this.#read(reference.points, this.#target);
    if (atOnce) copyReading(this.#target, this.#base);
    this.#baseIsSet = true;
  }

  #approachTarget(timeMs: number): void {
    const elapsedMs = timeMs - this.#lastMs;
    this.#lastMs = timeMs;
    if (elapsedMs > 0) blendReading(this.#base, this.#target, 1 - Math.exp(-elapsedMs / REFERENCE_BLEND_MS));
  }

  /** Raw motion of `face` since `neutral`; place and size since `place`. */
  #measure(face: FaceReading, neutral: FaceReading, place: FaceReading): void {
    multiplyTransposed3(face.pose.rotation, neutral.pose.rotation, this.#turn);
    toRotationVector(this.#turn, this.#rotation);
    for (let k = 0; k < 3; k++) {
      this.#place[k] = (face.pose.translation[k] - place.pose.translation[k]) / place.pose.scale;
    }
    this.#place[3] = Math.log(face.pose.scale / place.pose.scale);
    for (let i = 0; i < this.#expression.length; i++) this.#expression[i] = face.shape[i] - neutral.shape[i];
    sealLips(this.#expression, face.shape, neutral.shape);

    for (let e = 0; e < 2; e++) this.#lids[e] = openingFromGap(face.lidGap[e], neutral.lidGap[e]);
    coupleLids(this.#lids, toAngles(this.#turn).yawRad);
    this.#measureGaze(face, neutral);
  }

  #measureGaze(face: FaceReading, neutral: FaceReading): void {
    for (let axis = 0; axis < 2; axis++) {
      const first = face.iris[axis] - neutral.iris[axis];
      const second = face.iris[2 + axis] - neutral.iris[2 + axis];
      const mean = (first + second) / 2;
      this.#gaze[axis] = first + (mean - first) * GAZE_CONJUGACY;
      this.#gaze[2 + axis] = second + (mean - second) * GAZE_CONJUGACY;
    }
    if (Math.max(this.#lids[0], this.#lids[1]) < GAZE_HOLDS_BELOW_OPENING) this.#gaze.set(this.#heldGaze);
    else this.#heldGaze.set(this.#gaze);
  }

  /** The filtered values under the strength settings. */
  #compose(): Motion {
    const { poseStrength, eyeStrength } = this.#settings;
    const [lids, gaze, place] = [this.#lids, this.#gaze, this.#place];
    for (let k = 0; k < 3; k++) this.#rotation[k] *= poseStrength;
    const expression = Float32Array.from(this.#expression);
    scaleExpression(expression, this.#settings);
    const opening = (e: number) => Math.max(0, 1 + (lids[e] - 1) * eyeStrength);
    const look = (e: number): [number, number] => [gaze[2 * e] * eyeStrength, gaze[2 * e + 1] * eyeStrength];
    return {
      rotation: fromRotationVector(this.#rotation, new Float32Array(9)),
      scale: Math.exp(place[3] * poseStrength),
      translation: [place[0] * poseStrength, place[1] * poseStrength, place[2] * poseStrength],
      expression,
      lidOpening: [opening(0), opening(1)],
      gaze: [look(0), look(1)],
    };
  }

  #forgetPast(): void {
    this.#lastMs = Number.NaN;
    this.#heldGaze.fill(0);
    this.#rotationFilter.reset();
    this.#placeFilter.reset();
    this.#expressionFilter.reset();
    this.#lidFilter.reset();
    this.#gazeFilter.reset();
  }
}
