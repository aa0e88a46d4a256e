import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import { drawDigits } from './digits.ts';

/** One column of a sheet. */
interface SheetFrame {
  readonly index: number;
  readonly error: number;
  readonly truth: RgbaImage;
  readonly ours: RgbaImage;
}

const TILE_PX = 320;
const CAPTION_PX = 24;
/** Frames spread over the clip: at least half as many as this, at most as many. */
const MOST_SPREAD = 8;
const WORST = 4;
/** Bad frames come in rows of alike ones; each of the worst stands for those nearer than this. */
const WORST_APART_FRAMES = 12;
/** Differences are shown this many times larger. */
const DIFFERENCE_GAIN = 4;
const SPREAD_COLOUR = [235, 235, 235] as const;
const WORST_COLOUR = [255, 120, 90] as const;

/**
 * Pictures of one clip to look at. Columns: frames spread over the clip, then (captions in red) the worst by face L1;
 * rows: the true frame, ours, and four times their difference; below, the frame's number and its error.
 */
export class ContactSheet {
  #spread: SheetFrame[] = [];
  /** Every so many offered frames one is kept. */
  #stride = 1;
  #offered = 0;
  #worst: SheetFrame[] = [];

  /** Offers a frame; its pictures are copied where they are wanted. */
  async offer(index: number, error: number, truth: RgbaImage, ours: RgbaImage): Promise<void> {
    const isSpread = this.#offered++ % this.#stride === 0;
    const rival = this.#worst.find((frame) => Math.abs(frame.index - index) < WORST_APART_FRAMES);
    const least = this.#worst.length < WORST ? null : this.#worst[WORST - 1];
    const isWorst = rival ? error > rival.error : !least || error > least.error;
    if (!isSpread && !isWorst) return;
    const frame = { index, error, truth: await tileOf(truth), ours: await tileOf(ours) };
    if (isSpread) this.#keepSpread(frame);
    if (!isWorst) return;
    const others = this.#worst.filter((other) => other !== rival);
    this.#worst = [...others, frame].sort((a, b) => b.error - a.error).slice(0, WORST);
  }

  /** Writes the sheet as a PNG; without any frame, nothing. Returns whether there is one. */
  async write(path: string): Promise<boolean> {
    const columns = [
      ...this.#spread.map((frame) => ({ frame, colour: SPREAD_COLOUR })),
      ...this.#worst.map((frame) => ({ frame, colour: WORST_COLOUR })),
    ];
    if (columns.length === 0) return false;
    const sheet = createRgbaImage(columns.length * TILE_PX, 3 * TILE_PX + CAPTION_PX);
    for (const [column, { frame, colour }] of columns.entries()) {
      const x = column * TILE_PX;
      paste(frame.truth, sheet, x, 0);
      paste(frame.ours, sheet, x, TILE_PX);
      paste(differenceOf(frame.truth, frame.ours), sheet, x, 2 * TILE_PX);
      drawDigits(sheet, `${frame.index}  ${frame.error.toFixed(4)}`, x + 8, 3 * TILE_PX + 5, colour);
    }
    const { width, height, data } = sheet;
    await writeFile(
      path,
      await sharp(data, { raw: { width, height, channels: 4 } })
        .removeAlpha()
        .png()
        .toBuffer(),
    );
    return true;
  }

  #keepSpread(frame: SheetFrame): void {
    this.#spread.push(frame);
    if (this.#spread.length <= MOST_SPREAD) return;
    this.#spread = this.#spread.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }
}

async function tileOf({ width, height, data }: RgbaImage): Promise<RgbaImage> {
  const tile = await sharp(data, { raw: { width, height, channels: 4 } })
    .resize(TILE_PX, TILE_PX, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { width: TILE_PX, height: TILE_PX, data: tile };
}

function differenceOf(a: RgbaImage, b: RgbaImage): RgbaImage {
  const out = createRgbaImage(a.width, a.height);
  for (let i = 0; i < out.data.length; i++) {
    if (i % 4 !== 3) out.data[i] = Math.min(255, Math.abs(a.data[i] - b.data[i]) * DIFFERENCE_GAIN);
  }
  return out;
}

function paste(from: RgbaImage, to: RgbaImage, x: number, y: number): void {
  for (let row = 0; row < from.height; row++) {
    const line = from.data.subarray(4 * row * from.width, 4 * (row + 1) * from.width);
    to.data.set(line, 4 * ((y + row) * to.width + x));
  }
}
