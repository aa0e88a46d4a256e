import type { PortraitInfo } from '../../shared/portraits.ts';
import { el, setAttribute } from './dom.ts';
import { icon } from './icons.ts';

export interface GalleryActions {
  choose(portrait: PortraitInfo): void;
  upload(): void;
  remove(portrait: PortraitInfo): void;
  reload(): void;
}

/** Empty frames while the portraits are on their way. */
const PLACEHOLDERS = 4;

/** The wall of portraits: each one a button that starts with it. */
export class GalleryView {
  readonly element: HTMLElement;
  readonly #actions: GalleryActions;

  constructor(actions: GalleryActions) {
    this.#actions = actions;
    this.element = el('ul', { class: 'portrait-wall', testid: 'gallery' });
    this.showLoading();
  }

  showLoading(): void {
    const frames = Array.from({ length: PLACEHOLDERS }, () =>
      el(
        'li',
        { class: 'hanging placeholder', 'aria-hidden': 'true' },
        el('div', { class: 'frame' }, el('div', { class: 'picture' })),
      ),
    );
    this.#replace('true', ...frames);
  }

  showPortraits(portraits: readonly PortraitInfo[]): void {
    this.#replace('false', ...portraits.map((portrait) => this.#hanging(portrait)), this.#emptyFrame());
  }

  /** The list could not be had; one's own picture cannot be hung either. */
  showUnreachable(): void {
    this.#replace(
      'false',
      el(
        'li',
        { class: 'wall-notice' },
        el(
          'div',
          { class: 'card', testid: 'notice', 'data-code': 'gallery-unreachable', role: 'alert' },
          el('h2', {}, 'The portraits cannot be fetched'),
          el(
            'p',
            {},
            'The server does not answer. Check that it is running and that you are online; this page keeps asking.',
          ),
          el(
            'div',
            { class: 'button-row' },
            el('button', { type: 'button', class: 'button primary', onClick: this.#actions.reload }, 'Try again'),
          ),
        ),
      ),
    );
  }

  /** Brings a new portrait into view and under the keyboard. */
  focusPortrait(id: string): void {
    const card = this.card(id);
    card?.scrollIntoView({ block: 'nearest', behavior: 'auto' });
    card?.focus();
  }

  card(id: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-portrait-id="${CSS.escape(id)}"]`);
  }

  #replace(isBusy: 'true' | 'false', ...children: Node[]): void {
    setAttribute(this.element, 'aria-busy', isBusy);
    this.element.replaceChildren(...children);
  }

  #hanging(portrait: PortraitInfo): HTMLElement {
    const { id, title, alt, imageUrl, source } = portrait;
    // The placard says what is to be seen: once is enough for a screen reader.
    const picture = el('img', { src: imageUrl, alt: '', width: 512, height: 512, decoding: 'async' });
    // An upload that the server has forgotten meanwhile comes down by itself.
    if (source === 'upload') picture.addEventListener('error', () => this.#actions.remove(portrait));
    return el(
      'li',
      { class: 'hanging', 'data-source': source },
      el(
        'button',
        {
          type: 'button',
          class: 'portrait-card',
          testid: 'portrait-card',
          'data-portrait-id': id,
          onClick: () => this.#actions.choose(portrait),
        },
        el('span', { class: 'frame' }, el('span', { class: 'picture' }, picture)),
        el(
          'span',
          { class: 'placard' },
          el('span', { class: 'placard-title' }, title),
          el('span', { class: 'placard-line' }, source === 'upload' ? 'Yours, kept in memory only' : alt),
          el('span', { class: 'placard-action', 'aria-hidden': 'true' }, 'Lend your face'),
        ),
      ),
      source === 'upload' &&
        el(
          'button',
          {
            type: 'button',
            class: 'remove-portrait',
            testid: 'remove-portrait',
            'aria-label': `Take down “${title}”`,
            onClick: () => this.#actions.remove(portrait),
          },
          icon('close'),
        ),
    );
  }

  #emptyFrame(): HTMLElement {
    return el(
      'li',
      { class: 'hanging' },
      el(
        'button',
        { type: 'button', class: 'portrait-card empty-frame', testid: 'upload-open', onClick: this.#actions.upload },
        el(
          'span',
          { class: 'frame' },
          el('span', { class: 'picture' }, icon('upload'), el('span', {}, 'Drop, paste or choose')),
        ),
        el(
          'span',
          { class: 'placard' },
          el('span', { class: 'placard-title' }, 'Your own picture'),
          el('span', { class: 'placard-line' }, 'JPEG, PNG or WebP'),
          el('span', { class: 'placard-action', 'aria-hidden': 'true' }, 'Hang it here'),
        ),
      ),
    );
  }
}
