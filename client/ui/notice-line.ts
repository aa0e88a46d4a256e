import { stage } from '../config.ts';
import type { ProblemAction } from '../words/problem.ts';
import { el, setText } from './dom.ts';
import { actionButtons } from './problem-card.ts';
import type { StageNotice } from './stage-notice.ts';

/** The place of the notice under the picture: a live region that is always there, so that its words are read out. */
export class NoticeLine {
  readonly element: HTMLElement;
  readonly #onAction: (action: ProblemAction) => void;
  #code: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onAction: (action: ProblemAction) => void) {
    this.#onAction = onAction;
    this.element = el('div', { class: 'notice-line', role: 'status', 'aria-live': 'polite' });
  }

  /** Blinks of an eye are not told: a notice appears when it is still true a moment later. */
  show(notice: StageNotice | null): void {
    const key = notice && `${notice.code} ${notice.actions.length}`;
    if (key === this.#code) return;
    this.#code = key;
    clearTimeout(this.#timer);
    if (!notice) this.element.replaceChildren();
    else this.#timer = setTimeout(() => this.#render(notice), this.element.hasChildNodes() ? 0 : stage.noticeDelayMs);
  }

  #render(notice: StageNotice): void {
    const words = el('span', {});
    setText(words, notice.text);
    this.element.replaceChildren(
      el(
        'div',
        { class: 'notice', testid: 'notice', 'data-code': notice.code },
        words,
        ...actionButtons(notice.actions, this.#onAction),
      ),
    );
  }
}
