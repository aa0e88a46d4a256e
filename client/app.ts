import type { PortraitInfo } from '../shared/portraits.ts';
import { DEFAULT_SETTINGS } from '../shared/settings.ts';
import { listCameras } from './camera/camera.ts';
import type { DriverKind } from './camera/driver.ts';
import { stage as stageTunables } from './config.ts';
import { type StageStats, stageStats } from './measure/stats.ts';
import { StreamObserver } from './measure/stream-sight.ts';
import { PortraitShelf } from './portraits/portrait-shelf.ts';
import { fetchGallery, forgetPortrait } from './portraits/portraits-api.ts';
import { SessionController, type SessionPorts } from './session/session-controller.ts';
import type { SessionView } from './session/session-view.ts';
import { CalibrationOverlay } from './ui/calibration-overlay.ts';
import { el, setText } from './ui/dom.ts';
import { GalleryView } from './ui/gallery.ts';
import { HelpOverlay } from './ui/help-overlay.ts';
import { icon } from './ui/icons.ts';
import { switchPage } from './ui/page-switch.ts';
import { watchForPictures } from './ui/picture-intake.ts';
import { type StrengthName, stepStrength } from './ui/setting-steps.ts';
import { type ShortcutAction, shortcutOf } from './ui/shortcuts.ts';
import { Stage } from './ui/stage.ts';
import { toggleTheme } from './ui/theme.ts';
import { toolButton } from './ui/toolbar.ts';
import { UploadDialog } from './ui/upload-dialog.ts';
import { ScreenWakeLock } from './ui/wake-lock.ts';
import type { UrlOptions } from './url-options.ts';
import type { ProblemAction } from './words/problem.ts';

/** How often the gallery is asked for again while the server does not answer. */
const GALLERY_RETRY_MS = 5000;

/** The page: its two faces (house and stage), the dialogs over both, and what connects them with the session. */
export class App {
  readonly #options: UrlOptions;
  readonly #house: HTMLElement;
  readonly #stageRoot: HTMLElement;
  readonly #session: SessionController;
  readonly #observer = new StreamObserver();
  readonly #shelf: PortraitShelf;
  readonly #gallery: GalleryView;
  readonly #stage: Stage;
  readonly #help = new HelpOverlay();
  readonly #upload: UploadDialog;
  readonly #calibration: CalibrationOverlay;
  readonly #wakeLock = new ScreenWakeLock();
  #isOnStage = false;
  /** The page itself goes back in the history, since its session was stopped. */
  #isGoingBack = false;
  /** Camera for which the choice of cameras was last offered, '' for none. */
  #offeredFor = '';

  constructor(ports: SessionPorts, options: UrlOptions, ofThisTab: Storage | null) {
    this.#options = options;
    this.#house = document.getElementById('house')!;
    this.#stageRoot = document.getElementById('stage-root')!;
    this.#shelf = new PortraitShelf(ofThisTab);
    this.#session = new SessionController(ports, {
      viewChanged: (view) => this.#show(view),
      outputEnding: () => this.#stage.output.streamEnding(),
      clockMapped: (mapping) => this.#observer.setClock(mapping),
      faceTracked: (contours) => {
        this.#stage.self.setFace(contours);
        this.#calibration.setFace(contours);
      },
    });
    this.#gallery = new GalleryView({
      choose: (portrait) => void this.#start(portrait, 'camera'),
      upload: () => this.#upload.open(),
      remove: (portrait) => this.#takeDown(portrait),
      reload: () => void this.#loadGallery(),
    });
    this.#stage = new Stage({
      act: (action) => this.#act(action),
      choosePortrait: (portrait) => void this.#session.selectPortrait(portrait),
      chooseCamera: (deviceId) => void this.#session.changeDriver('camera', deviceId),
      upload: () => this.#upload.open(),
      help: () => this.#help.toggle(),
      theme: () => this.#changeTheme(),
      fullscreen: () => this.#toggleFullscreen(),
      frame: (frame) => this.#observer.addFrame(frame),
      change: (patch) => this.#session.updateSettings(patch),
      calibrate: () => this.#openCalibration(),
      reset: () => this.#session.updateSettings(DEFAULT_SETTINGS),
      stop: () => this.#stop(),
    });
    this.#upload = new UploadDialog((portrait) => this.#hang(portrait));
    this.#calibration = new CalibrationOverlay(() => this.#session.calibrate());
  }

  /** Puts everything on the page and begins. */
  async open(): Promise<void> {
    document.getElementById('portraits')!.append(this.#gallery.element);
    this.#stageRoot.append(this.#stage.element);
    document.body.append(this.#help.element, this.#upload.element, this.#calibration.element);
    this.#furnishHouse();
    this.#listenToKeys();
    this.#listenToPage();
    watchForPictures((file) => void this.#upload.take(file));
    setInterval(() => this.#show(this.#session.view), stageTunables.headsUpIntervalMs);

    await this.#loadGallery();
    if (this.#options.autostart) this.#startFirst(this.#options.demo ? 'demo' : 'camera');
  }

  stats(): StageStats {
    return stageStats(this.#session.view, this.#sight());
  }

  #sight() {
    return this.#observer.sight(performance.now(), performance.timeOrigin + performance.now());
  }

  #show(view: SessionView): void {
    const isOnStage = view.phase !== 'gallery';
    if (isOnStage !== this.#isOnStage) this.#changeFace(isOnStage, view);
    if (isOnStage) this.#stage.show(view, this.#sight(), this.#shelf.all);
    if (view.phase !== 'live') this.#calibration.close();
    this.#wakeLock.set(view.phase === 'live' || view.phase === 'reconnecting');
    void this.#offerCameras(view);
  }

  /** House to stage or back; the chosen portrait glides between its two places. */
  #changeFace(isOnStage: boolean, view: SessionView): void {
    this.#isOnStage = isOnStage;
    const card = view.portrait && this.#gallery.card(view.portrait.id)?.querySelector<HTMLElement>('.frame');
    card?.classList.add('travels');
    if (isOnStage) this.#observer.reset();
    switchPage(() => {
      this.#house.hidden = isOnStage;
      this.#stageRoot.hidden = !isOnStage;
      card?.classList.remove('travels');
      if (isOnStage) {
        window.scrollTo(0, 0);
        this.#stage.show(view, this.#sight(), this.#shelf.all);
        this.#stage.element.focus({ preventScroll: true });
      } else {
        this.#stage.output.setStream(null);
        this.#stage.self.setDriver(null);
        if (view.portrait) this.#gallery.focusPortrait(view.portrait.id);
      }
    });
    document.title = isOnStage && view.portrait ? `${view.portrait.title} · Effigy` : 'Effigy';
    // The way back of a phone or browser leads to the gallery.
    if (isOnStage) history.pushState({ stage: true }, '');
    else if (history.state?.stage) {
      this.#isGoingBack = true;
      history.back();
    }
  }

  async #start(portrait: PortraitInfo, driverKind: DriverKind): Promise<void> {
    await this.#session.start(portrait, driverKind);
  }

  #startFirst(driverKind: DriverKind): void {
    const wished = this.#options.portraitId && this.#shelf.find(this.#options.portraitId);
    const portrait = wished || this.#shelf.all[0];
    if (portrait) void this.#start(portrait, driverKind);
  }

  #stop(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    this.#session.stop();
  }

  #act(action: ProblemAction): void {
    const { phase, portrait } = this.#session.view;
    if (action === 'retry') void this.#session.retry();
    else if (action === 'gallery') this.#stop();
    else if (action === 'reload') location.reload();
    else if (phase === 'live') void this.#session.changeDriver('demo');
    else if (portrait) void this.#session.start(portrait, 'demo');
  }

  async #loadGallery(): Promise<void> {
    this.#gallery.showLoading();
    for (;;) {
      try {
        this.#shelf.setGallery(await fetchGallery());
        break;
      } catch {
        this.#gallery.showUnreachable();
        await new Promise((done) => setTimeout(done, GALLERY_RETRY_MS));
      }
    }
    this.#gallery.showPortraits(this.#shelf.all);
  }

  /** An uploaded portrait: first in the gallery or, while performing, on the stage at once. */
  #hang(portrait: PortraitInfo): void {
    this.#shelf.add(portrait);
    this.#gallery.showPortraits(this.#shelf.all);
    if (this.#isOnStage) void this.#session.selectPortrait(portrait);
    else this.#gallery.focusPortrait(portrait.id);
  }

  #takeDown(portrait: PortraitInfo): void {
    this.#shelf.remove(portrait.id);
    void forgetPortrait(portrait.id);
    this.#gallery.showPortraits(this.#shelf.all);
    document.getElementById('portraits')!.focus({ preventScroll: true });
  }

  #openCalibration(): void {
    const { phase, driver, portrait, settings } = this.#session.view;
    if (phase === 'live' && driver && portrait) this.#calibration.open(driver, portrait, settings.mirror);
  }

  /** Cameras have names, and can be chosen, once one of them has been allowed. */
  async #offerCameras({ driver }: SessionView): Promise<void> {
    const camera = driver?.kind === 'camera' ? (driver.deviceId ?? 'unknown') : '';
    if (camera === this.#offeredFor) return;
    this.#offeredFor = camera;
    this.#stage.self.setCameras(camera ? await listCameras() : [], driver?.deviceId ?? null);
  }

  #furnishHouse(): void {
    const start = el(
      'button',
      { type: 'button', class: 'button primary', testid: 'start-camera', onClick: () => this.#startFirst('camera') },
      icon('camera'),
      'Begin with your camera',
    );
    const demo = el(
      'button',
      { type: 'button', class: 'button', testid: 'start-demo', onClick: () => this.#startFirst('demo') },
      icon('play'),
      'Try without a camera',
    );
    document.getElementById('hero-actions')!.append(start, demo);
    document.getElementById('masthead-tools')!.append(
      toolButton('theme', 'theme', 'Light or dark', () => this.#changeTheme()),
      toolButton('help', 'help', 'Keyboard shortcuts', () => this.#help.toggle()),
    );
    const hint = document.getElementById('colophon-help')!;
    setText(hint, 'Press ? for the keyboard.');
  }

  #changeTheme(): void {
    switchPage(() => toggleTheme());
  }

  #toggleFullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else this.#stage.element.requestFullscreen?.().catch(() => {});
  }

  #listenToKeys(): void {
    document.addEventListener('keydown', (event) => {
      const target = event.target as HTMLElement;
      const press = {
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        repeat: event.repeat,
        targetTakesText:
          target.isContentEditable ||
          target.matches?.('textarea, select, input:not([type=range], [type=radio], [type=checkbox])'),
      };
      if (event.defaultPrevented) return;
      const action = shortcutOf(press, this.#isOnStage);
      const isHelp = action === 'help';
      if (!action || (!this.#help.shortcutsEnabled && !isHelp)) return;
      // A dialog has the keyboard to itself, but for the key that opened it.
      const openDialog = document.querySelector('dialog[open]');
      const closesItself =
        (isHelp && openDialog === this.#help.element) ||
        (action === 'calibrate' && openDialog === this.#calibration.element);
      if (openDialog && !closesItself) return;
      event.preventDefault();
      this.#perform(action);
    });
  }

  #perform(action: ShortcutAction): void {
    const { settings } = this.#session.view;
    const step = (name: StrengthName, direction: 1 | -1) =>
      this.#session.updateSettings(stepStrength(settings, name, direction));
    const perform: Record<ShortcutAction, () => void> = {
      calibrate: () => this.#openCalibration(),
      mirror: () => this.#session.updateSettings({ mirror: !settings.mirror }),
      'pose-up': () => step('poseStrength', 1),
      'pose-down': () => step('poseStrength', -1),
      'mouth-up': () => step('mouthStrength', 1),
      'mouth-down': () => step('mouthStrength', -1),
      'brow-up': () => step('browStrength', 1),
      'brow-down': () => step('browStrength', -1),
      'eye-up': () => step('eyeStrength', 1),
      'eye-down': () => step('eyeStrength', -1),
      'smoothing-up': () => step('smoothing', 1),
      'smoothing-down': () => step('smoothing', -1),
      mode: () => this.#session.updateSettings({ mode: settings.mode === 'relative' ? 'absolute' : 'relative' }),
      reset: () => this.#session.updateSettings(DEFAULT_SETTINGS),
      'next-portrait': () => this.#stepPortrait(1),
      'previous-portrait': () => this.#stepPortrait(-1),
      'self-view': () => this.#stage.element.toggleAttribute('data-self-hidden'),
      fullscreen: () => this.#toggleFullscreen(),
      stop: () => this.#stop(),
      upload: () => this.#upload.open(),
      theme: () => this.#changeTheme(),
      help: () => this.#help.toggle(),
    };
    perform[action]();
  }

  #stepPortrait(step: 1 | -1): void {
    const portraits = this.#shelf.all;
    const index = portraits.findIndex(({ id }) => id === this.#session.view.portrait?.id);
    const next = portraits[(index + step + portraits.length) % portraits.length];
    if (next) void this.#session.selectPortrait(next);
  }

  #listenToPage(): void {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      this.#observer.pageShown(performance.now());
      this.#session.wake();
      if (this.#isOnStage) {
        this.#stage.output.play();
        this.#stage.self.play();
      }
    });
    window.addEventListener('online', () => this.#session.wake());
    window.addEventListener('popstate', () => {
      if (!this.#isGoingBack) this.#stop();
      this.#isGoingBack = false;
    });
    navigator.mediaDevices?.addEventListener?.('devicechange', () => {
      this.#offeredFor = '';
      void this.#offerCameras(this.#session.view);
    });
  }
}
