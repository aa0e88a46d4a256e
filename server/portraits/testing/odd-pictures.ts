import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A PNG chunk (PNG specification, third edition, section 5.3). */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A real one-bit PNG of any size; the larger, the better it is packed. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8); // one bit, greyscale
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Makes an APNG of a PNG by announcing an animation right after its header. */
export function animatedPng(png: Buffer): Buffer {
  const afterHeader = 8 + 25;
  const frames = Buffer.alloc(8);
  frames.writeUInt32BE(2, 0);
  return Buffer.concat([png.subarray(0, afterHeader), chunk('acTL', frames), png.subarray(afterHeader)]);
}

/** Two frames, red and blue. */
export async function animatedPicture(format: 'gif' | 'webp'): Promise<Buffer> {
  const [width, height] = [128, 128];
  const frames = Buffer.alloc(width * height * 2 * 3);
  frames.fill(Buffer.from([255, 0, 0]), 0, frames.length / 2);
  frames.fill(Buffer.from([0, 0, 255]), frames.length / 2);
  const joined = sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } });
  return format === 'gif' ? joined.gif({ loop: 0 }).toBuffer() : joined.webp({ loop: 0 }).toBuffer();
}

/** Four corners of four colours (red, green, blue, yellow from the upper left, clockwise), `width × height`. */
export function fourCorners(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  const colors = [
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [0, 0, 255],
  ];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const quadrant = (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);
      data.set(colors[quadrant], (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}
