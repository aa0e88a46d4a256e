import type { CameraChoice } from '../camera/camera.ts';
import type { Driver } from '../camera/driver.ts';
import { el, setAttribute, setText, svg } from './dom.ts';
import { makeDraggable } from './draggable.ts';
import { type Contours, driverPath } from './ghost-fit.ts';

/** The driver's own picture, small, with the lines that the tracker sees. */
export class SelfView {
  readonly element: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #lines: SVGSVGElement;
  readonly #path: SVGPathElement;
  readonly #label: HTMLElement;
  readonly #cameras: HTMLSelectElement;
  #isMirrored = true;

  constructor(onCameraChosen: (deviceId: string) => void) {
    this.#video = el('video', { testid: 'self-video', 'aria-label': 'Your own camera' });
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.autoplay = true;
    this.#path = svg('path', {});
    this.#lines = svg('svg', { class: 'face-lines', 'aria-hidden': 'true', preserveAspectRatio: 'none' }, this.#path);
    this.#label = el('span', { class: 'self-label' }, 'You');
    this.#cameras = el('select', {
      class: 'camera-choice',
      'aria-label': 'Camera',
      hidden: true,
      onChange: () => onCameraChosen(this.#cameras.value),
    });
    this.element = el(
      'figure',
      { class: 'self-view', testid: 'self-view' },
      el('div', { class: 'self-picture' }, this.#video, this.#lines),
      el('figcaption', { class: 'self-caption' }, this.#label, this.#cameras),
    );
    this.#video.addEventListener('resize', () => this.#fitToVideo());
    makeDraggable(this.element);
  }

  /** Width over height of the driver's picture. */
  get aspect(): number {
    return this.#video.videoWidth / this.#video.videoHeight || 4 / 3;
  }

  setDriver(driver: Driver | null): void {
    const stream = driver?.stream ?? null;
    if (this.#video.srcObject !== stream) {
      this.#video.srcObject = stream;
      if (stream) this.play();
    }
    setText(this.#label, driver?.kind === 'demo' ? 'Demo clip, rendered' : 'You');
    setAttribute(this.element, 'data-driver', driver?.kind ?? 'none');
  }

  setMirrored(isMirrored: boolean): void {
    this.#isMirrored = isMirrored;
    setAttribute(this.#video, 'data-mirrored', isMirrored);
  }

  setFace(contours: Contours | null): void {
    setAttribute(this.#path, 'd', contours ? driverPath(contours, this.aspect, this.#isMirrored) : null);
    setAttribute(this.element, 'data-face', contours !== null);
  }

  /** Offers a choice where there is one. */
  setCameras(cameras: CameraChoice[], chosenId: string | null): void {
    this.#cameras.hidden = cameras.length < 2;
    this.#cameras.replaceChildren(
      ...cameras.map((camera) =>
        el('option', { value: camera.deviceId, selected: camera.deviceId === chosenId }, camera.label),
      ),
    );
  }

  play(): void {
    this.#video.play().catch(() => {});
  }

  #fitToVideo(): void {
    this.element.style.setProperty('--self-aspect', String(this.aspect));
    setAttribute(this.#lines, 'viewBox', `0 0 ${1000 * this.aspect} 1000`);
  }
}
