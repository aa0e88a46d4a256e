import type { SessionSettings, SettingsPatch } from '../../shared/settings.ts';
import { el, setAttribute, setText } from './dom.ts';
import { type IconName, icon } from './icons.ts';
import { percent, SLIDER_STEP, type StrengthName, strengths } from './setting-steps.ts';
import { keyOf, type ShortcutAction } from './shortcuts.ts';

export interface ControlsActions {
  change(patch: SettingsPatch): void;
  calibrate(): void;
  reset(): void;
  stop(): void;
}

const modes = [
  {
    value: 'relative',
    label: 'Relative',
    hint: 'The portrait keeps its own pose and adds your motion since calibration.',
  },
  { value: 'absolute', label: 'Absolute', hint: 'The portrait takes on your own pose and expression.' },
] as const;

const PACK_STRENGTHS: readonly StrengthName[] = ['poseStrength', 'mouthStrength', 'browStrength', 'eyeStrength'];

/** Everything that can be set while performing. It shows the settings it is given and keeps none. */
export class Controls {
  readonly element: HTMLElement;
  readonly #mirror: HTMLButtonElement;
  readonly #sliders = new Map<StrengthName, { input: HTMLInputElement; value: HTMLOutputElement }>();
  readonly #modes = new Map<string, HTMLInputElement>();
  readonly #modeHint: HTMLElement;
  readonly #modeGroup: HTMLElement;

  constructor(actions: ControlsActions) {
    const calibrate = actionButton('calibrate', 'calibrate', 'Calibrate', actions.calibrate);
    this.#mirror = actionButton('mirror', 'mirror', 'Mirror', () =>
      actions.change({ mirror: this.#mirror.getAttribute('aria-pressed') !== 'true' }),
    );
    const stop = actionButton('stop', 'stop', 'Stop', actions.stop);
    this.#modeHint = el('p', { class: 'hint' });
    this.#modeGroup = this.#createModes(actions);
    this.element = el(
      'section',
      { class: 'controls', testid: 'controls', 'aria-label': 'Controls' },
      el('div', { class: 'action-row' }, calibrate, this.#mirror, stop),
      el(
        'div',
        { class: 'sliders', role: 'group', 'aria-label': 'How strongly the portrait moves' },
        this.#createSlider('poseStrength', 'control-pose', ['pose-up', 'pose-down'], actions),
        this.#createSlider('mouthStrength', 'control-mouth', ['mouth-up', 'mouth-down'], actions),
        this.#createSlider('browStrength', 'control-brows', ['brow-up', 'brow-down'], actions),
        this.#createSlider('eyeStrength', 'control-eyes', ['eye-up', 'eye-down'], actions),
        this.#createSlider('smoothing', 'control-smoothing', ['smoothing-up', 'smoothing-down'], actions),
      ),
      this.#modeGroup,
      el(
        'button',
        { type: 'button', class: 'text-button', testid: 'control-reset', onClick: actions.reset },
        'Set all back',
        keyCap(keyOf('reset')),
      ),
    );
  }

  /** Strengths that the pack does not know are not shown. */
  offerStrengths(offered: boolean): void {
    for (const name of PACK_STRENGTHS) {
      const row = this.#sliders.get(name)?.input.parentElement;
      if (row) row.hidden = !offered;
    }
  }

  show(settings: SessionSettings): void {
    setAttribute(this.#mirror, 'aria-pressed', settings.mirror ? 'true' : 'false');
    for (const [name, { input, value }] of this.#sliders) {
      if (Number(input.value) !== settings[name]) input.value = String(settings[name]);
      input.style.setProperty('--fill', String(settings[name] / strengths[name].max));
      setAttribute(input, 'aria-valuetext', percent(settings[name]));
      setText(value, percent(settings[name]));
    }
    for (const [value, input] of this.#modes) input.checked = value === settings.mode;
    setAttribute(this.#modeGroup, 'data-value', settings.mode);
    setText(this.#modeHint, modes.find((mode) => mode.value === settings.mode)!.hint);
  }

  #createSlider(
    name: StrengthName,
    testid: string,
    [up, down]: [ShortcutAction, ShortcutAction],
    actions: ControlsActions,
  ): HTMLElement {
    const { label, max, hint } = strengths[name];
    const id = `setting-${name}`;
    const input = el('input', {
      type: 'range',
      id,
      testid,
      min: 0,
      max,
      step: SLIDER_STEP,
      title: hint,
      onInput: () => actions.change({ [name]: Number(input.value) }),
    });
    const value = el('output', { for: id });
    this.#sliders.set(name, { input, value });
    return el(
      'div',
      { class: 'slider' },
      el('label', { for: id }, label, keyCap(`${keyOf(down)} ${keyOf(up)}`)),
      input,
      value,
    );
  }

  #createModes(actions: ControlsActions): HTMLElement {
    const options = modes.map(({ value, label }) => {
      const input = el('input', {
        type: 'radio',
        name: 'mode',
        value,
        testid: `control-mode-${value}`,
        onChange: () => actions.change({ mode: value }),
      });
      this.#modes.set(value, input);
      return el('label', {}, input, el('span', {}, label));
    });
    return el(
      'fieldset',
      { class: 'mode', testid: 'control-mode' },
      el('legend', {}, 'Motion', keyCap(keyOf('mode'))),
      el('div', { class: 'segments' }, ...options),
      this.#modeHint,
    );
  }
}

/** The key that does the same, for those who can see it; screen readers have `aria-keyshortcuts`. */
export function keyCap(text: string): HTMLElement {
  return el('kbd', { 'aria-hidden': 'true' }, text);
}

function actionButton(name: string, action: ShortcutAction, label: string, onClick: () => void): HTMLButtonElement {
  return el(
    'button',
    { type: 'button', class: 'action', testid: `control-${name}`, 'aria-keyshortcuts': keyOf(action), onClick },
    icon(name as IconName),
    el('span', {}, label),
    keyCap(keyOf(action)),
  );
}
