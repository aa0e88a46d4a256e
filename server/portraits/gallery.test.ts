import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { portraitInfoSchema } from '../../shared/portraits.ts';
import { Darkroom } from './darkroom.ts';
import { DEFAULT_PICTURE_LIMITS } from './decode-picture.ts';
import { Gallery } from './gallery.ts';
import { facePicture, GALLERY_DIR } from './testing/gallery-pictures.ts';

const options = { ...DEFAULT_PICTURE_LIMITS, minFacePx: 60, crop: 'auto' as const };
const log = { warn: vi.fn(), error: vi.fn() };
let darkroom: Darkroom;

beforeAll(() => {
  darkroom = new Darkroom({ timeoutMs: 20_000, queueMax: 4, env: {} }, log);
});
afterAll(() => darkroom.close());

function folderWith(list: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'effigy-gallery-'));
  writeFileSync(join(folder, 'gallery.json'), list);
  writeFileSync(join(folder, 'face.jpg'), facePicture());
  writeFileSync(join(folder, 'text.jpg'), 'not a picture');
  return folder;
}

test('every picture that is shipped has a face that can be animated', async () => {
  const gallery = await Gallery.open(GALLERY_DIR, darkroom, options, log);
  expect(gallery.state).toBe('preparing');
  const portraits = await gallery.list();
  expect(portraits.length).toBeGreaterThan(0);
  expect(log.warn).not.toHaveBeenCalled();
  for (const portrait of portraits) {
    expect(portraitInfoSchema.parse(portrait)).toEqual(portrait);
    expect((await gallery.find(portrait.id))?.prepared.still.width).toBe(512);
  }
  await expect.poll(() => gallery.state).toBe('ready');
  expect(await gallery.find('nobody')).toBeNull();
}, 60_000);

test.each([
  ['absent', null],
  ['no JSON', '{'],
  ['no list', '{}'],
  ['a list of something else', '[{"id":"UPPER","title":"x","alt":"x","file":"face.jpg"}]'],
  ['a list that points elsewhere', '[{"id":"x","title":"x","alt":"x","file":"../../etc/passwd"}]'],
])('a gallery that is %s is empty, and says so', async (_, list) => {
  const folder = list === null ? '/nonexistent' : folderWith(list);
  log.warn.mockClear();
  const gallery = await Gallery.open(folder, darkroom, options, log);
  expect(await gallery.list()).toEqual([]);
  await expect.poll(() => gallery.state).toBe('empty');
  expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('gallery.json'));
});

test('a picture that cannot be used is left out, and the others stay', async () => {
  log.warn.mockClear();
  const entry = (id: string, file: string) => ({ id, title: id, alt: id, file, style: 'photo' });
  const gallery = await Gallery.open(
    folderWith(JSON.stringify([entry('bad', 'text.jpg'), entry('good', 'face.jpg'), entry('gone', 'gone.jpg')])),
    darkroom,
    options,
    log,
  );
  expect((await gallery.list()).map(({ id }) => id)).toEqual(['good']);
  expect(log.warn).toHaveBeenCalledTimes(2);
});
