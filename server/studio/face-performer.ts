import type { SessionSettings } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import type { Motion } from '../motion/motion.ts';
import type { MotionModel, Portrait } from '../packs/motion-model.ts';
import { HoldAndFade, type PresentationStep } from './hold-and-fade.ts';
import { AiLabel } from './mark/ai-label.ts';
import type { PerformedFrame, Performer, StageTimes } from './performance.ts';

/** Follows one face through the frames of one camera. */
export interface Tracker {
  /** Landmarks in the frame's pixels, null where there is no face. */
  track(frame: RgbaImage): Promise<FaceLandmarks | null>;
  /** Frees what it holds elsewhere; idempotent. */
  close?(): void;
}

/** Turns a driver's landmarks into motion, relative to a reference it keeps. */
export interface MotionSource {
  configure(settings: SessionSettings): void;
  /** Sets the neutral that motion is relative to; before the first call the source finds one itself. */
  setReference(landmarks: FaceLandmarks): void;
  extract(landmarks: FaceLandmarks, timeMs: number): Motion;
}

/** What a performer is made of. It owns the portrait and the tracker and closes them. */
export interface PerformerParts<P extends Portrait> {
  readonly tracker: Tracker;
  readonly motion: MotionSource;
  readonly model: MotionModel<P>;
  readonly portrait: P;
  /** The still portrait's own landmarks, which the label keeps away from. */
  readonly face: FaceLandmarks | null;
  readonly settings: SessionSettings;
  /** Told of every error of a stage; the output holds and fades meanwhile. */
  readonly onStageError?: (stage: keyof StageTimes, error: unknown) => void;
}

/**
 * Animates one portrait with the face in driving frames.
 *
 * The driving frame is given to the tracker and to nothing else: a model gets the portrait and the motion (a pack that
 * reads motion from the picture itself is its own tracker, see `PictureDriving`), and the output is mixed from what the
 * model drew and the still portrait. So there is no way from the camera's pixels to
 * the output's, whichever stage fails.
 */
export class FacePerformer<P extends Portrait> implements Performer {
  readonly #parts: PerformerParts<P>;
  readonly #fade = new HoldAndFade();
  readonly #label: AiLabel;
  /** What the model draws into. A model that fails half-way leaves its debris here, never on the screen. */
  #animated: RgbaImage;
  /** The picture that is shown: the only one that is handed out, and never without the mark. */
  #shown: RgbaImage;
  #isMarked = false;
  #settings: SessionSettings;
  #lastFace: FaceLandmarks | null = null;
  #performing = false;
  #closed = false;

  constructor(parts: PerformerParts<P>) {
    const { width, height, still } = parts.portrait;
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#label = new AiLabel(width, height, parts.face);
    this.#animated = createRgbaImage(width, height);
    this.#shown = createRgbaImage(width, height);
    this.#shown.data.set(still.data);
    parts.motion.configure(parts.settings);
  }

  /** Throws an Error when called again before the last call ended, or after `close`. */
  async perform(frame: RgbaImage, timeMs: number): Promise<PerformedFrame> {
    if (this.#closed) throw new Error('the performer is closed');
    if (this.#performing) throw new Error('the performer is still at the last frame');
    this.#performing = true;
    try {
      const times: StageTimes = { track: 0, motion: 0, animate: 0, mark: 0 };
      const { tracker, motion, model, portrait } = this.#parts;
      const face = await this.#run('track', times, () => tracker.track(frame));
      this.#rememberFace(face);
      const moved = face && (await this.#run('motion', times, () => motion.extract(face, timeMs)));
      const drawn =
        moved &&
        (await this.#run('animate', times, async () => {
          await model.animate(portrait, moved, this.#animated);
          return true;
        }));
      const step = drawn ? this.#fade.faceSeen(timeMs) : this.#fade.faceLost(timeMs, 'no-face');
      return this.#present(step, face, times);
    } finally {
      this.#performing = false;
      if (this.#closed) this.#release();
    }
  }

  idle(timeMs: number): PerformedFrame {
    const times: StageTimes = { track: 0, motion: 0, animate: 0, mark: 0 };
    return this.#present(this.#fade.faceLost(timeMs, 'no-frame'), null, times);
  }

  /** Without an argument the face has to be in view: null when the last frame had none. */
  calibrate(reference?: FaceLandmarks): FaceLandmarks | null {
    const face = reference ?? this.#lastFace;
    if (!face) return null;
    this.#parts.motion.setReference(face);
    return face;
  }

  configure(settings: SessionSettings): void {
    const turned = settings.mirror !== this.#settings.mirror || settings.mode !== this.#settings.mode;
    this.#settings = settings;
    this.#parts.motion.configure(settings);
    if (turned) this.#fade.blendNext();
  }

  /** Idempotent. A frame being performed is finished first. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#performing) this.#release();
  }

  #release(): void {
    this.#parts.portrait.close();
    this.#parts.tracker.close?.();
  }

  /** Runs one stage, adds up its time, and turns an error into null. */
  async #run<T>(stage: keyof StageTimes, times: StageTimes, work: () => T | Promise<T>): Promise<T | null> {
    const startedMs = cpuMs();
    try {
      return await work();
    } catch (error) {
      this.#parts.onStageError?.(stage, error);
      return null;
    } finally {
      times[stage] += cpuMs() - startedMs;
    }
  }

  #rememberFace(face: FaceLandmarks | null): void {
    this.#lastFace = face && { points: face.points.slice(), confidence: face.confidence, skin: face.skin };
  }

  #present(step: PresentationStep, landmarks: FaceLandmarks | null, times: StageTimes): PerformedFrame {
    if (step.towards === 'live' && step.amount >= 1) {
      [this.#shown, this.#animated] = [this.#animated, this.#shown];
      this.#isMarked = false;
    } else {
      if (this.#isMarked) this.#label.takeOff(this.#shown);
      this.#isMarked = false;
      if (step.towards === 'live') moveTowards(this.#shown, this.#animated, step.amount);
      else if (step.towards === 'still') moveTowards(this.#shown, this.#parts.portrait.still, step.amount);
    }
    const startedMs = cpuMs();
    this.#label.drawOn(this.#shown);
    this.#isMarked = true;
    times.mark += cpuMs() - startedMs;
    return { image: this.#shown, state: step.state, landmarks, times };
  }
}

/** `picture += (target − picture) × amount`, for pictures of one size; exact at 1. */
function moveTowards(picture: RgbaImage, target: RgbaImage, amount: number): void {
  const to = picture.data;
  const from = target.data;
  if (amount >= 1) {
    to.set(from);
    return;
  }
  const weight = Math.round(amount * 256);
  for (let i = 0; i < to.length; i++) to[i] += ((from[i] - to[i]) * weight + 128) >> 8;
}

/** Processor time of this process so far, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
