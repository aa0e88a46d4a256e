import type { PortraitInfo, UploadAnswer } from '../../shared/portraits.ts';
import { ACCEPTED_TYPES, checkPicture } from '../portraits/picture-check.ts';
import { chooseFace, uploadPicture } from '../portraits/portraits-api.ts';
import { UploadRefusal, uploadRefusalWords } from '../portraits/upload-words.ts';
import { el, setAttribute, setText } from './dom.ts';
import { faceChoice } from './face-choice.ts';
import { icon } from './icons.ts';

/** Takes a picture by file, drop or paste, sends it, has a face chosen where there are several. */
export class UploadDialog {
  readonly element: HTMLDialogElement;
  readonly #onPortrait: (portrait: PortraitInfo) => void;
  readonly #body: HTMLElement;
  readonly #title: HTMLElement;
  readonly #status: HTMLElement;
  readonly #input: HTMLInputElement;
  #abort = new AbortController();

  constructor(onPortrait: (portrait: PortraitInfo) => void) {
    this.#onPortrait = onPortrait;
    this.#title = el('h2', { id: 'upload-title' });
    this.#body = el('div', { class: 'upload-body' });
    this.#status = el('div', { role: 'status', 'aria-live': 'polite' });
    this.#input = el('input', {
      type: 'file',
      class: 'visually-hidden',
      id: 'upload-input',
      testid: 'upload-input',
      accept: ACCEPTED_TYPES.join(','),
      onChange: () => {
        const [file] = this.#input.files ?? [];
        // The same file may be chosen again after a refusal.
        this.#input.value = '';
        if (file) void this.take(file);
      },
    });
    this.element = el(
      'dialog',
      { class: 'dialog upload', testid: 'upload-dialog', 'aria-labelledby': 'upload-title' },
      el(
        'header',
        { class: 'dialog-head' },
        this.#title,
        el(
          'button',
          { type: 'button', class: 'tool', 'aria-label': 'Close', onClick: () => this.element.close() },
          icon('close'),
        ),
      ),
      this.#input,
      this.#body,
      this.#status,
    );
    this.element.addEventListener('close', () => this.#abort.abort());
    this.#invite();
  }

  open(): void {
    if (this.element.open) return;
    this.#invite();
    this.element.showModal();
  }

  /** Takes a picture, wherever it came from. */
  async take(file: Blob): Promise<void> {
    if (!this.element.open) this.element.showModal();
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const type = await checkPicture(file);
      await this.#showProgress(file);
      const answer = await uploadPicture(file, type, (share) => this.#setProgress(share), signal);
      if (signal.aborted) return;
      if (answer.portrait) this.#finish(answer.portrait);
      else this.#offerFaces(answer, signal);
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    }
  }

  #invite(): void {
    this.#state('invite', 'Hang your own picture');
    this.#status.replaceChildren();
    this.#body.replaceChildren(this.#dropTarget('Choose a picture'), this.#advice());
  }

  #dropTarget(label: string): HTMLElement {
    // A label opens the picker for pointers; the button inside does for the keyboard.
    return el(
      'div',
      { class: 'drop-target' },
      icon('upload'),
      el(
        'button',
        { type: 'button', class: 'button primary', testid: 'upload-choose', onClick: () => this.#input.click() },
        label,
      ),
      el('p', { class: 'hint' }, 'or drop it anywhere on the page, or paste it'),
    );
  }

  #advice(): HTMLElement {
    return el(
      'ul',
      { class: 'advice' },
      el('li', {}, 'A face that looks roughly towards you, well lit, mouth closed: photographs, paintings, drawings.'),
      el('li', {}, 'JPEG, PNG or WebP, up to 20 MB.'),
      el(
        'li',
        {},
        'It is kept in the server’s memory only, for you, and forgotten when it has not been used for a while.',
      ),
      el('li', {}, 'Only people who would agree, please.'),
    );
  }

  async #showProgress(file: Blob): Promise<void> {
    this.#state('progress', 'Looking for a face');
    const bar = el('progress', { max: 1, value: 0, 'aria-label': 'Upload' });
    const preview = el('canvas', { class: 'upload-preview', 'aria-hidden': 'true' });
    this.#body.replaceChildren(preview, bar);
    this.#status.replaceChildren(el('p', { class: 'hint' }, 'Sending…'));
    await drawPreview(file, preview);
  }

  #setProgress(share: number): void {
    const bar = this.#body.querySelector('progress');
    if (!bar) return;
    // What the server does after the last byte has no measure: the bar then only moves.
    if (share < 1) bar.value = share;
    else bar.removeAttribute('value');
    const words = this.#status.querySelector('p');
    if (words)
      setText(words, share < 1 ? `Sending, ${Math.round(share * 100)} %` : 'The server is looking for a face…');
  }

  #offerFaces(answer: UploadAnswer, signal: AbortSignal): void {
    this.#state('faces', 'Whose face shall move?');
    const choice = faceChoice(answer, (faceIndex) => void this.#chooseFace(answer.uploadId, faceIndex, signal));
    this.#body.replaceChildren(choice);
    this.#status.replaceChildren(el('p', { class: 'hint' }, `${answer.faces.length} faces were found. Choose one.`));
    choice.querySelector<HTMLElement>('.face-box')?.focus();
  }

  async #chooseFace(uploadId: string, faceIndex: number, signal: AbortSignal): Promise<void> {
    setAttribute(this.#body, 'inert', true);
    try {
      const portrait = await chooseFace(uploadId, faceIndex);
      if (!signal.aborted) this.#finish(portrait);
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    } finally {
      setAttribute(this.#body, 'inert', false);
    }
  }

  #finish(portrait: PortraitInfo): void {
    this.element.close();
    this.#onPortrait(portrait);
  }

  #refuse(error: unknown): void {
    const code = error instanceof UploadRefusal ? error.code : 'internal';
    this.#state('refused', 'That picture will not do');
    this.#status.replaceChildren(
      el('p', { class: 'refusal', testid: 'notice', 'data-code': code }, uploadRefusalWords(code)),
    );
    this.#body.replaceChildren(this.#dropTarget('Choose another picture'));
    this.#body.querySelector('button')?.focus();
  }

  #state(state: string, title: string): void {
    setAttribute(this.element, 'data-state', state);
    setText(this.#title, title);
  }
}

/** The picture as it will be sent, upright; drawn, since a strict page may not show blobs. */
async function drawPreview(file: Blob, canvas: HTMLCanvasElement): Promise<void> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, 640 / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
  } catch {
    // The server will say what is wrong with it.
    canvas.hidden = true;
  }
}
