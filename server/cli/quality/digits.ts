import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** Digits and the point in 3 × 5 dots, rows from the top, so that a machine without any font writes the same. */
const GLYPHS: Readonly<Record<string, string>> = {
  '0': '111101101101111',
  '1': '010110010010111',
  '2': '111001111100111',
  '3': '111001111001111',
  '4': '101101111001001',
  '5': '111100111001111',
  '6': '111100111101111',
  '7': '111001010010010',
  '8': '111101111101111',
  '9': '111101111001111',
  '.': '000000000000010',
  ' ': '000000000000000',
};
const COLUMNS = 3;
const DOT_PX = 3;

/** Writes digits, points and spaces 15 pixels high into a picture; what is beyond its edges is left out. */
export function drawDigits(
  { width, height, data }: RgbaImage,
  text: string,
  x: number,
  y: number,
  [red, green, blue]: readonly [number, number, number],
): void {
  for (const [position, character] of [...text].entries()) {
    const left = x + position * (COLUMNS + 1) * DOT_PX;
    for (const [dot, isSet] of [...(GLYPHS[character] ?? '')].entries()) {
      if (isSet === '0') continue;
      const dotX = left + (dot % COLUMNS) * DOT_PX;
      const dotY = y + Math.floor(dot / COLUMNS) * DOT_PX;
      for (let pixel = 0; pixel < DOT_PX * DOT_PX; pixel++) {
        const [px, py] = [dotX + (pixel % DOT_PX), dotY + Math.floor(pixel / DOT_PX)];
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        data.set([red, green, blue], 4 * (py * width + px));
      }
    }
  }
}
