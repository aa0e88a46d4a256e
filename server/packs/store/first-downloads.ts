import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { writing } from './disk.ts';
import { PackError } from './pack-error.ts';
import { type FileDigest, readSmallFile } from './plain-file.ts';

const MAX_BYTES = 1 << 20;

const schema = z.record(
  z.string(),
  z.object({ bytes: z.int(), sha256: z.string().regex(/^[0-9a-f]{64}$/), at: z.string() }),
);
type Records = z.infer<typeof schema>;

/**
 * What every address gave when a file was first downloaded from it. Who publishes no hashes can so at least not
 * change a file unnoticed. Kept when packs are removed.
 */
export class FirstDownloads {
  readonly #path: string;
  readonly #records: Records;

  private constructor(path: string, records: Records) {
    this.#path = path;
    this.#records = records;
  }

  /** @throws PackError `bad-manifest` where the file is there and cannot be read */
  static async open(path: string): Promise<FirstDownloads> {
    let text: string;
    try {
      text = await readSmallFile(path, MAX_BYTES);
    } catch (error) {
      if (error instanceof PackError && error.fault === 'missing-file') return new FirstDownloads(path, {});
      throw error;
    }
    try {
      return new FirstDownloads(path, schema.parse(JSON.parse(text)));
    } catch (error) {
      throw new PackError('bad-manifest', `${path} is damaged; delete it to record the hashes anew`, error);
    }
  }

  /** The digest of the first download; undefined where there was none. */
  get(url: string): (FileDigest & { readonly at: string }) | undefined {
    return Object.hasOwn(this.#records, url) ? this.#records[url] : undefined;
  }

  /** Adds digests and writes the file; what was already there stays, unless it is `replaced`. */
  async record(digests: ReadonlyMap<string, FileDigest>, replaced: boolean): Promise<void> {
    const at = new Date().toISOString();
    for (const [url, { bytes, sha256 }] of digests) {
      if (replaced || !Object.hasOwn(this.#records, url)) this.#records[url] = { bytes, sha256, at };
    }
    const next = `${this.#path}.${randomUUID()}`;
    try {
      await writing(next, async () => {
        await writeFile(next, `${JSON.stringify(this.#records, null, 2)}\n`, { flag: 'wx' });
        await rename(next, this.#path);
      });
    } finally {
      await rm(next, { force: true });
    }
  }
}
