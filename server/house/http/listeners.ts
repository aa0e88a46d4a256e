import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';

/** A port or address that cannot be listened on, in a sentence for people. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Key and certificate chain, PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** `localhost` is two addresses; the second may not exist on a machine without IPv6. */
function addressesOf(host: string): { address: string; optional: boolean }[] {
  if (host !== 'localhost') return [{ address: host, optional: false }];
  return [
    { address: '127.0.0.1', optional: false },
    { address: '::1', optional: true },
  ];
}

/** A picture on a slow line takes a while; longer than this and the line is not usable. */
const REQUEST_TIMEOUT_MS = 120_000;

/**
 * Listens on every address that `host` stands for.
 * @returns the servers, listening
 * @throws ListenError
 */
export async function listen(
  host: string,
  port: number,
  tls: TlsIdentity | null,
  handler: RequestListener,
): Promise<Server[]> {
  const servers: Server[] = [];
  try {
    for (const { address, optional } of addressesOf(host)) {
      const server = tls ? createHttps(tls, handler) : createHttp(handler);
      server.requestTimeout = REQUEST_TIMEOUT_MS;
      if (await listenOn(server, address, port, optional)) servers.push(server);
    }
    return servers;
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
}

function listenOn(server: Server, address: string, port: number, optional: boolean): Promise<boolean> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT';
      if (optional && absent) done(false);
      else failed(new ListenError(listenProblem(error, address, port), { cause: error }));
    });
    server.listen(port, address, () => done(true));
  });
}

function listenProblem(error: NodeJS.ErrnoException, address: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program (or another Effigy). Stop it, or choose another: npm start -- --port ${port + 1}`;
    case 'EACCES':
      return `Port ${port} may not be used without root. Choose one from 1024 on: npm start -- --port 8080`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${address} (--host).`;
    default:
      return `Cannot listen on ${address}, port ${port}: ${error.message}`;
  }
}
