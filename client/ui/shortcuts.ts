/** Everything that a key can do. */
export type ShortcutAction =
  | 'calibrate'
  | 'mirror'
  | 'pose-up'
  | 'pose-down'
  | 'mouth-up'
  | 'mouth-down'
  | 'brow-up'
  | 'brow-down'
  | 'eye-up'
  | 'eye-down'
  | 'smoothing-up'
  | 'smoothing-down'
  | 'mode'
  | 'reset'
  | 'next-portrait'
  | 'previous-portrait'
  | 'self-view'
  | 'fullscreen'
  | 'stop'
  | 'upload'
  | 'theme'
  | 'help';

export interface Shortcut {
  readonly action: ShortcutAction;
  /** `KeyboardEvent.key`, lower case. */
  readonly key: string;
  readonly label: string;
  readonly where: 'stage' | 'everywhere';
}

/** In the order of the help overlay. */
export const shortcuts: readonly Shortcut[] = [
  { action: 'calibrate', key: 'c', label: 'Calibrate: take your calm face as the neutral', where: 'stage' },
  { action: 'mirror', key: 'm', label: 'Mirror on or off', where: 'stage' },
  { action: 'pose-up', key: 'w', label: 'The head moves more', where: 'stage' },
  { action: 'pose-down', key: 's', label: 'The head moves less', where: 'stage' },
  { action: 'mouth-up', key: 'e', label: 'The mouth moves more', where: 'stage' },
  { action: 'mouth-down', key: 'd', label: 'The mouth moves less', where: 'stage' },
  { action: 'brow-up', key: 'i', label: 'The brows move more', where: 'stage' },
  { action: 'brow-down', key: 'k', label: 'The brows move less', where: 'stage' },
  { action: 'eye-up', key: 'y', label: 'The eyes move more', where: 'stage' },
  { action: 'eye-down', key: 'h', label: 'The eyes move less', where: 'stage' },
  { action: 'smoothing-up', key: 't', label: 'Calmer (more smoothing)', where: 'stage' },
  { action: 'smoothing-down', key: 'g', label: 'Quicker (less smoothing)', where: 'stage' },
  { action: 'mode', key: 'r', label: 'Relative or absolute motion', where: 'stage' },
  { action: 'reset', key: '0', label: 'All settings as they were at first', where: 'stage' },
  { action: 'next-portrait', key: 'n', label: 'Next portrait', where: 'stage' },
  { action: 'previous-portrait', key: 'p', label: 'Previous portrait', where: 'stage' },
  { action: 'self-view', key: 'v', label: 'Show or hide your own camera', where: 'stage' },
  { action: 'fullscreen', key: 'f', label: 'Full screen', where: 'stage' },
  { action: 'stop', key: 'x', label: 'Stop: camera off, back to the gallery', where: 'stage' },
  { action: 'upload', key: 'u', label: 'Upload a picture', where: 'everywhere' },
  { action: 'theme', key: 'l', label: 'Light or dark', where: 'everywhere' },
  { action: 'help', key: '?', label: 'This overview', where: 'everywhere' },
];

/** What matters of a key press; `targetTakesText` where it goes into a text field. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly targetTakesText: boolean;
}

/** Keys that may be held down. */
const repeatable = /-(up|down)$/;

/** The shortcut of a key press, null where it has none there. Combinations belong to the browser. */
export function shortcutOf(press: KeyPress, isOnStage: boolean): ShortcutAction | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.targetTakesText) return null;
  const key = press.key.toLowerCase();
  const found = shortcuts.find((each) => each.key === key && (isOnStage || each.where === 'everywhere'));
  if (!found || (press.repeat && !repeatable.test(found.action))) return null;
  return found.action;
}

/** The key of an action, as it is printed on a keyboard. */
export function keyOf(action: ShortcutAction): string {
  return shortcuts.find((each) => each.action === action)?.key.toUpperCase() ?? '';
}
