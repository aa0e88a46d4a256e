import { describe, expect, it } from 'vitest';
import { uploadErrorCodes } from '../../shared/portraits.ts';
import { uploads } from '../config.ts';
import { checkPicture, sniffPicture } from './picture-check.ts';
import { uploadRefusalWords } from './upload-words.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('kind of a picture', () => {
  it('is told by its first bytes', () => {
    expect(sniffPicture(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1))).toBe('image/jpeg');
    expect(sniffPicture(bytes('\x89PNG\r\n\x1a\n....'))).toBe('image/png');
    expect(sniffPicture(bytes('RIFF\0\0\0\0WEBPVP8 '))).toBe('image/webp');
    expect(sniffPicture(bytes('\0\0\0\x18ftypheic'))).toBe('heic');
  });

  it('is unknown for anything else', () => {
    for (const text of ['', 'GIF89a', '<svg>', 'RIFF\0\0\0\0WAVE', '%PDF-1.7'])
      expect(sniffPicture(bytes(text))).toBeNull();
  });
});

describe('look at a file before it travels', () => {
  it('passes a picture whatever its name or type says', async () => {
    expect(await checkPicture(new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], { type: 'text/plain' }))).toBe(
      'image/jpeg',
    );
  });

  it('refuses empty, foreign and oversized files', async () => {
    await expect(checkPicture(new Blob([]))).rejects.toMatchObject({ code: 'empty' });
    await expect(checkPicture(new Blob(['GIF89a']))).rejects.toMatchObject({ code: 'unsupported-type' });
    await expect(checkPicture(new Blob([bytes('\0\0\0\x18ftypheic')]))).rejects.toMatchObject({ code: 'heic' });
    const oversized = { size: uploads.maxBytes + 1 } as Blob;
    await expect(checkPicture(oversized)).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('words for a refused picture', () => {
  it('exist for every reason the server has, each its own', () => {
    const all = uploadErrorCodes.map(uploadRefusalWords);
    expect(new Set(all).size).toBe(uploadErrorCodes.length);
    for (const words of all) expect(words).toMatch(/^[A-Z].*\.$/);
  });

  it('are the general ones for a reason that is new', () => {
    expect(uploadRefusalWords('brand-new')).toBe(uploadRefusalWords('internal'));
  });
});
