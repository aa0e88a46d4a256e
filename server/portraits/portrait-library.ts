import type { PortraitInfo } from '../../shared/portraits.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { PreparedPortrait } from '../studio/studio-protocol.ts';
import type { Gallery } from './gallery.ts';
import type { LayerCutter } from './layer-cutter.ts';
import type { UploadStore } from './upload-store.ts';

/** A portrait that can be shown and animated now. */
export interface ReadyPortrait {
  readonly info: PortraitInfo;
  readonly prepared: PreparedPortrait;
  /** Further faces that the still shows, in its pixels. */
  readonly others: readonly FaceLandmarks[];
  /** The still as a JPEG. */
  readonly jpeg: Uint8Array;
}

/** Cutting takes a second or so; behind a queue of others' pictures a performance rather begins on one layer. */
const LAYERS_TIMEOUT_MS = 5000;

/** All portraits there are: the gallery's, and those that visitors uploaded. */
export class PortraitLibrary {
  readonly #gallery: Gallery;
  readonly #uploads: UploadStore;

  readonly #cutter: LayerCutter;

  constructor(gallery: Gallery, uploads: UploadStore, cutter: LayerCutter) {
    this.#gallery = gallery;
    this.#uploads = uploads;
    this.#cutter = cutter;
  }

  /** Cuts the gallery's portraits ahead of their being chosen. Never rejects. */
  async cutGallery(): Promise<void> {
    await this.#gallery.list(); // to be shown comes first
    for await (const portrait of this.#gallery) await this.#cutter.layersOf(portrait);
  }

  /** The portrait of that id, waiting for one of the gallery to be prepared; null if there is none (any more). */
  async find(id: string): Promise<ReadyPortrait | null> {
    return (await this.#gallery.find(id)) ?? this.#uploads.portrait(id);
  }

  /** Likewise, to be performed with: with its layers, unless it has none or they take too long. */
  async findForStage(id: string): Promise<ReadyPortrait | null> {
    const portrait = await this.find(id);
    if (portrait === null) return null;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, LAYERS_TIMEOUT_MS, null);
    });
    const layers = await Promise.race([this.#cutter.layersOf(portrait), timeout]);
    clearTimeout(timer);
    return { ...portrait, prepared: { ...portrait.prepared, layers } };
  }
}
