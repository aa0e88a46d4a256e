import type { SessionSettings } from '../../shared/settings.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { mirrorPoints } from '../face/face-topology.ts';
import { ALL_SEEN, type FaceVisibility, mirrorVisibility } from '../face/face-visibility.ts';
import { absoluteNeutral } from './absolute-neutral.ts';
import { AutomaticReference } from './automatic-reference.ts';
import { CoveredMotion } from './covered-motion.ts';
import { scaleExpression, scaleShading } from './expression-strengths.ts';
import type { FaceReading } from './face-reading.ts';
import { blendReading, copyReading, createReading, readFace } from './face-reading.ts';
import { GazeReader } from './gaze-reader.ts';
import { straightenLeaning } from './leaning.ts';
import { coupleLids, openingFromGap } from './lid-opening.ts';
import { LidRange } from './lid-range.ts';
import { LipRange } from './lip-range.ts';
import { sealLips } from './lip-sealing.ts';
import type { Motion, Shading } from './motion.ts';
import { createMotionState } from './motion-state.ts';
import type { SmoothingTunings } from './motion-tuning.ts';
import { smoothingTunings } from './motion-tuning.ts';
import { applyMouthFit, fitMouth } from './mouth-fit.ts';
import { neutralityOf } from './neutrality.ts';
import { OneEuroFilter } from './one-euro-filter.ts';
import { PooledFilter } from './pooled-filter.ts';
import { REGION_OF } from './region-weights.ts';
import { fromRotationVector, multiplyTransposed3, toAngles, toRotationVector } from './rotation.ts';
import { SkinShading } from './skin-shading.ts';
import { smoothstep } from './smoothstep.ts';

/** How fast a changed reference takes effect, so that no jump is seen: time constant. */
const REFERENCE_BLEND_MS = 150;

/** Turned (radians) or moved (root mean square of the landmarks, canonical units) more, a face is less and less calm. */
const CALM_TURN_RAD = [0.05, 0.15] as const;
const CALM_EXPRESSION = [0.012, 0.03] as const;

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
    shading: null,
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

  /** The motion of this frame, on its way through measuring, smoothing and holding. */
  readonly #state = createMotionState();
  readonly #lidRanges = [new LidRange(), new LidRange()] as const;
  readonly #lipRange = new LipRange();
  /** The portrait's own, in its head's frame; null: as if it were the driver. */
  #portraitShape: Float64Array | null = null;
  readonly #gazeReader = new GazeReader();
  readonly #coveredMotion = new CoveredMotion();
  readonly #skinShading = new SkinShading();

  readonly #rotationFilter = new OneEuroFilter(3);
  readonly #placeFilter = new OneEuroFilter(4);
  readonly #expressionFilter = new PooledFilter(
    Uint8Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => REGION_OF[Math.floor(i / 3)]),
  );
  readonly #lidFilter = new OneEuroFilter(2, 1);
  readonly #gazeFilter = new OneEuroFilter(4);

  /** The driver's neutral face in use (as it came, not mirrored), or null before the first face. */
  get reference(): FaceLandmarks | null {
    return this.#reference;
  }

  /** Takes effect with the next frame. Another mirror side or mode begins without the past in the filters. */
  configure(settings: SessionSettings): void {
    const turned = settings.mirror !== this.#settings.mirror;
    if (turned) this.#forgetRanges();
    if (turned || settings.mode !== this.#settings.mode) this.#forgetPast();
    this.#settings = settings;
    this.#tunings = smoothingTunings(settings.smoothing);
    if (turned && this.#reference) this.#aim(this.#reference, true);
  }

  /** The face that the motion is for: what the driver's mouth does is fitted to its mouth. */
  fitTo(portrait: FaceLandmarks | null): void {
    this.#portraitShape = portrait && readFace(portrait.points, createReading()).shape;
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
    this.#skinShading.reset();
    this.#forgetRanges();
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

    const visibility = this.#visibilityOf(landmarks);
    const absolute = this.#settings.mode === 'absolute';
    const neutral = absolute ? absoluteNeutral(this.#base, this.#absolute) : this.#base;
    this.#measurePose(neutral, this.#base);
    this.#measureExpression(neutral, visibility);
    this.#measureEyes(neutral, visibility, timeMs);
    const shading = this.#measureShading(landmarks, timeMs);
    if (shading) scaleShading(shading.change, this.#settings);

    const { rotation, place, expression, lids, gaze } = this.#state;
    const tunings = this.#tunings;
    this.#rotationFilter.filter(rotation, timeMs, tunings.rotation);
    this.#placeFilter.filter(place, timeMs, tunings.translation);
    this.#expressionFilter.filter(expression, timeMs, tunings.expression);
    this.#lidFilter.filter(lids, timeMs, tunings.lids);
    this.#gazeFilter.filter(gaze, timeMs, tunings.gaze);
    this.#coveredMotion.apply(this.#state, visibility, timeMs);
    return { ...this.#compose(), shading };
  }

  #visibilityOf({ visibility }: FaceLandmarks): FaceVisibility {
    if (!visibility) return ALL_SEEN;
    return this.#settings.mirror ? mirrorVisibility(visibility) : visibility;
  }

  #read(points: Float32Array, out: FaceReading): void {
    readFace(this.#settings.mirror ? mirrorPoints(points, this.#mirrored) : points, out);
  }

  #keep(landmarks: FaceLandmarks): void {
    this.#reference = { points: landmarks.points.slice(), confidence: landmarks.confidence };
    this.#skinShading.setReference(landmarks.skin ?? null);
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

  /** Turn since `neutral`; place and size since `place`. */
  #measurePose(neutral: FaceReading, place: FaceReading): void {
    const { pose } = this.#face;
    multiplyTransposed3(pose.rotation, neutral.pose.rotation, this.#turn);
    toRotationVector(this.#turn, this.#state.rotation);
    for (let k = 0; k < 3; k++) {
      this.#state.place[k] = (pose.translation[k] - place.pose.translation[k]) / place.pose.scale;
    }
    this.#state.place[3] = Math.log(pose.scale / place.pose.scale);
  }

  #measureExpression(neutral: FaceReading, { regions }: FaceVisibility): void {
    const { expression } = this.#state;
    if (regions.mouth > 0.5) this.#lipRange.observe(this.#face.shape);
    for (let i = 0; i < expression.length; i++) expression[i] = this.#face.shape[i] - neutral.shape[i];
    sealLips(expression, this.#face.shape, neutral.shape, this.#lipRange.touchingGap);
    straightenLeaning(expression, Math.exp(this.#state.place[3]));
    if (this.#portraitShape) applyMouthFit(expression, fitMouth(this.#base.shape, this.#portraitShape));
  }

  #measureEyes(neutral: FaceReading, { regions, irises }: FaceVisibility, timeMs: number): void {
    const { lids, gaze } = this.#state;
    const seen = [regions.eyeLeft, regions.eyeRight];
    this.#lidRanges.forEach((range, e) => {
      const [gap, openGap] = [this.#face.lidGap[e], neutral.lidGap[e]];
      if (seen[e] > 0.5) range.observe(gap, openGap, timeMs);
      lids[e] = openingFromGap(gap, range.closedGap(openGap), openGap);
    });
    coupleLids(lids, toAngles(this.#turn).yawRad);
    this.#gazeReader.read(this.#face, neutral, lids, irises, timeMs, gaze);
  }

  /** Before the state is smoothed. */
  #measureShading({ skin, visibility }: FaceLandmarks, timeMs: number): Shading | null {
    if (!skin) return null;
    const { expression, rotation } = this.#state;
    const turnRad = Math.hypot(...rotation);
    const moved = Math.sqrt(expression.reduce((sum, value) => sum + value * value, 0) / LANDMARK_COUNT);
    const calmness = (1 - smoothstep(...CALM_TURN_RAD, turnRad)) * (1 - smoothstep(...CALM_EXPRESSION, moved));
    const { mirror } = this.#settings;
    return this.#skinShading.read(skin, visibility ?? ALL_SEEN, calmness, timeMs, this.#tunings.shading, mirror);
  }

  /** The state under the strength settings. */
  #compose(): Omit<Motion, 'shading'> {
    const { poseStrength, eyeStrength } = this.#settings;
    const { lids, gaze, place, rotation } = this.#state;
    for (let k = 0; k < 3; k++) rotation[k] *= poseStrength;
    const expression = Float32Array.from(this.#state.expression);
    scaleExpression(expression, this.#settings);
    const opening = (e: number) => Math.max(0, 1 + (lids[e] - 1) * eyeStrength);
    const look = (e: number): [number, number] => [gaze[2 * e] * eyeStrength, gaze[2 * e + 1] * eyeStrength];
    return {
      rotation: fromRotationVector(rotation, new Float32Array(9)),
      scale: Math.exp(place[3] * poseStrength),
      translation: [place[0] * poseStrength, place[1] * poseStrength, place[2] * poseStrength],
      expression,
      lidOpening: [opening(0), opening(1)],
      gaze: [look(0), look(1)],
    };
  }

  #forgetRanges(): void {
    for (const range of this.#lidRanges) range.reset();
    this.#lipRange.reset();
  }

  #forgetPast(): void {
    this.#lastMs = Number.NaN;
    this.#gazeReader.reset();
    this.#coveredMotion.reset();
    this.#skinShading.forgetPast();
    this.#rotationFilter.reset();
    this.#placeFilter.reset();
    this.#expressionFilter.reset();
    this.#lidFilter.reset();
    this.#gazeFilter.reset();
  }
}
