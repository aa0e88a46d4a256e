import { z } from 'zod';
import { type PortraitInfo, portraitInfoSchema } from '../../shared/portraits.ts';

const KEY = 'effigy.uploads';

/** The portraits on show: this visit's own first, then the gallery's. */
export class PortraitShelf {
  readonly #storage: Storage | null;
  #gallery: PortraitInfo[] = [];
  #uploads: PortraitInfo[];

  /** @param storage of this tab: uploads outlive a reload, not the visit */
  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#uploads = readUploads(storage);
  }

  get all(): PortraitInfo[] {
    const own = new Set(this.#uploads.map((portrait) => portrait.id));
    return [...this.#uploads, ...this.#gallery.filter((portrait) => !own.has(portrait.id))];
  }

  find(id: string): PortraitInfo | undefined {
    return this.all.find((portrait) => portrait.id === id);
  }

  setGallery(portraits: PortraitInfo[]): void {
    this.#gallery = portraits;
  }

  /** The newest upload hangs first. */
  add(portrait: PortraitInfo): void {
    this.#uploads = [portrait, ...this.#uploads.filter((other) => other.id !== portrait.id)];
    this.#save();
  }

  remove(id: string): void {
    this.#uploads = this.#uploads.filter((portrait) => portrait.id !== id);
    this.#save();
  }

  #save(): void {
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#uploads));
    } catch {
      // Without storage they last as long as the page.
    }
  }
}

function readUploads(storage: Storage | null): PortraitInfo[] {
  try {
    return z.array(portraitInfoSchema).parse(JSON.parse(storage?.getItem(KEY) ?? '[]'));
  } catch {
    return [];
  }
}
