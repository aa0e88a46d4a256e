/** A try to download failed. */
export class DownloadFault extends Error {
  /** Whether the same request may succeed later. */
  readonly mayPass: boolean;
  /** How long the server asks to be left alone; 0 where it says nothing. */
  readonly retryAfterMs: number;

  constructor(message: string, mayPass: boolean, retryAfterMs = 0) {
    super(message);
    this.name = 'DownloadFault';
    this.mayPass = mayPass;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What to do about answers that no second try will change. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'the server wants an account; download the file with a browser and use `packs -- import`',
  403: 'the server refuses; download the file with a browser and use `packs -- import`',
  404: 'there is no such file any more; download the file from its new place and use `packs -- import`',
  410: 'the file was taken away; if you have it already, use `packs -- import`',
  451: 'the file is withheld for legal reasons',
};

/** The fault that an answer other than 200 and 206 stands for. */
export function statusFault({ status, statusText, headers }: Response): DownloadFault {
  const advice = ADVICE[status] ? `: ${ADVICE[status]}` : '';
  const mayPass = status === 408 || status === 425 || status === 429 || status >= 500;
  return new DownloadFault(
    `the server answered ${status} ${statusText}`.trim() + advice,
    mayPass,
    retryAfterMs(headers),
  );
}

function retryAfterMs(headers: Headers): number {
  const text = headers.get('retry-after');
  if (text === null) return 0;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0;
}

/** Errors of the network that will come again however often one tries. */
const LASTING: Readonly<Record<string, string>> = {
  ERR_INVALID_URL: 'the address cannot be read',
  CERT_HAS_EXPIRED: 'the server’s certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the server’s certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'the server’s certificate is not trusted (a proxy in between? see NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server’s certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the server’s certificate is for another name',
};

const PASSING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the server’s name cannot be found; is there a network?',
  EAI_AGAIN: 'the server’s name cannot be looked up; is there a network?',
  ECONNREFUSED: 'the server refuses connections',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the server does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  ENETUNREACH: 'there is no way to the server; is there a network?',
  EHOSTUNREACH: 'there is no way to the server; is there a network?',
};

/** Turns what `fetch` rejects with into a fault. @throws DownloadFault always */
export function networkFault(error: unknown): never {
  if (error instanceof DownloadFault) throw error;
  const cause = (error as { cause?: unknown })?.cause ?? error;
  const code = String((cause as { code?: unknown })?.code ?? '');
  const reason = LASTING[code] ?? PASSING[code] ?? messageOf(cause);
  throw new DownloadFault(reason, LASTING[code] === undefined && !/redirect count|unknown scheme/.test(reason));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
