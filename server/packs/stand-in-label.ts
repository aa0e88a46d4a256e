import type { RgbaImage } from '../imaging/rgba-image.ts';

const LINES = ['RANDOM WEIGHTS:', 'A STAND-IN, NOT A MODEL'];

/** Capitals in 5 × 7 dots, rows from the top, five bits each: a machine without any font writes the same. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  G: [14, 17, 16, 23, 17, 17, 15],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  W: [17, 17, 17, 21, 21, 27, 17],
  ':': [0, 4, 0, 0, 0, 4, 0],
  ',': [0, 0, 0, 0, 4, 4, 8],
  '-': [0, 0, 0, 14, 0, 0, 0],
  ' ': [0, 0, 0, 0, 0, 0, 0],
};
const COLUMNS = 5;
const ROWS = 7;
/** Dots from one letter, and from one line, to the next. */
const ADVANCE = COLUMNS + 1;
const LINE_ADVANCE = ROWS + 3;
const MARGIN = 3;

/**
 * What pictures of a pack with random weights say of themselves, on a dark band along the top: nobody shall take them
 * for what the model can do. Drawn as large as it fits.
 */
export function drawStandInLabel(image: RgbaImage): void {
  const dots = Math.max(...LINES.map((line) => line.length)) * ADVANCE + 2 * MARGIN;
  const dotPx = Math.max(1, Math.floor(image.width / dots));
  const band = Math.min(image.height, (LINES.length * LINE_ADVANCE + 2 * MARGIN) * dotPx);
  darken(image, band);
  for (const [index, line] of LINES.entries()) {
    const left = Math.max(0, Math.floor((image.width - (line.length * ADVANCE - 1) * dotPx) / 2));
    drawLine(image, line, left, (MARGIN + index * LINE_ADVANCE + 1) * dotPx, dotPx);
  }
}

function darken({ width, data }: RgbaImage, heightPx: number): void {
  for (let i = 0; i < 4 * width * heightPx; i += 4) {
    data[i] >>= 2;
    data[i + 1] >>= 2;
    data[i + 2] >>= 2;
  }
}

function drawLine(image: RgbaImage, line: string, left: number, top: number, dotPx: number): void {
  for (const [position, character] of [...line].entries()) {
    for (const [row, bits] of GLYPHS[character].entries()) {
      for (let column = 0; column < COLUMNS; column++) {
        if (!((bits >> (COLUMNS - 1 - column)) & 1)) continue;
        drawDot(image, left + (position * ADVANCE + column) * dotPx, top + row * dotPx, dotPx);
      }
    }
  }
}

function drawDot({ width, height, data }: RgbaImage, x: number, y: number, sizePx: number): void {
  for (let row = y; row < Math.min(y + sizePx, height); row++) {
    const end = Math.min(x + sizePx, width);
    if (end > x) data.fill(255, 4 * (row * width + x), 4 * (row * width + end));
  }
}
