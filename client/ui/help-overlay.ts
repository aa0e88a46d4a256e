import { el } from './dom.ts';
import { icon } from './icons.ts';
import { shortcuts } from './shortcuts.ts';

const KEY = 'effigy.shortcuts';

/** The keyboard shortcuts, and a switch to turn them off (single keys get in the way of speech input). */
export class HelpOverlay {
  readonly element: HTMLDialogElement;
  readonly #switch: HTMLInputElement;

  constructor() {
    this.#switch = el('input', { type: 'checkbox', testid: 'shortcuts-enabled', onChange: () => this.#remember() });
    this.#switch.checked = readEnabled();
    this.element = el(
      'dialog',
      { class: 'dialog help', testid: 'help-overlay', 'aria-labelledby': 'help-title' },
      el(
        'form',
        { method: 'dialog' },
        el(
          'header',
          { class: 'dialog-head' },
          el('h2', { id: 'help-title' }, 'Keyboard'),
          el('button', { class: 'tool', 'aria-label': 'Close', testid: 'help-close' }, icon('close')),
        ),
        el(
          'div',
          { class: 'shortcut-groups' },
          this.#group('On the stage', 'stage'),
          this.#group('Everywhere', 'everywhere', 'Tab and Enter reach everything else, Esc closes what is open.'),
        ),
        el('label', { class: 'switch' }, this.#switch, el('span', {}, 'Single-key shortcuts')),
      ),
    );
  }

  get shortcutsEnabled(): boolean {
    return this.#switch.checked;
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }

  #group(title: string, where: 'stage' | 'everywhere', remark = ''): HTMLElement {
    const rows = shortcuts
      .filter((shortcut) => shortcut.where === where)
      .flatMap(({ key, label }) => [el('dt', {}, el('kbd', {}, key.toUpperCase())), el('dd', {}, label)]);
    return el(
      'section',
      {},
      el('h3', {}, title),
      el('dl', { class: 'shortcut-list' }, ...rows),
      remark ? el('p', { class: 'hint' }, remark) : null,
    );
  }

  #remember(): void {
    try {
      localStorage.setItem(KEY, this.#switch.checked ? 'on' : 'off');
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
}

function readEnabled(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}
