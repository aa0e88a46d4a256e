import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { VisibilityObserver } from './visibility-observer.ts';

/** What finds the landmarks of one face, frame by frame; null where there is none. */
interface LandmarkSource {
  track(frame: RgbaImage): Promise<FaceLandmarks | null>;
}

/** Adds to the landmarks of a tracker what of the face is seen, and how bright it is. */
export class ObservingTracker implements LandmarkSource {
  readonly #source: LandmarkSource;
  readonly #observer = new VisibilityObserver();

  constructor(source: LandmarkSource) {
    this.#source = source;
  }

  /** Rejects as the tracker does. */
  async track(frame: RgbaImage): Promise<FaceLandmarks | null> {
    const face = await this.#source.track(frame);
    if (!face) return null;
    const visibility = this.#observer.observe(frame, face);
    return { ...face, visibility, skin: this.#observer.skinTones() };
  }
}
