import type { PortraitInfo } from '../../shared/portraits.ts';
import type { PresentedFrame } from '../measure/presented-frames.ts';
import { type StageStats, type StreamSight, stageStats } from '../measure/stats.ts';
import type { SessionView } from '../session/session-view.ts';
import type { ProblemAction } from '../words/problem.ts';
import { Controls, type ControlsActions } from './controls.ts';
import { el, setAttribute, setText } from './dom.ts';
import { HeadsUpLine } from './heads-up-line.ts';
import { icon } from './icons.ts';
import { NoticeLine } from './notice-line.ts';
import { OutputView } from './output-view.ts';
import { PortraitStrip } from './portrait-strip.ts';
import { problemCard } from './problem-card.ts';
import { SelfView } from './self-view.ts';
import { noticeOf } from './stage-notice.ts';
import { startingCard } from './starting-card.ts';
import { toolButton } from './toolbar.ts';

export interface StageActions extends ControlsActions {
  act(action: ProblemAction): void;
  choosePortrait(portrait: PortraitInfo): void;
  chooseCamera(deviceId: string): void;
  upload(): void;
  help(): void;
  theme(): void;
  fullscreen(): void;
  frame(frame: PresentedFrame): void;
}

/** States in which the still portrait covers the stream, however recent its last frame. */
const STILL_STATES: ReadonlySet<StageStats['state']> = new Set([
  'starting',
  'waiting',
  'still',
  'restarting',
  'stalled',
  'ended',
  'error',
]);

/** What is to be seen, plainly. */
function placardWords({ phase, driverKind }: SessionView): string {
  if (phase !== 'live' && phase !== 'reconnecting') return 'A still picture, so far.';
  return driverKind === 'demo'
    ? 'A synthetic picture, moved live by a rendered clip.'
    : 'A synthetic picture, moved live by you.';
}

/** The page on which one performs. It shows the session's view and keeps nothing of it. */
export class Stage {
  readonly element: HTMLElement;
  readonly output: OutputView;
  readonly self: SelfView;
  readonly strip: PortraitStrip;
  readonly #controls: Controls;
  readonly #hud = new HeadsUpLine();
  readonly #notice: NoticeLine;
  readonly #title: HTMLElement;
  readonly #driverWords: HTMLElement;
  readonly #cardPlace: HTMLElement;
  readonly #actions: StageActions;
  #shownCard = '';

  constructor(actions: StageActions) {
    this.#actions = actions;
    this.output = new OutputView(actions.frame);
    this.self = new SelfView(actions.chooseCamera);
    this.strip = new PortraitStrip(actions.choosePortrait, actions.upload);
    this.#controls = new Controls(actions);
    this.#notice = new NoticeLine(actions.act);
    this.#title = el('h1', { class: 'placard-title' });
    this.#driverWords = el('p', { class: 'placard-line' });
    this.#cardPlace = el('div', { class: 'card-place' });
    this.element = el(
      'main',
      { class: 'stage', testid: 'stage', tabindex: -1 },
      this.#bar(),
      this.#wall(),
      this.#placard(),
      this.self.element,
      this.#panel(),
    );
  }

  show(view: SessionView, sight: StreamSight, portraits: readonly PortraitInfo[]): void {
    const stats = stageStats(view, sight);
    const { state } = stats;
    setAttribute(this.element, 'data-phase', view.phase);
    setAttribute(this.element, 'data-state', state);

    if (view.portrait) {
      this.output.setPortrait(view.portrait.imageUrl, view.portrait.alt);
      setText(this.#title, view.portrait.title);
    }
    setText(this.#driverWords, placardWords(view));
    this.output.setStream(view.output);
    this.output.showStill(STILL_STATES.has(state) || (state === 'reconnecting' && sight.flow !== 'flowing'));

    this.self.setDriver(view.driver);
    this.self.setMirrored(view.settings.mirror);
    this.#controls.show(view.settings);
    this.strip.show(portraits, view.portrait?.id ?? null);
    this.#notice.show(noticeOf(view, state));
    this.#showCard(view);
    this.showFigures(stats);
  }

  showFigures(stats: StageStats): void {
    this.#hud.show(stats);
    this.#controls.offerStrengths(stats.packAbout?.hasStrengths ?? true);
  }

  /** Starting and failing take the place of the controls, which have nothing to control then. */
  #showCard(view: SessionView): void {
    const { phase, problem, step } = view;
    const isProblem = (phase === 'error' || phase === 'ended') && problem !== null;
    const key = isProblem ? `problem ${problem.code}` : phase === 'starting' ? `starting ${step}` : '';
    if (key === this.#shownCard) return;
    this.#shownCard = key;
    if (isProblem) {
      const card = problemCard(problem, this.#actions.act);
      this.#cardPlace.replaceChildren(card);
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: 'nearest' });
    } else if (phase === 'starting' && step) {
      this.#cardPlace.replaceChildren(startingCard(step, view.driverKind, this.#actions.stop));
    } else {
      this.#cardPlace.replaceChildren();
    }
  }

  #bar(): HTMLElement {
    return el(
      'header',
      { class: 'stage-bar' },
      el(
        'button',
        { type: 'button', class: 'back', testid: 'back', onClick: this.#actions.stop },
        icon('back'),
        el('span', {}, 'Gallery'),
      ),
      el('p', { class: 'wordmark', 'aria-hidden': 'true' }, 'Effigy'),
      el(
        'span',
        { class: 'tools' },
        document.fullscreenEnabled && toolButton('fullscreen', 'expand', 'Full screen', this.#actions.fullscreen),
        toolButton('theme', 'theme', 'Light or dark', this.#actions.theme),
        toolButton('help', 'help', 'Keyboard shortcuts', this.#actions.help),
      ),
    );
  }

  #wall(): HTMLElement {
    return el(
      'section',
      { class: 'stage-wall', 'aria-label': 'The portrait' },
      el('div', { class: 'hanging-place' }, el('div', { class: 'frame' }, this.output.element)),
      this.#notice.element,
      this.#hud.element,
    );
  }

  #placard(): HTMLElement {
    return el('div', { class: 'placard stage-placard' }, this.#title, this.#driverWords);
  }

  #panel(): HTMLElement {
    return el(
      'aside',
      { class: 'panel', 'aria-label': 'Session' },
      this.#cardPlace,
      this.#controls.element,
      this.strip.element,
      el(
        'p',
        { class: 'small-print' },
        'What you see is made by a program and labelled “AI” in every frame. Your camera’s picture is measured and forgotten, ' +
          'never shown and never stored.',
      ),
    );
  }
}
