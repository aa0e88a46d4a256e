import { type PresentedFrame, watchPresentedFrames } from '../measure/presented-frames.ts';
import { el, setAttribute } from './dom.ts';

/**
 * The framed picture: the animated stream, over it its own last frame while the stream is exchanged, over that the still
 * portrait, faded in when there is nothing to show. Only the animated stream and the still can appear here.
 */
export class OutputView {
  readonly element: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #lastFrame: HTMLCanvasElement;
  readonly #still: HTMLImageElement;
  #stream: MediaStream | null = null;
  /** The stream has been taken away; what the video still presents is the browser's black. */
  #isEnding = false;

  constructor(onFrame: (frame: PresentedFrame) => void) {
    this.#video = el('video', { testid: 'output-video', class: 'output-layer', 'aria-label': 'The animated portrait' });
    // As properties: the attribute alone does not mute a video that a script makes.
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.autoplay = true;
    this.#video.disablePictureInPicture = false;
    this.#lastFrame = el('canvas', { class: 'output-layer last-frame', hidden: true, 'aria-hidden': 'true' });
    this.#still = el('img', { class: 'output-layer still', alt: '', decoding: 'async' });
    this.element = el('div', { class: 'output' }, this.#video, this.#lastFrame, this.#still);
    watchPresentedFrames(this.#video, (frame) => {
      if (this.#isEnding) return;
      this.#lastFrame.hidden = true;
      onFrame(frame);
    });
  }

  /** The stream to show; an exchange keeps the last frame until the first of the new one. */
  setStream(stream: MediaStream | null): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    if (stream) this.#holdLastFrame();
    else this.#lastFrame.hidden = true;
    this.#isEnding = false;
    this.#video.srcObject = stream;
    if (stream) this.play();
  }

  setPortrait(imageUrl: string, alt: string): void {
    setAttribute(this.#still, 'src', imageUrl);
    setAttribute(this.#still, 'alt', alt);
  }

  /** Whether the still portrait covers the stream; the change is a slow crossfade. */
  showStill(isShown: boolean): void {
    setAttribute(this.element, 'data-still', isShown);
  }

  /** Goes on where the browser stopped the video: phones do when the page was hidden. */
  play(): void {
    // Refused or superseded by the next stream: it is tried again when the page is seen or the stream changes.
    this.#video.play().catch(() => {});
  }

  /** To be called just before the stream ends: its last frame stays until there is another stream. */
  streamEnding(): void {
    this.#holdLastFrame();
    this.#isEnding = true;
  }

  #holdLastFrame(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    // Held already: what is under it may be black by now.
    if (width === 0 || !this.#lastFrame.hidden) return;
    this.#lastFrame.width = width;
    this.#lastFrame.height = height;
    this.#lastFrame.getContext('2d')?.drawImage(this.#video, 0, 0);
    this.#lastFrame.hidden = false;
  }
}
