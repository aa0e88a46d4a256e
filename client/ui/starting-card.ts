import type { DriverKind } from '../camera/driver.ts';
import type { StartStep } from '../session/session-view.ts';
import { el } from './dom.ts';

const steps: { step: StartStep; camera: string; demo: string }[] = [
  { step: 'driver', camera: 'Camera', demo: 'Demo clip' },
  { step: 'server', camera: 'Connection', demo: 'Connection' },
  { step: 'media', camera: 'First frame', demo: 'First frame' },
];

/** What is going on while a session starts; first of all, why the browser asks for the camera. */
export function startingCard(step: StartStep, driverKind: DriverKind, onCancel: () => void): HTMLElement {
  const at = steps.findIndex((each) => each.step === step);
  return el(
    'section',
    { class: 'card starting-card', testid: 'starting', 'data-step': step, 'aria-live': 'polite' },
    el('h2', {}, step === 'driver' && driverKind === 'camera' ? 'May this page see you?' : 'One moment'),
    step === 'driver' && driverKind === 'camera'
      ? el(
          'p',
          {},
          'Your browser is asking for the camera. Choose “Allow”. The picture travels encrypted to this server, is measured ' +
            'there and forgotten at once; nobody sees it, nothing is stored, no sound is recorded.',
        )
      : el('p', {}, `The portrait is being prepared to follow ${driverKind === 'demo' ? 'the demo clip' : 'you'}.`),
    el(
      'ol',
      { class: 'start-steps' },
      ...steps.map((each, index) =>
        el(
          'li',
          { 'data-state': index < at ? 'done' : index === at ? 'now' : 'next', 'aria-current': index === at && 'step' },
          each[driverKind],
        ),
      ),
    ),
    el(
      'div',
      { class: 'button-row' },
      el('button', { type: 'button', class: 'button', testid: 'action-cancel', onClick: onCancel }, 'Cancel'),
    ),
  );
}
