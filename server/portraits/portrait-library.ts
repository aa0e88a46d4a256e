import type { PortraitInfo } from '../../shared/portraits.ts';
import type { PreparedPortrait } from '../studio/studio-protocol.ts';
import type { Gallery } from './gallery.ts';
import type { UploadStore } from './upload-store.ts';

/** A portrait that can be shown and animated now. */
export interface ReadyPortrait {
  readonly info: PortraitInfo;
  readonly prepared: PreparedPortrait;
  /** The still as a JPEG. */
  readonly jpeg: Uint8Array;
}

/** All portraits there are: the gallery's, and those that visitors uploaded. */
export class PortraitLibrary {
  readonly #gallery: Gallery;
  readonly #uploads: UploadStore;

  constructor(gallery: Gallery, uploads: UploadStore) {
    this.#gallery = gallery;
    this.#uploads = uploads;
  }

  /** The portrait of that id, waiting for one of the gallery to be prepared; null if there is none (any more). */
  async find(id: string): Promise<ReadyPortrait | null> {
    return (await this.#gallery.find(id)) ?? this.#uploads.portrait(id);
  }
}
