import type { StageStats } from '../measure/stats.ts';
import { el, setAttribute, setText } from './dom.ts';
import { headsUpItems } from './heads-up-words.ts';

/** One line of figures under the picture, always visible. Each explains itself to pointer, keyboard and screen reader. */
export class HeadsUpLine {
  readonly element: HTMLElement;
  readonly #items: HTMLElement[] = [];

  constructor() {
    this.element = el('p', { class: 'hud', testid: 'hud', 'aria-label': 'Measurements' });
  }

  show(stats: StageStats): void {
    const items = headsUpItems(stats);
    if (this.#items.length === 0) {
      for (const [index, { name }] of items.entries()) {
        const item = el('span', { class: 'hud-item', tabindex: 0, 'data-name': name });
        this.#items.push(item);
        if (index > 0) this.element.append(el('span', { class: 'hud-dot', 'aria-hidden': 'true' }, ' · '));
        this.element.append(item);
      }
    }
    for (const [index, { text, explanation }] of items.entries()) {
      const item = this.#items[index];
      setText(item, text);
      setAttribute(item, 'data-explanation', explanation);
      setAttribute(item, 'aria-description', explanation);
    }
  }
}
