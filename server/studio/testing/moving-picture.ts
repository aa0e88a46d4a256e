import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { createConvertibleImage } from '../codec/frame-converter.ts';

/** A test picture with soft gradients, edges and some texture: a disc that wanders with `step`. */
export function movingPicture(width: number, height: number, step: number): RgbaImage {
  const image = createConvertibleImage(width, height);
  const centerX = width * (0.5 + 0.2 * Math.sin(step / 6));
  const centerY = height * (0.5 + 0.15 * Math.cos(step / 8));
  const radius = Math.min(width, height) * 0.25;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const texture = 12 * Math.sin(x / 3 + y / 5);
      const inDisc = Math.hypot(x - centerX, y - centerY) < radius ? 60 : 0;
      image.data.set(
        [60 + (120 * x) / width + texture, 80 + inDisc + texture, 50 + (130 * y) / height, 255],
        (y * width + x) * 4,
      );
    }
  }
  return image;
}

export function solidPicture(
  width: number,
  height: number,
  [red, green, blue]: readonly [number, number, number],
): RgbaImage {
  const image = createConvertibleImage(width, height);
  for (let i = 0; i < image.data.length; i += 4) image.data.set([red, green, blue, 255], i);
  return image;
}

/** Peak signal-to-noise ratio over R, G and B, decibels. */
export function psnrDb(a: RgbaImage, b: RgbaImage): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error('pictures of different sizes');
  let squares = 0;
  for (let i = 0; i < a.data.length; i += 1) {
    if (i % 4 !== 3) squares += (a.data[i]! - b.data[i]!) ** 2;
  }
  return 10 * Math.log10((255 ** 2 * a.width * a.height * 3) / squares);
}

/** Mean colour of the picture's middle ninth. */
export function middleColor({ width, height, data }: RgbaImage): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let y = Math.floor(height / 3); y < (height * 2) / 3; y += 1) {
    for (let x = Math.floor(width / 3); x < (width * 2) / 3; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) sums[channel]! += data[(y * width + x) * 4 + channel]!;
      count += 1;
    }
  }
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}
