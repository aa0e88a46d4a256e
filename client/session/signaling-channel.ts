import { io, type Socket } from 'socket.io-client';
import type {
  Answer,
  ClientAnswers,
  ClientEventName,
  ClientPayload,
  ServerToClientEvents,
} from '../../shared/protocol.ts';
import { errorCodes } from '../../shared/protocol.ts';
import { signalling } from '../config.ts';
import { SignalingError, type SignalingErrorCode } from './signaling-error.ts';

/** The conversation with the house, one connection long: it does not reconnect, its owner makes another. */
export interface SignalingChannel {
  /** @throws {SignalingError} */
  request<N extends ClientEventName>(name: N, payload: ClientPayload<N>): Promise<ClientAnswers[N]>;
  on<E extends keyof ServerToClientEvents>(event: E, handler: ServerToClientEvents[E]): void;
  /** Called once, when the connection breaks; not after `close()`. */
  onLost(handler: () => void): void;
  close(): void;
}

/** Connects over Socket.IO. @throws {SignalingError} `unreachable` */
export function connectSignaling(): Promise<SignalingChannel> {
  const socket: Socket = io({
    // The session controller reconnects, since a new connection needs a new session on top.
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    timeout: signalling.connectTimeoutMs,
    forceNew: true,
  });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(new SocketChannel(socket)));
    socket.once('connect_error', (error) => {
      socket.close();
      reject(new SignalingError('unreachable', error.message));
    });
  });
}

class SocketChannel implements SignalingChannel {
  readonly #socket: Socket;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async request<N extends ClientEventName>(name: N, payload: ClientPayload<N>): Promise<ClientAnswers[N]> {
    if (!this.#socket.connected) throw new SignalingError('disconnected');
    let answer: unknown;
    try {
      answer = await this.#socket.timeout(signalling.answerTimeoutMs).emitWithAck(name, payload);
    } catch {
      throw new SignalingError(this.#socket.connected ? 'timeout' : 'disconnected', `no answer to ${name}`);
    }
    return unwrap(answer as Answer<ClientAnswers[N]>);
  }

  on<E extends keyof ServerToClientEvents>(event: E, handler: ServerToClientEvents[E]): void {
    this.#socket.on(event as string, (...args: unknown[]) => {
      if (!this.#closed) (handler as (...args: unknown[]) => void)(...args);
    });
  }

  onLost(handler: () => void): void {
    this.#socket.once('disconnect', () => {
      if (!this.#closed) handler();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

/** The value of an answer. @throws {SignalingError} the answer's own code, or `malformed` */
export function unwrap<T>(answer: Answer<T> | null | undefined): T {
  if (answer?.ok === true && answer.value !== undefined) return answer.value;
  if (answer?.ok === false && isErrorCode(answer.error?.code)) {
    throw new SignalingError(answer.error.code, String(answer.error.message));
  }
  throw new SignalingError('malformed');
}

function isErrorCode(code: unknown): code is (typeof errorCodes)[number] & SignalingErrorCode {
  return (errorCodes as readonly unknown[]).includes(code);
}
