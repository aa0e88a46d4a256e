import type { PortraitInfo } from '../../shared/portraits.ts';
import { el, setAttribute } from './dom.ts';
import { icon } from './icons.ts';
import { keyOf } from './shortcuts.ts';

/** Small pictures to change the portrait while performing. */
export class PortraitStrip {
  readonly element: HTMLElement;
  readonly #list: HTMLElement;
  readonly #onChoose: (portrait: PortraitInfo) => void;
  readonly #onUpload: () => void;
  #shown = '';

  constructor(onChoose: (portrait: PortraitInfo) => void, onUpload: () => void) {
    this.#onChoose = onChoose;
    this.#onUpload = onUpload;
    this.#list = el('ul', { class: 'strip-list' });
    this.element = el('nav', { class: 'portrait-strip', 'aria-label': 'Change the portrait' }, this.#list);
  }

  show(portraits: readonly PortraitInfo[], currentId: string | null): void {
    const ids = portraits.map(({ id }) => id).join(' ');
    if (ids !== this.#shown) {
      this.#shown = ids;
      this.#list.replaceChildren(...portraits.map((portrait) => this.#thumbnail(portrait)), this.#upload());
    }
    for (const button of this.#list.querySelectorAll('[data-portrait-id]')) {
      setAttribute(button, 'aria-current', button.getAttribute('data-portrait-id') === currentId ? 'true' : null);
    }
  }

  #thumbnail(portrait: PortraitInfo): HTMLElement {
    const { id, title, imageUrl } = portrait;
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          class: 'thumbnail',
          testid: 'strip-portrait',
          'data-portrait-id': id,
          title,
          'aria-label': title,
          onClick: () => this.#onChoose(portrait),
        },
        el('img', { src: imageUrl, alt: '', width: 56, height: 56, decoding: 'async' }),
      ),
    );
  }

  #upload(): HTMLElement {
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          class: 'thumbnail thumbnail-upload',
          title: `Upload a picture (${keyOf('upload')})`,
          'aria-label': 'Upload a picture',
          onClick: this.#onUpload,
        },
        icon('upload'),
      ),
    );
  }
}
