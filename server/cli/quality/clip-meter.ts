import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { FaceModels } from '../../face/face-models.ts';
import { FaceTracker } from '../../face/face-tracker.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { ClipPortrait } from './clip-portrait.ts';
import {
  type FaceState,
  faceBox,
  landmarkDistance,
  mouthBox,
  type PoseError,
  poseError,
  readFaceState,
} from './face-comparison.ts';
import { meanAbsoluteError, type PixelBox } from './picture-error.ts';
import { correlationOf, deviationOf, meanOf } from './statistics.ts';

/** Mean absolute errors, 0..1: of our picture, and of the portrait itself left as it is. */
export interface ErrorBesideCopy {
  readonly ours: number | null;
  readonly copy: number | null;
}

/** Means over the measured frames of one clip, or over clips; null where nothing could be measured. */
export interface Reenactment {
  readonly face: ErrorBesideCopy;
  readonly mouth: ErrorBesideCopy;
  readonly whole: ErrorBesideCopy;
  /** Mean distance of the mesh points over that of the outer eye corners. */
  readonly landmarks: ErrorBesideCopy;
  /** Pearson's; null where the true mouth or lids hardly move. */
  readonly mouthCorrelation: number | null;
  readonly lidCorrelation: number | null;
  readonly pose: { readonly [angle in keyof PoseError]: number | null };
}

/** What was measured on one clip. */
export interface ClipReenactment extends Reenactment {
  /** Frames that went into the means. */
  readonly frames: number;
  /** Frames without a face to drive with, or to compare with. */
  readonly framesWithoutFace: number;
  /** Frames in which we drew something that the tracker does not take for a face. */
  readonly framesOursWithoutFace: number;
}

/** One measured frame, for whoever looks at it further. */
export interface MeasuredFrame {
  /** L1 over the face box; null where the face lies outside of what was compared. */
  readonly faceError: number | null;
  readonly trueFace: FaceLandmarks;
}

/** Deviations of the true openings below which a correlation would be one of noise. */
const LEAST_MOUTH_DEVIATION = 0.015;
const LEAST_LID_DEVIATION = 0.015;

/** What is measured with does not economise as a session does. */
const RULER = { attentive: true };

interface FrameNumbers {
  readonly errors: Record<'face' | 'mouth' | 'whole' | 'landmarks', ErrorBesideCopy>;
  readonly truth: FaceState;
  readonly ours: FaceState | null;
  readonly pose: PoseError | null;
}

/** Takes the frames of one re-enacted clip and gives the numbers. */
export class ClipMeter {
  readonly #still: RgbaImage;
  readonly #seen: PixelBox;
  readonly #truthTracker: FaceTracker;
  readonly #oursTracker: FaceTracker;
  readonly #frames: FrameNumbers[] = [];
  #stillFace: FaceLandmarks | null = null;
  #started = false;
  #framesWithoutFace = 0;
  #framesOursWithoutFace = 0;

  /** The portrait is the copy that everything is measured beside. What the camera did not see is not compared. */
  constructor(models: FaceModels, { face, seen }: ClipPortrait) {
    this.#still = face.still;
    this.#seen = seen;
    this.#truthTracker = new FaceTracker(models, RULER);
    this.#oursTracker = new FaceTracker(models, RULER);
  }

  /** Null where there was nothing to compare. */
  async measure(truth: RgbaImage, ours: RgbaImage | null): Promise<MeasuredFrame | null> {
    if (!this.#started) {
      // Both trackers begin with the same picture: what they answer differs only by what they see from here on.
      this.#stillFace = await this.#truthTracker.track(this.#still);
      await this.#oursTracker.track(this.#still);
      this.#started = true;
    }
    const trueFace = await this.#truthTracker.track(truth);
    if (!trueFace || !ours) {
      this.#framesWithoutFace++;
      return null;
    }
    const ourFace = await this.#oursTracker.track(ours);
    if (!ourFace) this.#framesOursWithoutFace++;
    const beside = (box: PixelBox): ErrorBesideCopy => ({
      ours: meanAbsoluteError(truth, ours, box),
      copy: meanAbsoluteError(truth, this.#still, box),
    });
    const [trueState, ourState] = [readFaceState(trueFace), ourFace && readFaceState(ourFace)];
    const errors = {
      face: beside(faceBox(trueFace, this.#seen)),
      mouth: beside(mouthBox(trueFace, this.#seen)),
      whole: beside(this.#seen),
      landmarks: {
        ours: ourFace && landmarkDistance(trueFace, ourFace),
        copy: this.#stillFace && landmarkDistance(trueFace, this.#stillFace),
      },
    };
    const pose = ourState && poseError(trueState, ourState);
    this.#frames.push({ errors, truth: trueState, ours: ourState, pose });
    return { faceError: errors.face.ours, trueFace };
  }

  result(): ClipReenactment {
    const frames = this.#frames;
    const beside = (part: keyof FrameNumbers['errors']): ErrorBesideCopy => ({
      ours: meanOf(frames.map(({ errors }) => errors[part].ours)),
      copy: meanOf(frames.map(({ errors }) => errors[part].copy)),
    });
    const pose = (angle: keyof PoseError) => meanOf(frames.map((frame) => frame.pose?.[angle] ?? null));
    return {
      frames: frames.length,
      framesWithoutFace: this.#framesWithoutFace,
      framesOursWithoutFace: this.#framesOursWithoutFace,
      face: beside('face'),
      mouth: beside('mouth'),
      whole: beside('whole'),
      landmarks: beside('landmarks'),
      mouthCorrelation: this.#correlation((state) => state.mouthOpening, LEAST_MOUTH_DEVIATION),
      lidCorrelation: meanOf(
        ([0, 1] as const).map((eye) => this.#correlation((state) => state.lidGaps[eye], LEAST_LID_DEVIATION)),
      ),
      pose: {
        yawDeg: pose('yawDeg'),
        pitchDeg: pose('pitchDeg'),
        rollDeg: pose('rollDeg'),
        totalDeg: pose('totalDeg'),
      },
    };
  }

  #correlation(measure: (state: FaceState) => number, leastDeviation: number): number | null {
    const [truth, ours]: [number[], number[]] = [[], []];
    for (const frame of this.#frames) {
      if (!frame.ours) continue;
      truth.push(measure(frame.truth));
      ours.push(measure(frame.ours));
    }
    return deviationOf(truth) < leastDeviation ? null : correlationOf(truth, ours);
  }
}
