import type { PortraitInfo } from '../../shared/portraits.ts';
import type { Driver } from '../camera/driver.ts';
import { calibration } from '../config.ts';
import type { CalibrationResult } from '../session/session-controller.ts';
import { el, setAttribute, setText, svg } from './dom.ts';
import { approach, type Contours, driverPath, frameOf, ghostPath, restingFrame } from './ghost-fit.ts';

/** How much of the way to the face the ghost goes at each report (about ten a second). */
const FOLLOW_SHARE = 0.35;

const results: Record<CalibrationResult, string> = {
  ok: 'Calibrated. The portrait now starts from this face.',
  'no-face': 'No face was seen. Come into the light, look into the camera, and try again.',
  failed: 'The server did not answer. Try again in a moment.',
};

/**
 * The driver's picture, large, with the portrait's contours as a ghost to line up with: it follows the driver's place
 * and size, so that turn of the head and expression are what is left to match. Counts down, then calibrates.
 */
export class CalibrationOverlay {
  readonly element: HTMLDialogElement;
  readonly #calibrate: () => Promise<CalibrationResult>;
  readonly #video: HTMLVideoElement;
  readonly #lines: SVGSVGElement;
  readonly #ghost: SVGPathElement;
  readonly #driver: SVGPathElement;
  readonly #count: HTMLElement;
  readonly #words: HTMLElement;
  readonly #again: HTMLButtonElement;
  #portrait: PortraitInfo | null = null;
  #isMirrored = true;
  #frame = restingFrame(4 / 3);
  #hasFace = false;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(calibrate: () => Promise<CalibrationResult>) {
    this.#calibrate = calibrate;
    this.#video = el('video', { 'aria-label': 'Your own camera' });
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#ghost = svg('path', { class: 'ghost' });
    this.#driver = svg('path', { class: 'driver' });
    this.#lines = svg('svg', { class: 'face-lines', 'aria-hidden': 'true' }, this.#driver, this.#ghost);
    this.#count = el('p', { class: 'count', 'aria-hidden': 'true' });
    this.#words = el('p', { class: 'calibration-words', role: 'status', 'aria-live': 'assertive' });
    this.#again = el(
      'button',
      { type: 'button', class: 'button primary', hidden: true, onClick: () => this.#begin() },
      'Try again',
    );
    this.element = el(
      'dialog',
      { class: 'dialog calibration', testid: 'calibration', 'aria-labelledby': 'calibration-title' },
      el('h2', { id: 'calibration-title' }, 'Look straight, relax your face, mouth closed'),
      el('div', { class: 'calibration-picture' }, this.#video, this.#lines, this.#count),
      this.#words,
      el(
        'div',
        { class: 'button-row' },
        this.#again,
        el(
          'button',
          { type: 'button', class: 'button', testid: 'calibration-cancel', onClick: () => this.element.close() },
          'Close',
        ),
      ),
    );
    this.#video.addEventListener('resize', () => this.#fitToVideo());
    this.element.addEventListener('close', () => {
      clearTimeout(this.#tick);
      this.#video.srcObject = null;
    });
  }

  open(driver: Driver, portrait: PortraitInfo, isMirrored: boolean): void {
    if (this.element.open) {
      this.element.close();
      return;
    }
    this.#portrait = portrait;
    this.#isMirrored = isMirrored;
    setAttribute(this.#video, 'data-mirrored', isMirrored);
    this.#video.srcObject = driver.stream;
    this.#video.play().catch(() => {});
    this.#fitToVideo();
    this.element.showModal();
    this.#begin();
  }

  close(): void {
    this.element.close();
  }

  setFace(contours: Contours | null): void {
    if (!this.element.open) return;
    this.#hasFace = contours !== null;
    setAttribute(this.#driver, 'd', contours ? driverPath(contours, this.#aspect, this.#isMirrored) : null);
    const face = contours && frameOf(contours, this.#aspect, this.#isMirrored);
    if (face) this.#frame = approach(this.#frame, face, FOLLOW_SHARE);
    this.#drawGhost();
  }

  get #aspect(): number {
    return this.#video.videoWidth / this.#video.videoHeight || 4 / 3;
  }

  #fitToVideo(): void {
    setAttribute(this.#lines, 'viewBox', `0 0 ${1000 * this.#aspect} 1000`);
    this.element.style.setProperty('--self-aspect', String(this.#aspect));
    this.#frame = restingFrame(this.#aspect);
    this.#drawGhost();
  }

  #drawGhost(): void {
    setAttribute(this.#ghost, 'd', ghostPath(this.#portrait?.contours ?? [], this.#frame));
  }

  #begin(): void {
    this.#again.hidden = true;
    setAttribute(this.element, 'data-result', null);
    setText(this.#words, 'Line your face up with the drawing, as far as it is comfortable.');
    this.#countDown(calibration.countFrom);
  }

  #countDown(left: number): void {
    clearTimeout(this.#tick);
    setText(this.#count, left > 0 ? String(left) : '');
    if (left === 0) {
      void this.#finish();
      return;
    }
    // Without a face there is nothing to take: the count waits for one.
    const next = this.#hasFace ? left - 1 : left;
    setText(
      this.#words,
      this.#hasFace ? 'Line your face up with the drawing, as far as it is comfortable.' : 'Looking for your face…',
    );
    this.#tick = setTimeout(() => this.#countDown(next), calibration.countIntervalMs);
  }

  async #finish(): Promise<void> {
    const result = await this.#calibrate();
    if (!this.element.open) return;
    setAttribute(this.element, 'data-result', result);
    setText(this.#words, results[result]);
    this.#again.hidden = result === 'ok';
    if (result === 'ok') this.#tick = setTimeout(() => this.element.close(), calibration.farewellMs);
    else this.#again.focus();
  }
}
