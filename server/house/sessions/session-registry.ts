import { DEFAULT_SETTINGS, type SessionSettings } from '../../../shared/settings.ts';
import type { PortraitLibrary } from '../../portraits/portrait-library.ts';
import { SessionMedia, type SessionMediaOptions } from '../../sfu/session-media.ts';
import type { SfuPool } from '../../sfu/sfu-pool.ts';
import type { Log } from '../log.ts';
import type { StudioPool } from '../studios/studio-pool.ts';
import type { PageChannel } from './page-channel.ts';
import { Session, type SessionOptions } from './session.ts';
import { SessionError } from './session-error.ts';
import { SessionMemory } from './session-memory.ts';

export interface SessionRegistryOptions {
  readonly maxSessions: number;
  readonly resumeWindowMs: number;
  readonly seatHoldMs: number;
  readonly session: SessionOptions;
  readonly media: SessionMediaOptions;
}

interface SessionRegistryParts {
  readonly sfu: SfuPool;
  readonly studios: StudioPool;
  readonly portraits: PortraitLibrary;
  readonly options: SessionRegistryOptions;
  readonly log: Log;
}

/** What a page asks for when it opens a session. */
export interface OpenRequest {
  readonly portraitId: string;
  readonly settings?: SessionSettings;
  readonly resumeToken?: string;
}

/** A memory, who performs with it, and until when it waits if nobody does. */
interface Entry {
  readonly memory: SessionMemory;
  session: Session | null;
  /** While it is being opened, when its seat is taken already: settles, without a value, when that is done. */
  opening: Promise<void> | null;
  channel: PageChannel | null;
  seatHeldUntil: number;
  expiry?: NodeJS.Timeout;
}

/** All sessions: admits them while there are seats, and keeps the memory of those whose page lost its connection. */
export class SessionRegistry {
  readonly #parts: SessionRegistryParts;
  readonly #entries = new Map<string, Entry>();

  constructor(parts: SessionRegistryParts) {
    this.#parts = parts;
  }

  /** Sessions with a page. */
  get activeCount(): number {
    return [...this.#entries.values()].filter(({ session, opening }) => session !== null || opening !== null).length;
  }

  /** Opens a session or resumes one. @throws SessionError */
  async open(request: OpenRequest, channel: PageChannel): Promise<{ session: Session; resumed: boolean }> {
    let known = this.#entryOf(request);
    // A page that is reloaded while it is being opened is back before that is done.
    while (known?.opening) {
      await known.opening;
      known = this.#entryOf(request);
    }
    if (known?.session) this.#takeOver(known);
    else if (known && known.seatHeldUntil <= performance.now()) this.#throwIfFull();
    const { promise: opening, resolve: endOpening } = Promise.withResolvers<void>();
    const entry = known ?? (await this.#newEntry(request, opening));
    clearTimeout(entry.expiry);
    entry.opening = opening;
    entry.channel = channel;
    try {
      const session = await this.#openSession(entry, channel);
      if (session.closed) throw new SessionError('internal', 'The media server is restarting. Please try again.');
      entry.session = session;
      return { session, resumed: known !== undefined };
    } catch (error) {
      if (known) this.#suspend(entry);
      else this.#remove(entry); // its page never learnt the token
      throw error;
    } finally {
      entry.opening = null;
      endOpening();
    }
  }

  /** The page lost its connection: its session ends, its memory waits. */
  suspend(session: Session): void {
    session.close();
  }

  /** The page left for good. */
  forget(session: Session): void {
    const entry = this.#entries.get(session.memory.resumeToken);
    session.close();
    if (entry?.session === null) this.#remove(entry);
  }

  /** Ends all sessions; their pages reconnect when there is a server again. */
  close(): void {
    for (const entry of [...this.#entries.values()]) {
      entry.session?.close();
      this.#remove(entry);
    }
  }

  #entryOf({ resumeToken }: OpenRequest): Entry | undefined {
    return resumeToken === undefined ? undefined : this.#entries.get(resumeToken);
  }

  async #newEntry({ portraitId, settings }: OpenRequest, opening: Promise<void>): Promise<Entry> {
    this.#throwIfFull();
    const portrait = await this.#parts.portraits.findForStage(portraitId);
    if (portrait === null) {
      throw new SessionError('no-such-portrait', 'This portrait is not here any more. Choose or upload another.');
    }
    this.#throwIfFull(); // others may have come meanwhile
    const memory = new SessionMemory(settings ?? DEFAULT_SETTINGS, portrait);
    const entry: Entry = { memory, session: null, opening, channel: null, seatHeldUntil: 0 };
    this.#entries.set(memory.resumeToken, entry);
    return entry;
  }

  #throwIfFull(): void {
    const now = performance.now();
    const taken = [...this.#entries.values()].filter(
      ({ session, opening, seatHeldUntil }) => session !== null || opening !== null || seatHeldUntil > now,
    ).length;
    if (taken < this.#parts.options.maxSessions) return;
    const { maxSessions } = this.#parts.options;
    const places = maxSessions === 1 ? 'The one place is' : `All ${maxSessions} places are`;
    throw new SessionError('server-full', `${places} taken right now. Please try again in a minute.`);
  }

  async #openSession(entry: Entry, channel: PageChannel): Promise<Session> {
    const { sfu, studios, options, log } = this.#parts;
    const worker = sfu.leastLoaded();
    if (worker === null) throw new SessionError('internal', 'The media server is restarting. Please try again.');
    const media = new SessionMedia(worker, options.media);
    return Session.open({
      memory: entry.memory,
      media,
      studios,
      channel,
      options: options.session,
      log,
      onClosed: (session) => {
        if (entry.session === session) this.#suspend(entry);
      },
    });
  }

  /** The same page on a new connection, before the old one was known to be lost; or the same token in another tab. */
  #takeOver(entry: Entry): void {
    entry.channel?.ended('wrong-state', 'This session goes on in another tab or connection.');
    entry.session?.close();
  }

  #suspend(entry: Entry): void {
    const { resumeWindowMs, seatHoldMs } = this.#parts.options;
    entry.session = null;
    entry.channel = null;
    entry.seatHeldUntil = performance.now() + seatHoldMs;
    clearTimeout(entry.expiry);
    entry.expiry = setTimeout(() => this.#remove(entry), resumeWindowMs);
    entry.expiry.unref();
  }

  #remove(entry: Entry): void {
    clearTimeout(entry.expiry);
    this.#entries.delete(entry.memory.resumeToken);
  }
}
