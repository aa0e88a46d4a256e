import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes, writeFault, writing } from './disk.ts';
import { DownloadFault, networkFault, statusFault } from './download-fault.ts';
import { PackError } from './pack-error.ts';
import { MAX_FILE_BYTES } from './pack-manifest.ts';
import { type FileDigest, openPlainFile } from './plain-file.ts';

/** Where a download may be slow, and for how long. */
export interface DownloadTimes {
  /** Until the server's first byte of an answer. */
  readonly answerTimeoutMs: number;
  /** Without a single byte, after which the connection counts as dead. */
  readonly stallTimeoutMs: number;
  /** Tries in a row that bring nothing; one that brings bytes begins a new row. */
  readonly maxTries: number;
  /** Before the second try; doubled each time. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** Slow lines and busy mirrors are waited for; a server that is gone is told within two minutes. */
export const DEFAULT_TIMES: DownloadTimes = {
  answerTimeoutMs: 30_000,
  stallTimeoutMs: 30_000,
  maxTries: 6,
  firstPauseMs: 1_000,
  longestPauseMs: 30_000,
};

/** A file to fetch. */
export interface DownloadRequest {
  readonly url: string;
  /** Where it goes; beside it lies `<path>.json` with what is known of it. Kept when the download breaks off. */
  readonly path: string;
  /** null where not known. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly times?: DownloadTimes;
  readonly signal?: AbortSignal;
  /** `totalBytes` is null until the server tells it. */
  readonly onProgress?: (doneBytes: number, totalBytes: number | null) => void;
  /** A try broke off and another will be made. */
  readonly onRetry?: (reason: string, pauseMs: number) => void;
}

/** What is kept beside a part, so that a later run can go on with it. */
interface PartNotes {
  readonly url: string;
  /** Names the version of the file (RFC 9110, section 8.8): an ETag that is not weak, else the date. */
  readonly validator: string | null;
  readonly totalBytes: number | null;
}

/**
 * Fetches a file over HTTP(S), going on with what an earlier run brought. The hash is made while the bytes come.
 * @throws PackError `network`, `wrong-size`, `wrong-hash`, `too-large`, `disk-full`, `no-permission`. A file that is
 *   wrong is deleted, a part that may still become right is kept.
 */
export async function download(request: DownloadRequest): Promise<FileDigest> {
  const times = request.times ?? DEFAULT_TIMES;
  const transfer = await Transfer.open(request, times);
  try {
    let pauseMs = times.firstPauseMs;
    for (let tries = 1; ; tries++) {
      const before = transfer.doneBytes;
      try {
        if (await transfer.run()) break;
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!(error instanceof DownloadFault)) throw error;
        if (transfer.doneBytes > before) [tries, pauseMs] = [0, times.firstPauseMs];
        if (!error.mayPass || tries >= times.maxTries) throw givenUp(error, request.url, tries);
        const waitMs = Math.min(Math.max(pauseMs, error.retryAfterMs), times.longestPauseMs);
        request.onRetry?.(error.message, waitMs);
        await sleep(waitMs, undefined, { signal: request.signal });
        pauseMs *= 2;
      }
    }
    return await transfer.finish();
  } finally {
    await transfer.close();
  }
}

/** Deletes a part and its notes. */
export async function discardPart(path: string): Promise<void> {
  await Promise.all([rm(path, { force: true }), rm(notesPath(path), { force: true })]);
}

/** The notes beside a part. */
export function notesPath(path: string): string {
  return `${path}.json`;
}

function givenUp(fault: DownloadFault, url: string, tries: number): PackError {
  const often = tries > 1 ? ` (${tries} tries)` : '';
  const later = fault.mayPass ? '; run the same command again later: what has come is kept' : '';
  return new PackError('network', `${url} could not be downloaded${often}: ${fault.message}${later}`, fault);
}

/** One file on its way: the part on disk, its hash so far, and the requests that add to it. */
class Transfer {
  readonly #request: DownloadRequest;
  readonly #times: DownloadTimes;
  readonly #file: FileHandle;
  #hash: Hash = createHash('sha256');
  #notes: PartNotes;
  /** How often what had come was of no use. */
  #restarts = 0;
  doneBytes = 0;

  private constructor(request: DownloadRequest, times: DownloadTimes, file: FileHandle, notes: PartNotes) {
    this.#request = request;
    this.#times = times;
    this.#file = file;
    this.#notes = notes;
  }

  static async open(request: DownloadRequest, times: DownloadTimes): Promise<Transfer> {
    const { path, url } = request;
    const notes = await readNotes(path, url);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await writing(path, () => open(path, flags, 0o644));
    const transfer = new Transfer(request, times, file, notes ?? { url, validator: null, totalBytes: null });
    await transfer.#resume(notes !== null);
    return transfer;
  }

  /** Takes over what an earlier run left, where it is sure to be of the same file. */
  async #resume(hasNotes: boolean): Promise<void> {
    const { size } = await this.#file.stat();
    const isSafe = hasNotes && (this.#notes.validator !== null || this.#request.sha256 !== null);
    if (size === 0 || !isSafe || size > this.#maxBytes()) return this.#restart();
    const reader = await openPlainFile(this.#request.path);
    try {
      for await (const chunk of reader.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
        this.#hash.update(chunk);
        this.doneBytes += chunk.length;
      }
    } finally {
      await reader.close();
    }
    this.#tellProgress();
  }

  async #restart(): Promise<void> {
    this.#hash = createHash('sha256');
    this.doneBytes = 0;
    this.#notes = { url: this.#request.url, validator: null, totalBytes: null };
    await writing(this.#request.path, () => this.#file.truncate(0));
  }

  /** One request. @returns whether the file is whole @throws DownloadFault where another may help */
  async run(): Promise<boolean> {
    if (this.#isWhole()) return true;
    const abort = new AbortController();
    const { signal } = this.#request;
    const given = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
    // Nothing else tells a server that is silent from one that thinks.
    const watch = new Watch(() => abort.abort(new DownloadFault('the server fell silent', true)));
    try {
      watch.reset(this.#times.answerTimeoutMs);
      const response = await fetch(this.#request.url, { headers: this.#headers(), signal: given }).catch(networkFault);
      try {
        await this.#accept(response);
        await this.#receive(response, watch);
      } finally {
        await response.body?.cancel().catch(() => {});
      }
    } finally {
      watch.stop();
    }
    return this.#isWhole();
  }

  #isWhole(): boolean {
    const total = this.#notes.totalBytes;
    return total !== null && this.doneBytes === total;
  }

  #headers(): Record<string, string> {
    // Compressed on the way, neither length nor range would be those of the file.
    const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'effigy-packs' };
    if (this.doneBytes === 0) return headers;
    headers.range = `bytes=${this.doneBytes}-`;
    if (this.#notes.validator !== null) headers['if-range'] = this.#notes.validator;
    return headers;
  }

  /** What came cannot be gone on with; a server that makes that so again and again is given up. */
  async #beginAgain(reason: string): Promise<void> {
    await this.#restart();
    this.#restarts++;
    if (this.#restarts >= this.#times.maxTries) throw new DownloadFault(`${reason}, again and again`, false);
  }

  /** Reads an answer's head: from which byte on it tells which file. */
  async #accept(response: Response): Promise<void> {
    const { status, headers } = response;
    if (this.#request.url.startsWith('https:') && !response.url.startsWith('https:')) {
      throw new DownloadFault(`the server sends us on to ${response.url}, where anybody could change the file`, false);
    }
    if (status === 206) {
      const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
      if (Number(start) !== this.doneBytes || !this.#isSameVersion(headers)) {
        const reason = 'the file changed on the server while it was downloaded';
        await this.#beginAgain(reason);
        throw new DownloadFault(reason, true);
      }
      await this.#note(headers, Number.isNaN(Number(total)) ? null : Number(total));
    } else if (status === 200) {
      // The server ignores ranges, or the file is another one since: from the beginning.
      if (this.doneBytes > 0) await this.#beginAgain('the server sends the file from its beginning only');
      const length = headers.has('content-encoding') ? null : headers.get('content-length');
      await this.#note(headers, length === null ? null : Number(length));
    } else if (status === 416) {
      const reason = 'the server has less of the file than was downloaded';
      await this.#beginAgain(reason);
      throw new DownloadFault(reason, true);
    } else {
      throw statusFault(response);
    }
  }

  #isSameVersion(headers: Headers): boolean {
    const now = validatorOf(headers);
    return now === null || this.#notes.validator === null || now === this.#notes.validator;
  }

  async #note(headers: Headers, totalBytes: number | null): Promise<void> {
    const { url, bytes, path } = this.#request;
    const total = totalBytes ?? bytes;
    if (bytes !== null && total !== bytes) {
      throw new PackError(
        'wrong-size',
        `${url} has ${total} bytes instead of ${bytes}: it is not the file that this pack is made of`,
      );
    }
    if (total !== null && total > this.#maxBytes()) throw this.#tooLarge(total);
    this.#notes = { url, validator: validatorOf(headers), totalBytes: total };
    await writing(path, () => writeFile(notesPath(path), JSON.stringify(this.#notes)));
  }

  async #receive(response: Response, watch: Watch): Promise<void> {
    if (!response.body) throw new DownloadFault('the answer is empty', true);
    const reader = response.body.getReader();
    for (;;) {
      watch.reset(this.#times.stallTimeoutMs);
      const { done, value } = await reader.read().catch(networkFault);
      if (done) break;
      if (this.doneBytes + value.length > (this.#notes.totalBytes ?? this.#maxBytes())) throw this.#tooLarge(null);
      watch.stop();
      await this.#append(value);
      this.#tellProgress();
    }
    // A body without a length ends where the connection does: only the hash can tell whether that was its end.
    if (this.#notes.totalBytes === null) this.#notes = { ...this.#notes, totalBytes: this.doneBytes };
    if (!this.#isWhole()) {
      throw new DownloadFault(
        `the connection ended at ${formatBytes(this.doneBytes)} of ${formatBytes(this.#notes.totalBytes ?? 0)}`,
        true,
      );
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await writeFully(this.#file, bytes, this.doneBytes, this.#request.path);
    this.#hash.update(bytes);
    this.doneBytes += bytes.length;
  }

  /** Compares what came with what was expected. */
  async finish(): Promise<FileDigest> {
    const { url, path, sha256: expected } = this.#request;
    const sha256 = this.#hash.digest('hex');
    if (expected !== null && sha256 !== expected) {
      await discardPart(path);
      throw new PackError(
        'wrong-hash',
        `${url} has SHA-256 ${sha256}, expected ${expected}: it is not the file that this pack is made of, or was ` +
          'damaged on the way. It was deleted; nothing was installed',
      );
    }
    await writing(path, () => this.#file.sync());
    // What other programs wrote into the part meanwhile is not in the hash.
    if ((await this.#file.stat()).size !== this.doneBytes) {
      await discardPart(path);
      throw new PackError('wrong-size', `${path} was changed by another program while it was downloaded`);
    }
    return { bytes: this.doneBytes, sha256 };
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #maxBytes(): number {
    return this.#request.bytes ?? MAX_FILE_BYTES;
  }

  #tooLarge(bytes: number | null): PackError {
    const size = bytes === null ? 'more' : formatBytes(bytes);
    const most = formatBytes(this.#notes.totalBytes ?? this.#maxBytes());
    return new PackError('too-large', `${this.#request.url} sends ${size} where at most ${most} are expected`);
  }

  #tellProgress(): void {
    this.#request.onProgress?.(this.doneBytes, this.#notes.totalBytes ?? this.#request.bytes);
  }
}

/** Writes all bytes at a position. @throws PackError `disk-full` or `no-permission` */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  } catch (error) {
    throw writeFault(error, path);
  }
}

async function readNotes(path: string, url: string): Promise<PartNotes | null> {
  try {
    const { url: from, validator, totalBytes } = JSON.parse(await readFile(notesPath(path), 'utf8'));
    const isWhole = from === url && (validator === null || typeof validator === 'string');
    return isWhole ? { url, validator, totalBytes: Number.isSafeInteger(totalBytes) ? totalBytes : null } : null;
  } catch {
    return null;
  }
}

function validatorOf(headers: Headers): string | null {
  const etag = headers.get('etag');
  if (etag !== null) return etag.startsWith('W/') ? null : etag;
  return headers.get('last-modified');
}

/** A clock that strikes unless it is set back. */
class Watch {
  readonly #strike: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(strike: () => void) {
    this.#strike = strike;
  }

  reset(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#strike, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
