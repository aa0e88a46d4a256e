import type { HttpErrorBody } from '../../shared/portraits.ts';

/** Why a picture was not taken: the server's reasons, and those that the page finds by itself. */
export type UploadRefusalCode = HttpErrorBody['error']['code'] | 'empty' | 'heic' | 'unreachable';

const words: Record<UploadRefusalCode, string> = {
  'no-face':
    'No face was found in this picture. Choose one where a face looks roughly towards you, well lit and not too small.',
  'not-an-image':
    'This file cannot be read as a picture; it may be damaged. Try opening it and saving it again as JPEG.',
  'unsupported-type': 'This kind of file is not supported. Choose a JPEG, PNG or WebP picture.',
  heic: 'This is a HEIC picture, which browsers do not read everywhere. Save or share it as JPEG and try again.',
  'too-large': 'This file is too large. Choose a smaller one, or scale it down: 20 MB are always enough.',
  'too-many-pixels': 'This picture has too many pixels. Scale it down and try again.',
  'too-small': 'The face is too small to be animated well. Choose a larger picture, or cut it closer to the face.',
  animated: 'This picture is itself animated. Choose a still one.',
  empty: 'This file is empty.',
  busy: 'The server is looking at other pictures just now. Wait a few seconds and try again.',
  expired: 'The picture was kept in memory only and has been forgotten meanwhile. Upload it again.',
  'not-found': 'The picture is no longer there. Upload it again.',
  'bad-request': 'The server did not understand this upload. Reload the page and try again.',
  'rate-limited': 'That were many pictures in a short time. Wait a minute and try again.',
  internal: 'The server could not read this picture. Try another one.',
  unreachable: 'The server cannot be reached. Check your connection and try again.',
};

/** Plain words for a refusal; those of a code that is new to this page are the general ones. */
export function uploadRefusalWords(code: string): string {
  return words[code as UploadRefusalCode] ?? words.internal;
}

/** A picture that was not taken. */
export class UploadRefusal extends Error {
  readonly code: UploadRefusalCode;

  constructor(code: UploadRefusalCode) {
    super(uploadRefusalWords(code));
    this.name = 'UploadRefusal';
    this.code = code;
  }
}
