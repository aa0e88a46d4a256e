import { PictureError } from './picture-error.ts';

/** The kinds of picture files that are read. */
export type PictureType = 'jpeg' | 'png' | 'webp';

/**
 * Tells the type by the file's first bytes, whatever its name says.
 * @throws PictureError `not-an-image`, `unsupported-type`, `animated`
 */
export function pictureTypeOf(bytes: Uint8Array): PictureType {
  if (bytes.length === 0) throw new PictureError('not-an-image', 'The file is empty. Choose another picture.');
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
    if (isAnimatedPng(bytes)) throw animated('PNG');
    return 'png';
  }
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') {
    if (isAnimatedWebp(bytes)) throw animated('WebP');
    return 'webp';
  }
  throw refusalOf(bytes);
}

/** Pictures that people have and that are not read, with what they can do. */
function refusalOf(bytes: Uint8Array): PictureError {
  const start = ascii(bytes, 0, 4);
  const brand = ascii(bytes, 4, 12);
  const unsupported = (name: string, advice: string) =>
    new PictureError('unsupported-type', `${name} pictures are not supported. ${advice}`);
  if (start === 'GIF8') {
    return isAnimatedGif(bytes) ? animated('GIF') : unsupported('GIF', 'Save it as JPEG, PNG or WebP.');
  }
  if (/^ftyp(heic|heix|hevc|mif1|msf1)/.test(brand)) {
    return unsupported('HEIC', 'Export it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).');
  }
  if (/^ftypavi[fs]/.test(brand)) return unsupported('AVIF', 'Save it as JPEG, PNG or WebP.');
  if (start.startsWith('BM') || start === 'II*\0' || start === 'MM\0*') {
    return unsupported(start.startsWith('BM') ? 'BMP' : 'TIFF', 'Save it as JPEG, PNG or WebP.');
  }
  if (/^\s*<(\?xml|svg)/.test(ascii(bytes, 0, 256))) return unsupported('SVG', 'Save it as JPEG, PNG or WebP.');
  return new PictureError('not-an-image', 'This file is not a picture. Choose a JPEG, PNG or WebP file.');
}

function animated(kind: string): PictureError {
  return new PictureError('animated', `This ${kind} is animated. Choose a still picture: one frame of it will do.`);
}

/** An APNG has an `acTL` chunk before its first `IDAT` (PNG specification, third edition, section 11.3.6). */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; ) {
    const type = ascii(bytes, at + 4, at + 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    at += 12 + view.getUint32(at);
  }
  return false;
}

/** The animation bit of an extended WebP (RFC 9649 section 2.7). */
function isAnimatedWebp(bytes: Uint8Array): boolean {
  return ascii(bytes, 12, 16) === 'VP8X' && bytes.length > 20 && (bytes[20] & 0x02) !== 0;
}

/** Looping GIFs carry the NETSCAPE application extension near their start. */
function isAnimatedGif(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 2048).includes('NETSCAPE2.0');
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));
}
