import type { SessionSettings } from '../../../shared/settings.ts';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import type { PerformerFactory } from '../performer-factory.ts';
import { Studio } from '../session/studio.ts';
import type { PreparedPortrait, SessionSpec, StudioToHouse, VideoCodecName } from '../studio-protocol.ts';
import { CameraAndViewer } from './camera-and-viewer.ts';
import { portraitOf, ScriptedPerformer } from './scripted-performer.ts';

type Told<T extends StudioToHouse['type']> = Extract<StudioToHouse, { type: T }>;

/** A studio with scripted performers, in this process, and what it told the house. */
export class StudioUnderTest {
  readonly studio: Studio;
  readonly performers: ScriptedPerformer[] = [];
  readonly told: StudioToHouse[] = [];
  /** Runs before each performer is made; may wait or throw. */
  beforeCreate: (portrait: Pick<PreparedPortrait, 'still'>) => void | Promise<void> = () => {};
  readonly #onTold = new Set<() => void>();
  readonly #peers: CameraAndViewer[] = [];

  constructor() {
    const createPerformer: PerformerFactory = async (portrait, settings: SessionSettings) => {
      await this.beforeCreate(portrait);
      const performer = new ScriptedPerformer(portrait as PreparedPortrait, settings);
      this.performers.push(performer);
      return performer;
    };
    const tell = (message: StudioToHouse): void => {
      this.told.push(message);
      for (const resolve of this.#onTold) resolve();
    };
    this.studio = new Studio({ createPerformer, tell });
  }

  /** Opens a session without media; resolves with its UDP port. */
  async open(sessionId: string, changes: Partial<SessionSpec> = {}): Promise<number> {
    const spec = { sessionId, portrait: portraitOf('first'), settings: DEFAULT_SETTINGS, maxFps: 30, reference: null };
    await this.studio.receive({ type: 'session.open', spec: { ...spec, ...changes } });
    return (await this.nextTold('session.opened', (message) => message.sessionId === sessionId)).port;
  }

  /** Opens a session and links it to a camera and viewer of its own. */
  async start(
    sessionId: string,
    codec: VideoCodecName = 'VP8',
    changes: Partial<SessionSpec> = {},
  ): Promise<CameraAndViewer> {
    const peer = await CameraAndViewer.create(codec);
    this.#peers.push(peer);
    peer.connect(await this.open(sessionId, changes));
    await this.studio.receive(peer.startMessage(sessionId));
    return peer;
  }

  all<T extends StudioToHouse['type']>(type: T): Told<T>[] {
    return this.told.filter((message): message is Told<T> => message.type === type);
  }

  /** The first message of the kind that fits, told already (from index `from` on) or yet to come. */
  async nextTold<T extends StudioToHouse['type']>(
    type: T,
    fits: (message: Told<T>) => boolean = () => true,
    from = 0,
  ): Promise<Told<T>> {
    for (;;) {
      const found = this.told.slice(from).find((message) => message.type === type && fits(message as Told<T>));
      if (found) return found as Told<T>;
      await new Promise<void>((resolve) => this.#onTold.add(resolve));
      this.#onTold.clear();
    }
  }

  close(): void {
    this.studio.close();
    for (const peer of this.#peers) peer.close();
  }
}
