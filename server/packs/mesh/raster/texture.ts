import type { RgbaImage } from '../../../imaging/rgba-image.ts';

/**
 * A picture to sample between its pixels. It is kept at twice its size, the new pixels made once by Catmull-Rom
 * interpolation (Keys, "Cubic convolution interpolation for digital image processing", 1981): a bilinear look-up there
 * is nearly as sharp as a bicubic one in the original, at bilinear cost. Original pixels stay as they are, so that
 * sampling at pixel centres returns the picture exactly.
 */
export interface Texture {
  /** Size of the picture itself. */
  readonly width: number;
  readonly height: number;
  /** `2·width × 2·height` pixels, packed RGBA as they lie in memory; texel (2x, 2y) is pixel (x, y). */
  readonly texels: Int32Array;
}

/** A texture that triangles are drawn from. Texels of kind `alpha` are premultiplied. */
export interface DrawableTexture extends Texture {
  readonly kind: 'opaque' | 'alpha';
}

export function packedPixels(image: RgbaImage): Int32Array {
  const { buffer, byteOffset, length } = image.data;
  if (byteOffset % 4 === 0) return new Int32Array(buffer, byteOffset, length / 4);
  // Not `slice`: of a Buffer that would be the same memory again.
  return new Int32Array(new Uint8Array(image.data).buffer);
}

/** The picture with its colours multiplied by its alpha, so that a mixture of pixels has no fringe. */
export function premultiplied({ width, height, data }: RgbaImage): RgbaImage {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    for (let k = 0; k < 3; k++) out[i + k] = Math.round((data[i + k] * alpha) / 255);
    out[i + 3] = alpha;
  }
  return { width, height, data: out };
}

/** A copy of the picture without alpha. */
export function opaque({ width, height, data }: RgbaImage): RgbaImage {
  const out = data.slice();
  for (let i = 3; i < out.length; i += 4) out[i] = 255;
  return { width, height, data: out };
}

export function createTexture(image: RgbaImage): Texture {
  const { width, height, data } = image;
  const wide = doubleRows(data, width, height);
  const tall = doubleColumns(wide, 2 * width, height);
  return { width, height, texels: new Int32Array(tall.buffer) };
}

/** Twice as many pixels in each row: each one, and the one halfway to its right neighbour. */
function doubleRows(data: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(data.length * 2);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const at = (dx: number) => 4 * (row + Math.min(width - 1, Math.max(0, x + dx)));
      interpolate(data, at(-1), at(0), at(1), at(2), out, 8 * (row + x));
    }
  }
  return out;
}

function doubleColumns(data: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(data.length * 2);
  const stride = 4 * width;
  for (let y = 0; y < height; y++) {
    const at = (dy: number) => stride * Math.min(height - 1, Math.max(0, y + dy));
    const [above, here, below, second] = [at(-1), at(0), at(1), at(2)];
    out.set(data.subarray(here, here + stride), 2 * y * stride);
    const between = (2 * y + 1) * stride;
    for (let x = 0; x < stride; x += 4) {
      halfway(data, above + x, here + x, below + x, second + x, out, between + x);
    }
  }
  return out;
}

function interpolate(data: Uint8Array, a: number, b: number, c: number, d: number, out: Uint8Array, o: number): void {
  for (let k = 0; k < 4; k++) out[o + k] = data[b + k];
  halfway(data, a, b, c, d, out, o + 4);
}

function halfway(data: Uint8Array, a: number, b: number, c: number, d: number, out: Uint8Array, o: number): void {
  const cubic = (k: number) => (9 * (data[b + k] + data[c + k]) - data[a + k] - data[d + k]) / 16;
  // Premultiplied colours follow alpha where that is cut to 0..255, so that no edge of it gets a fringe.
  const wanted = cubic(3);
  const alpha = Math.max(0, Math.min(255, Math.round(wanted)));
  out[o + 3] = alpha;
  const share = wanted > alpha ? alpha / wanted : 1;
  for (let k = 0; k < 3; k++) out[o + k] = Math.max(0, Math.min(alpha, Math.round(cubic(k) * share)));
}

/**
 * Packed colour at (x, y) in pixels of the picture, (0.5, 0.5) being the centre of the first pixel; outside of the
 * picture its border continues.
 */
export function sampleTexture(texture: Texture, x: number, y: number): number {
  const u = Math.min(Math.max((512 * x - 255.5) | 0, 0), (2 * texture.width - 2) << 8);
  const v = Math.min(Math.max((512 * y - 255.5) | 0, 0), (2 * texture.height - 2) << 8);
  return sampleTexels(texture.texels, 2 * texture.width, u, v);
}

/** The same at texel (u, v) / 256, integers that must lie within the texels with a neighbour on either side. */
export function sampleTexels(texels: Int32Array, stride: number, u: number, v: number): number {
  const fu = u & 255;
  const fv = v & 255;
  const o = Math.imul(v >> 8, stride) + (u >> 8);
  const p00 = texels[o];
  const p10 = texels[o + 1];
  const p01 = texels[o + stride];
  const p11 = texels[o + stride + 1];
  const w11 = (fu * fv + 128) >> 8;
  const w10 = fu - w11;
  const w01 = fv - w11;
  const w00 = 256 - fu - w01;
  // Two channels at a time: 8-bit values times weights that sum to 256 fit 16 bits each.
  const even =
    Math.imul(p00 & 0xff00ff, w00) +
    Math.imul(p10 & 0xff00ff, w10) +
    Math.imul(p01 & 0xff00ff, w01) +
    Math.imul(p11 & 0xff00ff, w11) +
    0x800080;
  const odd =
    Math.imul((p00 >>> 8) & 0xff00ff, w00) +
    Math.imul((p10 >>> 8) & 0xff00ff, w10) +
    Math.imul((p01 >>> 8) & 0xff00ff, w01) +
    Math.imul((p11 >>> 8) & 0xff00ff, w11) +
    0x800080;
  return ((even >>> 8) & 0xff00ff) | (odd & 0xff00ff00);
}
