/**
 * An 8-bit sRGB picture: rows top to bottom, R G B A interleaved, alpha always 255.
 * The one picture type that passes between stages; whoever allocates it owns it.
 */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  /** `width * height * 4` bytes. */
  readonly data: Uint8Array;
}

/** Allocates an opaque black picture. */
export function createRgbaImage(width: number, height: number): RgbaImage {
  const data = new Uint8Array(width * height * 4);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height, data };
}
