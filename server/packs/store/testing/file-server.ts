import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a file is served; by default as a good server does. */
export interface ServedFile {
  bytes: Uint8Array;
  etag?: string | null;
  lastModified?: string;
  /** Cuts the connection after so many bytes of an answer, for the first answers. */
  cutAfter?: number[];
  /** Where the client writes: the connection is cut only when what was sent has arrived there. */
  part?: string;
  /** Stops sending after so many bytes and stays silent, for the first answers. */
  hangAfter?: number[];
  ignoresRanges?: boolean;
  /** Answers a range whatever version it was asked of. */
  ignoresIfRange?: boolean;
  /** Sends no length. */
  chunked?: boolean;
  /** Answers with these instead, for the first requests. */
  statuses?: number[];
  redirectTo?: string;
  /** Waits between pieces. */
  pieceBytes?: number;
  pauseMs?: number;
}

export interface SeenRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** A real HTTP server on loopback that serves files, and misbehaves where it is told to. */
export class FileServer {
  readonly files = new Map<string, ServedFile>();
  readonly requests: SeenRequest[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  serve(path: string, file: ServedFile): string {
    this.files.set(`/${path}`, file);
    return this.baseUrl + path;
  }

  /** What was asked of one path. */
  asked(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path === `/${path}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer({ url = '/', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push({ path: url, range: headers.range, ifRange: headers['if-range'] as string | undefined });
    const file = this.files.get(url);
    if (!file) return void response.writeHead(404).end('no such file');
    if (file.redirectTo) return void response.writeHead(302, { location: file.redirectTo }).end();
    const status = file.statuses?.shift();
    if (status) return void response.writeHead(status, { 'retry-after': '0' }).end();

    const etag = file.etag === undefined ? '"v1"' : file.etag;
    const { bytes } = file;
    const start = this.#startOf(file, etag, headers);
    const validators = {
      ...(etag === null ? {} : { etag }),
      ...(file.lastModified ? { 'last-modified': file.lastModified } : {}),
    };
    if (start >= bytes.length && bytes.length > 0 && start > 0) {
      return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    }
    const body = bytes.subarray(start);
    const length = file.chunked ? {} : { 'content-length': body.length };
    if (start > 0) {
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { ...validators, ...length, 'content-range': range });
    } else response.writeHead(200, { ...validators, ...length });
    await this.#send(file, start, response);
  }

  #startOf(file: ServedFile, etag: string | null, headers: IncomingMessage['headers']): number {
    const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    if (start === undefined || file.ignoresRanges) return 0;
    const ifRange = headers['if-range'];
    if (!file.ignoresIfRange && ifRange !== undefined && ifRange !== etag && ifRange !== file.lastModified) return 0;
    return Number(start);
  }

  async #send(file: ServedFile, start: number, response: ServerResponse): Promise<void> {
    const body = file.bytes.subarray(start);
    const cut = file.cutAfter?.shift();
    const hang = file.hangAfter?.shift();
    const end = Math.min(cut ?? body.length, hang ?? body.length, body.length);
    const piece = file.pieceBytes ?? (end || 1);
    for (let at = 0; at < end; at += piece) {
      if (response.destroyed) return;
      await new Promise((resolve) => response.write(body.subarray(at, Math.min(end, at + piece)), resolve));
      if (file.pauseMs) await new Promise((resolve) => setTimeout(resolve, file.pauseMs));
    }
    if (hang !== undefined) return;
    if (cut === undefined) return void response.end();
    const { part } = file;
    while (part !== undefined && !response.destroyed && sizeOf(part) < start + end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.destroy();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
