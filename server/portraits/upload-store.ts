import { randomBytes } from 'node:crypto';
import type { UploadAnswer } from '../../shared/portraits.ts';
import type { DevelopedPicture } from './develop-portrait.ts';
import { stillUrlOf } from './gallery.ts';
import type { ReadyPortrait } from './portrait-library.ts';

export interface UploadStoreOptions {
  /** Kept so long after the last use. */
  readonly ttlMs: number;
  readonly maxBytes: number;
}

interface Upload {
  readonly id: string;
  readonly preview: Uint8Array;
  readonly portraits: readonly ReadyPortrait[];
  readonly boxes: UploadAnswer['faces'];
  readonly sizeBytes: number;
  usedAtMs: number;
}

/** Hexadecimal digits of 128 bits. */
const UPLOAD_ID_LENGTH = 32;

/**
 * Pictures of visitors, in memory only, for a while. Whoever knows an upload's id (128 random bits) may see it;
 * nothing lists them.
 */
export class UploadStore {
  readonly #options: UploadStoreOptions;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #uploads = new Map<string, Upload>();
  #sizeBytes = 0;

  /** @param now a steady clock, ms */
  constructor(options: UploadStoreOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get count(): number {
    return this.#uploads.size;
  }

  /** Keeps a picture; older ones make room for it. */
  add(picture: DevelopedPicture): UploadAnswer {
    const id = randomBytes(16).toString('hex');
    const portraits = picture.faces.map((face, index) => {
      const portraitId = `${id}-${index}`;
      return {
        info: {
          id: portraitId,
          title: 'Your picture',
          alt: 'The picture that you uploaded',
          source: 'upload' as const,
          imageUrl: stillUrlOf(portraitId),
          contours: face.contours,
        },
        prepared: { id: portraitId, still: face.still, landmarks: face.landmarks },
        others: face.others,
        jpeg: face.jpeg,
      };
    });
    const boxes = picture.faces.map(({ box }, index) => ({ index, box }));
    const upload = {
      id,
      preview: picture.preview,
      portraits,
      boxes,
      sizeBytes: sizeOf(picture),
      usedAtMs: this.#now(),
    };
    this.#uploads.set(id, upload);
    this.#sizeBytes += upload.sizeBytes;
    this.#makeRoom(upload);
    return {
      uploadId: id,
      previewUrl: `/api/portraits/${id}/preview.jpg`,
      faces: boxes,
      portrait: portraits.length === 1 ? portraits[0].info : undefined,
    };
  }

  /** The upright picture as a JPEG; null when it is not there (any more). */
  preview(uploadId: string): Uint8Array | null {
    return this.#use(uploadId)?.preview ?? null;
  }

  /** A face of an uploaded picture by the portrait's id; null when it is not there (any more). */
  portrait(portraitId: string): ReadyPortrait | null {
    const [, uploadId, index] = /^([0-9a-f]{32})-(\d{1,2})$/.exec(portraitId) ?? [];
    return uploadId === undefined ? null : (this.#use(uploadId)?.portraits[Number(index)] ?? null);
  }

  /** Forgets the picture that a portrait was made of; who performs with it goes on. */
  forget(portraitId: string): void {
    const upload = this.#uploads.get(portraitId.slice(0, UPLOAD_ID_LENGTH));
    if (upload !== undefined) this.#remove(upload);
  }

  /** Drops what was not used for too long. */
  sweep(): void {
    const oldest = this.#now() - this.#options.ttlMs;
    for (const upload of this.#uploads.values()) {
      if (upload.usedAtMs > oldest) return;
      this.#remove(upload);
    }
  }

  #use(uploadId: string): Upload | null {
    this.sweep();
    const upload = this.#uploads.get(uploadId);
    if (upload === undefined) return null;
    upload.usedAtMs = this.#now();
    this.#uploads.delete(uploadId); // to the end of the order
    this.#uploads.set(uploadId, upload);
    return upload;
  }

  #makeRoom(newest: Upload): void {
    this.sweep();
    for (const upload of this.#uploads.values()) {
      if (this.#sizeBytes <= this.#options.maxBytes || upload === newest) return;
      this.#remove(upload);
    }
  }

  #remove(upload: Upload): void {
    this.#uploads.delete(upload.id);
    this.#sizeBytes -= upload.sizeBytes;
  }
}

/** The two layers that a still is cut into later are counted from the start. */
function sizeOf({ preview, faces }: DevelopedPicture): number {
  return faces.reduce((sum, face) => sum + 3 * face.still.data.length + face.jpeg.length, preview.length);
}
