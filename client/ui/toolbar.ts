import { el } from './dom.ts';
import { type IconName, icon } from './icons.ts';
import { keyOf, type ShortcutAction } from './shortcuts.ts';

/** A round button with an icon alone; its label and key are in tooltip and for screen readers. */
export function toolButton(
  action: ShortcutAction,
  name: IconName,
  label: string,
  onClick: () => void,
): HTMLButtonElement {
  return el(
    'button',
    {
      type: 'button',
      class: 'tool',
      testid: `tool-${action}`,
      title: `${label} (${keyOf(action)})`,
      'aria-label': label,
      'aria-keyshortcuts': keyOf(action),
      onClick,
    },
    icon(name),
  );
}
