import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type PortraitInfo, portraitInfoSchema } from '../../shared/portraits.ts';
import type { Darkroom } from './darkroom.ts';
import type { DevelopOptions } from './develop-portrait.ts';
import type { ReadyPortrait } from './portrait-library.ts';

/** `gallery.json`: the portraits that are shipped, in the order of the page. */
const gallerySchema = z.array(
  z.object({
    id: portraitInfoSchema.shape.id,
    title: z.string(),
    alt: z.string(),
    /** A picture beside `gallery.json`, square. */
    file: z.string().regex(/^[\w.-]+$/),
  }),
);

export type GalleryState = 'preparing' | 'ready' | 'empty';

export interface GalleryLog {
  warn(message: string): void;
}

/** Where the page finds the still of a portrait. */
export function stillUrlOf(portraitId: string): string {
  return `/api/portraits/${portraitId}/still.jpg`;
}

/** The portraits that come with Effigy, prepared in the background when the server starts. */
export class Gallery {
  readonly #portraits = new Map<string, Promise<ReadyPortrait | null>>();
  #state: GalleryState = 'preparing';

  private constructor() {}

  /** Reads the list and begins to prepare its pictures; a missing or wrong list is an empty gallery, and said so. */
  static async open(folder: string, darkroom: Darkroom, options: DevelopOptions, log: GalleryLog): Promise<Gallery> {
    const gallery = new Gallery();
    const entries = await readList(folder, log);
    let earlier: Promise<unknown> = Promise.resolve(); // one at a time: visitors' pictures go in between
    for (const entry of entries) {
      const prepared = earlier
        .then(() => prepare(entry, folder, darkroom, options))
        .catch((error) => {
          log.warn(`The gallery's ${entry.file} is left out: ${error instanceof Error ? error.message : error}`);
          return null;
        });
      gallery.#portraits.set(entry.id, prepared);
      earlier = prepared;
    }
    void gallery.#settle();
    return gallery;
  }

  get state(): GalleryState {
    return this.#state;
  }

  /** All portraits, once they are prepared. */
  async list(): Promise<PortraitInfo[]> {
    const portraits = await Promise.all(this.#portraits.values());
    return portraits.flatMap((portrait) => (portrait ? [portrait.info] : []));
  }

  /** The portrait of that id, once it is prepared; null if there is none. */
  async find(id: string): Promise<ReadyPortrait | null> {
    return (await this.#portraits.get(id)) ?? null;
  }

  /** All portraits one after the other, as they become prepared. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadyPortrait, void, undefined> {
    for (const prepared of this.#portraits.values()) {
      const portrait = await prepared;
      if (portrait !== null) yield portrait;
    }
  }

  async #settle(): Promise<void> {
    this.#state = (await this.list()).length > 0 ? 'ready' : 'empty';
  }
}

async function readList(folder: string, log: GalleryLog): Promise<z.infer<typeof gallerySchema>> {
  const file = join(folder, 'gallery.json');
  try {
    return gallerySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    log.warn(
      `The gallery is empty: ${file} cannot be used (${error instanceof Error ? error.message.split('\n')[0] : error}).`,
    );
    return [];
  }
}

async function prepare(
  { id, title, alt, file }: z.infer<typeof gallerySchema>[number],
  folder: string,
  darkroom: Darkroom,
  options: DevelopOptions,
): Promise<ReadyPortrait> {
  const bytes = await readFile(join(folder, basename(file)));
  const { faces } = await darkroom.develop(bytes, { ...options, crop: 'none' });
  const [{ still, landmarks, others, contours, jpeg }] = faces;
  return {
    info: { id, title, alt, source: 'gallery', imageUrl: stillUrlOf(id), contours },
    prepared: { id, still, landmarks },
    others,
    jpeg,
  };
}
