import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server } from 'socket.io';
import type { ServerToClientEvents } from '../../../shared/protocol.ts';
import { isAllowedOrigin } from '../same-origin.ts';
import { type ClientToServerEvents, Connection, type ConnectionParts } from './connection.ts';

export interface SignallingOptions {
  readonly maxMessageBytes: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly connectionsPerAddress: number;
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: boolean;
}

/** The door of Socket.IO: who may connect, how much at a time, and how often. */
export class Signalling {
  readonly #options: SignallingOptions;
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>;
  readonly #connectionCounts = new Map<string, number>();

  constructor(servers: readonly HttpServer[], parts: ConnectionParts, options: SignallingOptions) {
    this.#options = options;
    const settings = {
      serveClient: false,
      maxHttpBufferSize: options.maxMessageBytes,
      pingInterval: options.pingIntervalMs,
      pingTimeout: options.pingTimeoutMs,
      allowRequest: (request: IncomingMessage, decide: (error: string | null, allowed: boolean) => void) =>
        decide(null, this.#mayConnect(request)),
    };
    this.#io = new Server(settings);
    const [first, ...others] = servers;
    this.#io.attach(first);
    // The addresses of localhost share one engine.
    for (const server of others) this.#io.engine.attach(server, { ...settings, path: '/socket.io' });
    this.#io.on('connection', (socket) => {
      const address = this.#addressOf(socket.request);
      this.#connectionCounts.set(address, (this.#connectionCounts.get(address) ?? 0) + 1);
      socket.once('disconnect', () => this.#leave(address));
      new Connection(socket, parts);
    });
  }

  /** Drops all connections, so that pages come back when there is a server again. */
  close(): void {
    for (const socket of this.#io.sockets.sockets.values()) socket.conn.close();
    this.#io.engine.close();
  }

  #mayConnect(request: IncomingMessage): boolean {
    if (!isAllowedOrigin(request.headers, this.#options.allowedOrigins)) return false;
    return (this.#connectionCounts.get(this.#addressOf(request)) ?? 0) < this.#options.connectionsPerAddress;
  }

  #leave(address: string): void {
    const left = (this.#connectionCounts.get(address) ?? 1) - 1;
    if (left > 0) this.#connectionCounts.set(address, left);
    else this.#connectionCounts.delete(address);
  }

  #addressOf(request: IncomingMessage): string {
    const forwarded = this.#options.trustProxy ? request.headers['x-forwarded-for'] : undefined;
    const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',')[0].trim();
    return first || request.socket.remoteAddress || 'unknown';
  }
}
