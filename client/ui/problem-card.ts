import type { Problem, ProblemAction } from '../words/problem.ts';
import { el } from './dom.ts';

const labels: Record<ProblemAction, string> = {
  retry: 'Try again',
  demo: 'Go on without a camera',
  gallery: 'Back to the gallery',
  reload: 'Reload the page',
};

/** Buttons for what can be done, the first one foremost. */
export function actionButtons(
  actions: readonly ProblemAction[],
  onAction: (action: ProblemAction) => void,
): HTMLElement[] {
  return actions.map((action, index) =>
    el(
      'button',
      {
        type: 'button',
        class: index === 0 ? 'button primary' : 'button',
        testid: `action-${action}`,
        onClick: () => onAction(action),
      },
      labels[action],
    ),
  );
}

/** A card that says what happened and what to do. */
export function problemCard(problem: Problem, onAction: (action: ProblemAction) => void): HTMLElement {
  const isWaiting = problem.retryAfterMs !== null;
  return el(
    'section',
    { class: 'card problem-card', testid: 'notice', 'data-code': problem.code, role: 'alert', tabindex: -1 },
    el('h2', {}, problem.title),
    el('p', {}, problem.advice),
    isWaiting && el('p', { class: 'waiting-dots' }, 'Asking again by itself'),
    el('div', { class: 'button-row' }, ...actionButtons(problem.actions, onAction)),
  );
}
