import type { PerformanceState } from '../../../shared/protocol.ts';
import type { SessionSettings } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../../face/face-landmarks.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { PerformedFrame, Performer } from '../performance.ts';
import type { PreparedPortrait } from '../studio-protocol.ts';
import { movingPicture, solidPicture } from './moving-picture.ts';

export const PORTRAIT_COLOR = [200, 40, 40] as const;
export const IDLE_COLOR = [40, 40, 200] as const;

export function landmarksAt(x: number): FaceLandmarks {
  return { points: new Float32Array(LANDMARK_COUNT * 3).fill(x), confidence: 1 };
}

export function portraitOf(id: string, size = 128): PreparedPortrait {
  return { id, still: solidPicture(size, size, PORTRAIT_COLOR), landmarks: landmarksAt(64) };
}

/** A performer without models: a red picture for driving frames, a blue one when idle. Its hooks let tests break it. */
export class ScriptedPerformer implements Performer {
  readonly portraitId: string;
  readonly performedAtMs: number[] = [];
  readonly references: (FaceLandmarks | undefined)[] = [];
  readonly sizesSeen = new Set<string>();
  settings: SessionSettings;
  closed = false;
  idleCount = 0;
  idleState: PerformanceState = 'holding';
  /** Called first in `perform`; may throw or wait. */
  beforePerform: (frame: RgbaImage) => void | Promise<void> = () => {};
  beforeIdle: () => void = () => {};
  #driven: RgbaImage;
  #textured: readonly RgbaImage[] | null = null;
  readonly #idle: RgbaImage;

  constructor(portrait: PreparedPortrait, settings: SessionSettings) {
    const { width, height } = portrait.still;
    this.portraitId = portrait.id;
    this.settings = settings;
    this.#driven = solidPicture(width, height, PORTRAIT_COLOR);
    this.#idle = solidPicture(width, height, IDLE_COLOR);
  }

  /** From now on pictures that cost bits, instead of the red one. */
  drawTexture(): void {
    const { width, height } = this.#driven;
    this.#textured = Array.from({ length: 24 }, (_, step) => movingPicture(width, height, step * 4));
  }

  async perform(frame: RgbaImage, timeMs: number): Promise<PerformedFrame> {
    await this.beforePerform(frame);
    this.performedAtMs.push(timeMs);
    this.sizesSeen.add(`${frame.width}x${frame.height}`);
    const image = this.#textured?.[this.performedAtMs.length % this.#textured.length] ?? this.#driven;
    return { image, state: 'live', landmarks: landmarksAt(32), times: { track: 0, motion: 0, animate: 0, mark: 0 } };
  }

  idle(): PerformedFrame {
    this.beforeIdle();
    this.idleCount += 1;
    const times = { track: 0, motion: 0, animate: 0, mark: 0 };
    return { image: this.#idle, state: this.idleState, landmarks: null, times };
  }

  calibrate(reference?: FaceLandmarks): FaceLandmarks | null {
    this.references.push(reference);
    return reference ?? landmarksAt(7);
  }

  configure(settings: SessionSettings): void {
    this.settings = settings;
  }

  close(): void {
    this.closed = true;
  }
}
