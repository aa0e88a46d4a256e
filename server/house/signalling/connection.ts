import type { Socket } from 'socket.io';
import type { z } from 'zod';
import {
  type Answer,
  type ClientAnswers,
  type ClientEventName,
  clientEvents,
  type ErrorCode,
  type IceServer,
  PROTOCOL_VERSION,
  type ServerToClientEvents,
} from '../../../shared/protocol.ts';
import { PORTRAIT_SIZE_PX } from '../../portraits/portrait-crop.ts';
import type { PortraitLibrary } from '../../portraits/portrait-library.ts';
import { SfuError, type SfuErrorCode } from '../../sfu/sfu-error.ts';
import type { Log } from '../log.ts';
import { TokenBucket } from '../rate-limiter.ts';
import type { PageChannel } from '../sessions/page-channel.ts';
import type { Session } from '../sessions/session.ts';
import { SessionError } from '../sessions/session-error.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';

export type ClientToServerEvents = {
  [N in ClientEventName]: (payload: unknown, answer: (answer: Answer<ClientAnswers[N]>) => void) => void;
};
export type PageSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

export interface ConnectionParts {
  readonly sessions: SessionRegistry;
  readonly portraits: PortraitLibrary;
  readonly iceServers: readonly IceServer[];
  readonly outputMaxFps: number;
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly log: Log;
}

type Handlers = {
  [N in ClientEventName]: (payload: z.output<(typeof clientEvents)[N]>) => Promise<ClientAnswers[N]>;
};

const CODE_OF_SFU: Record<SfuErrorCode, ErrorCode> = {
  'bad-parameters': 'bad-request',
  'unsupported-codec': 'unsupported-codec',
  'wrong-state': 'wrong-state',
  gone: 'internal',
  'port-in-use': 'internal',
};

/** One page's connection: parses what it says at the door, and passes it to its session. */
export class Connection {
  readonly #socket: PageSocket;
  readonly #parts: ConnectionParts;
  readonly #bucket: TokenBucket;
  #session: Session | null = null;
  #opening = false;
  #lastSelection = 0;

  constructor(socket: PageSocket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#bucket = new TokenBucket(parts.messagesPerSecond, parts.messageBurst);
    socket.use(([, ...args], next) => {
      if (this.#bucket.take()) next();
      else
        respondTo(args, { ok: false, error: { code: 'rate-limited', message: 'Too many messages in a short time.' } });
    });
    for (const name of Object.keys(clientEvents) as ClientEventName[]) {
      socket.on(name, (...args: unknown[]) => void this.#handle(name, args));
    }
    socket.once('disconnect', () => {
      if (this.#session) parts.sessions.suspend(this.#session);
      this.#session = null;
    });
  }

  readonly #handlers: Handlers = {
    'session.open': (payload) => this.#open(payload),
    'transport.create': async ({ direction }) => this.#current().createTransport(direction) as Promise<never>,
    'transport.connect': async ({ direction, dtlsParameters }) => {
      await this.#current().media.connectTransport(direction, dtlsParameters);
      return {};
    },
    'transport.restartIce': async ({ direction }) => ({
      iceParameters: await this.#current().media.restartIce(direction),
    }),
    produce: ({ rtpParameters }) => this.#current().produce(rtpParameters),
    consume: async ({ rtpCapabilities }) => ({ kind: 'video', ...(await this.#current().consume(rtpCapabilities)) }),
    'consumer.resume': async () => {
      await this.#current().resumeConsumer();
      return {};
    },
    'settings.update': async (patch) => {
      this.#current().updateSettings(patch);
      return { settings: this.#current().memory.settings };
    },
    calibrate: async () => ((await this.#current().calibrate()) ? { ok: true } : { ok: false, reason: 'no-face' }),
    'portrait.select': ({ portraitId }) => this.#selectPortrait(portraitId),
    'session.close': async () => {
      const session = this.#current();
      this.#session = null;
      this.#parts.sessions.forget(session);
      return {};
    },
  };

  async #handle<N extends ClientEventName>(name: N, args: unknown[]): Promise<void> {
    try {
      const payload = parsePayload(name, args[0]);
      respondTo(args, { ok: true, value: await this.#handlers[name](payload) });
    } catch (error) {
      respondTo(args, { ok: false, error: this.#refusalOf(name, error) });
    }
  }

  #refusalOf(name: ClientEventName, error: unknown): { code: ErrorCode; message: string } {
    if (error instanceof SessionError) return { code: error.code, message: error.message };
    if (error instanceof SfuError) return { code: CODE_OF_SFU[error.code], message: error.message };
    this.#parts.log.error({ event: name, err: error }, 'a message could not be answered');
    return { code: 'internal', message: 'Something went wrong on the server. Please try again.' };
  }

  /** The session of this connection. @throws SessionError `wrong-state` */
  #current(): Session {
    const session = this.#session;
    if (session === null || session.closed) throw new SessionError('wrong-state', 'There is no open session.');
    return session;
  }

  async #open(request: z.output<(typeof clientEvents)['session.open']>): Promise<ClientAnswers['session.open']> {
    if (this.#opening || (this.#session && !this.#session.closed)) {
      throw new SessionError('wrong-state', 'This connection has a session already.');
    }
    this.#opening = true;
    try {
      const { session, resumed } = await this.#parts.sessions.open(request, channelTo(this.#socket));
      if (!this.#socket.connected) {
        if (resumed) this.#parts.sessions.suspend(session);
        else this.#parts.sessions.forget(session); // its page never learnt the token
        throw new SessionError('wrong-state', 'The connection was lost.');
      }
      this.#session = session;
      const { memory } = session;
      return {
        resumeToken: memory.resumeToken,
        resumed,
        settings: memory.settings,
        portrait: memory.portrait.info,
        routerRtpCapabilities: session.media.routerRtpCapabilities,
        iceServers: [...this.#parts.iceServers],
        output: { width: PORTRAIT_SIZE_PX, height: PORTRAIT_SIZE_PX, maxFps: this.#parts.outputMaxFps },
        studio: session.studioInfo,
      };
    } finally {
      this.#opening = false;
    }
  }

  async #selectPortrait(portraitId: string): Promise<ClientAnswers['portrait.select']> {
    const session = this.#current();
    const selection = ++this.#lastSelection;
    const portrait = await this.#parts.portraits.findForStage(portraitId);
    if (portrait === null) {
      throw new SessionError('no-such-portrait', 'This portrait is not here any more. Choose or upload another.');
    }
    // While one was being cut, another may have been chosen: the last choice counts.
    if (selection === this.#lastSelection) session.selectPortrait(portrait);
    return { portrait: portrait.info };
  }
}

function parsePayload<N extends ClientEventName>(name: N, given: unknown): z.output<(typeof clientEvents)[N]> {
  const version = name === 'session.open' ? (given as { version?: unknown } | null)?.version : PROTOCOL_VERSION;
  if (typeof version === 'number' && version !== PROTOCOL_VERSION) {
    throw new SessionError('version-mismatch', 'This page is of another version than the server. Please reload it.');
  }
  const parsed = clientEvents[name].safeParse(given);
  if (parsed.success) return parsed.data as z.output<(typeof clientEvents)[N]>;
  const [issue] = parsed.error.issues;
  const where = issue.path.length > 0 ? ` at ${issue.path.join('.').slice(0, 64)}` : '';
  throw new SessionError('bad-request', `The message ${name} is not understood${where}.`);
}

/** Answers through the acknowledgement, which is the last argument; without one nobody waits. */
function respondTo(args: unknown[], answer: Answer<unknown>): void {
  const acknowledge = args.at(-1);
  if (typeof acknowledge === 'function') acknowledge(answer);
}

function channelTo(socket: PageSocket): PageChannel {
  return {
    stats: (stats) => socket.volatile.emit('stats', stats),
    tracking: (contours) => socket.volatile.emit('tracking', { contours }),
    clock: (mapping) => socket.emit('clock', mapping),
    streamReplaced: () => socket.emit('stream.replaced'),
    ended: (code, message) => socket.emit('session.ended', { code, message }),
    // Not `disconnect()`: after a lost connection pages come back by themselves, after a polite good-bye they do not.
    reconnect: () => socket.conn.close(),
  };
}
