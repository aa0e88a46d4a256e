import type { SessionSettings } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { Performer } from '../performance.ts';
import type { PerformerFactory } from '../performer-factory.ts';
import type { PreparedPortrait } from '../studio-protocol.ts';

type PerformerSpec = {
  readonly portrait: PreparedPortrait;
  readonly settings: SessionSettings;
  readonly reference: FaceLandmarks | null;
};

/**
 * Who performs in a session, and what is asked of them while a frame is in the works: settings, calibration and a
 * change of portrait take effect between two frames, in `settle`. Settings and reference outlive a performer.
 */
export class PerformerSeat {
  readonly #createPerformer: PerformerFactory;
  readonly #firstPortrait: PreparedPortrait;
  #settings: SessionSettings;
  #reference: FaceLandmarks | null;
  #current: Performer | null = null;
  #successor: Performer | null = null;
  #portraitChanges = 0;
  #settingsChanged = false;
  #calibrations: ((reference: FaceLandmarks | null) => void)[] = [];
  #closed = false;

  constructor(spec: PerformerSpec, createPerformer: PerformerFactory) {
    this.#createPerformer = createPerformer;
    this.#firstPortrait = spec.portrait;
    this.#settings = spec.settings;
    this.#reference = spec.reference;
  }

  /** Prepares the first performer; rejects where the portrait cannot be performed. */
  async open(): Promise<void> {
    await this.setPortrait(this.#firstPortrait);
    this.settle();
  }

  /** Throws an Error before `open`. */
  get current(): Performer {
    if (!this.#current) throw new Error('there is no performer yet');
    return this.#current;
  }

  setSettings(settings: SessionSettings): void {
    this.#settings = settings;
    this.#settingsChanged = true;
  }

  /** Resolves when the successor is ready; of several changes at once the last one counts. */
  async setPortrait(portrait: PreparedPortrait): Promise<void> {
    this.#portraitChanges += 1;
    const change = this.#portraitChanges;
    const performer = await this.#createPerformer(portrait, this.#settings);
    if (this.#closed || change !== this.#portraitChanges) {
      performer.close();
      return;
    }
    this.#successor?.close();
    this.#successor = performer;
  }

  /** Resolves after the next `settle`; null where there was no face to take, or no performer any more. */
  calibrate(): Promise<FaceLandmarks | null> {
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#calibrations.push(resolve));
  }

  /** Carries out what was asked for. To be called while no frame is in the works. */
  settle(): void {
    this.#calibrate();
    if (this.#successor) {
      this.#current?.close();
      this.#current = this.#successor;
      this.#successor = null;
      if (this.#reference) this.#current.calibrate(this.#reference);
      this.#settingsChanged = true;
    }
    if (this.#settingsChanged) this.#current?.configure(this.#settings);
    this.#settingsChanged = false;
  }

  close(): void {
    this.#closed = true;
    this.#current?.close();
    this.#successor?.close();
    this.#successor = null;
    for (const resolve of this.#calibrations.splice(0)) resolve(null);
  }

  #calibrate(): void {
    for (const resolve of this.#calibrations.splice(0)) {
      const taken = this.#current?.calibrate() ?? null;
      this.#reference = taken ?? this.#reference;
      resolve(taken);
    }
  }
}
