import { uploads } from '../config.ts';
import { UploadRefusal } from './upload-words.ts';

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

/** For the file picker. */
export const ACCEPTED_TYPES: readonly PictureType[] = ['image/jpeg', 'image/png', 'image/webp'];

/** Bytes that are looked at. */
const HEAD_BYTES = 32;

/**
 * What kind of picture begins with these bytes, by its signature: names and types of files are often wrong.
 * `heic` is told apart because phones make it and people wonder; null is anything else.
 */
export function sniffPicture(head: Uint8Array): PictureType | 'heic' | null {
  const text = String.fromCharCode(...head.subarray(0, 16));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  if (text.slice(4, 8) === 'ftyp' && /^(heic|heix|hevc|mif1|msf1|avif)/.test(text.slice(8, 12))) return 'heic';
  return null;
}

/**
 * Looks at a file before it travels.
 *
 * @returns its type
 * @throws {UploadRefusal} `empty`, `too-large`, `heic`, `unsupported-type`
 */
export async function checkPicture(file: Blob): Promise<PictureType> {
  if (file.size === 0) throw new UploadRefusal('empty');
  if (file.size > uploads.maxBytes) throw new UploadRefusal('too-large');
  const type = sniffPicture(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  if (type === 'heic') throw new UploadRefusal('heic');
  if (type === null) throw new UploadRefusal('unsupported-type');
  return type;
}
