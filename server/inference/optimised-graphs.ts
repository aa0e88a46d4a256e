import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The optimised graphs of a handful of packs; one of LivePortrait takes up to 0.5 GB. */
const MAX_BYTES = 8 * 2 ** 30;
const FILE_ENDING = '.onnx';
/** What a process that died left behind is swept after so long. */
const PART_MAX_AGE_MS = 3_600_000;

/** What an optimised graph is good for, besides the graph itself. */
export interface OptimisedFor {
  readonly executionProvider: string;
  readonly onnxruntimeVersion: string;
}

/**
 * A folder of graphs as onnxruntime has optimised them, so that a cold start does not do it again. A file's name is the
 * hash of all that it depends on: the graph's bytes, the provider, onnxruntime's version, and the processor, whose
 * vector width is built into the layout.
 */
export class OptimisedGraphs {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Where the optimised form of a graph belongs, whether it is there or not. Reads the whole file. */
  async pathOf(graphFile: string, { executionProvider, onnxruntimeVersion }: OptimisedFor): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(graphFile), hash, { end: false });
    hash.update([executionProvider, onnxruntimeVersion, process.platform, process.arch, cpus()[0]?.model].join('\n'));
    return join(this.#folder, `${hash.digest('hex')}${FILE_ENDING}`);
  }

  /** Whether it is there; if so it counts as used just now. */
  async has(path: string): Promise<boolean> {
    const now = new Date();
    return utimes(path, now, now).then(
      () => true,
      () => false,
    );
  }

  /**
   * Lets `write` write the file of `path` under another name, and puts it in its place when it is whole. Rejects as
   * `write` does; a file that cannot be put in its place costs the next start its speed and nothing more.
   */
  async put<T>(path: string, write: (partPath: string) => Promise<T>): Promise<T> {
    const part = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(this.#folder, { recursive: true });
      const result = await write(part);
      await rename(part, path).catch(() => {});
      await this.#prune(path).catch(() => {});
      return result;
    } finally {
      await rm(part, { force: true }).catch(() => {});
    }
  }

  /** One that cannot be read is of no use. */
  async discard(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  /** The longest unused go, until all others fit. */
  async #prune(keep: string): Promise<void> {
    const files: { path: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const stats = await stat(path).catch(() => null);
      if (!stats) continue;
      if (name.endsWith('.part') && Date.now() - stats.mtimeMs > PART_MAX_AGE_MS) await rm(path, { force: true });
      else if (name.endsWith(FILE_ENDING)) files.push({ path, bytes: stats.size, usedMs: stats.mtimeMs });
    }
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
      if (bytes <= this.#maxBytes) return;
      if (file.path === keep) continue;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
  }
}
