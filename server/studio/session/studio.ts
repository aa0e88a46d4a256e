import type { PerformerFactory } from '../performer-factory.ts';
import type { HouseToStudio, SessionSpec, StudioToHouse } from '../studio-protocol.ts';
import { StudioSession } from './studio-session.ts';

export interface StudioOptions {
  readonly createPerformer: PerformerFactory;
  readonly tell: (message: StudioToHouse) => void;
}

/** All sessions of one studio process. Whatever fails in one is told to the house and leaves the others alone. */
export class Studio {
  readonly #options: StudioOptions;
  readonly #sessions = new Map<string, StudioSession>();

  constructor(options: StudioOptions) {
    this.#options = options;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Messages for sessions that are gone are passed over: the house may not know yet. */
  async receive(message: HouseToStudio): Promise<void> {
    if (message.type === 'session.open') {
      await this.#open(message.spec);
      return;
    }
    const { sessionId } = message;
    const session = this.#sessions.get(sessionId);
    if (!session) return;
    switch (message.type) {
      case 'session.start':
        await session.start(message).catch((error: Error) => this.#fail(sessionId, session, error));
        break;
      case 'session.settings':
        session.setSettings(message.settings);
        break;
      case 'session.portrait':
        // The old portrait goes on; there is no harm in that, only surprise.
        await session.setPortrait(message.portrait).catch((error: Error) => {
          console.error(`session ${sessionId}: portrait ${message.portrait.id}: ${error.message}`);
        });
        break;
      case 'session.calibrate':
        this.#options.tell({ type: 'session.calibrated', sessionId, reference: await session.calibrate() });
        break;
      case 'session.bitrate':
        session.setBitrate(message.bitrateBps);
        break;
      case 'session.keyframe':
        session.requestKeyframe();
        break;
      case 'session.close':
        this.#sessions.delete(sessionId);
        session.close();
        break;
    }
  }

  /** Idempotent. */
  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  async #open(spec: SessionSpec): Promise<void> {
    const { sessionId } = spec;
    const { createPerformer, tell } = this.#options;
    this.#sessions.get(sessionId)?.close();
    const session: StudioSession = new StudioSession(spec, {
      createPerformer,
      tell,
      onFailed: (error) => this.#fail(sessionId, session, error),
    });
    this.#sessions.set(sessionId, session);
    try {
      const port = await session.open();
      if (this.#sessions.get(sessionId) === session) tell({ type: 'session.opened', sessionId, port });
    } catch (error) {
      this.#fail(sessionId, session, error as Error);
    }
  }

  #fail(sessionId: string, session: StudioSession, error: Error): void {
    session.close();
    if (this.#sessions.get(sessionId) !== session) return;
    this.#sessions.delete(sessionId);
    this.#options.tell({ type: 'session.failed', sessionId, message: error.message });
  }
}
