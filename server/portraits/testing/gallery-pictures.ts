import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The gallery that tests take their faces from: rendered people, nobody's portrait. */
export const GALLERY_DIR =
  process.env.EFFIGY_GALLERY_DIR || resolve(import.meta.dirname, '../../../client/public/gallery');

/** The files of the gallery's portraits. */
export function galleryPictures(): { id: string; bytes: Buffer }[] {
  const list = JSON.parse(readFileSync(join(GALLERY_DIR, 'gallery.json'), 'utf8')) as { id: string; file: string }[];
  return list.map(({ id, file }) => ({ id, bytes: readFileSync(join(GALLERY_DIR, file)) }));
}

/** A portrait's bytes. */
export function facePicture(index = 0): Buffer {
  return galleryPictures()[index].bytes;
}
