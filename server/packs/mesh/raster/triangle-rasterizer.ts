import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { RasterKernel } from './raster-kernel.ts';
import type { DrawableTexture } from './texture.ts';
import { createTexture, opaque, packedPixels, premultiplied } from './texture.ts';

/** Texture positions are 16-bit texels, two a pixel. */
const MOST_SIDE_PX = 4096;
const MOST_TEXTURES = 4;
/** Side of the cells that a texture's emptiness is told by, pixels; the kernel's too. */
const CELL_PX = 8;
const MOST_VERTICES = 16_384;
const MOST_TRIANGLES = 32_768;
/** The kernel takes four pixels at a time and may read past the last one. */
const ROOM_BYTES = 16;
/** It fetches texels ahead. */
const TEXTURE_ROOM_BYTES = 64;
/** What the kernel notes of a row of a triangle. */
const ROW_BYTES = 32;
const OPAQUE_BLACK = 0xff000000 | 0;

export interface DrawOptions {
  /** Whether triangles whose corners stay where they come from are left out, because the background shows them. */
  readonly unmoved?: 'draw' | 'skip';
  /** 0..1, multiplied with the texture's own alpha. */
  readonly opacity?: number;
}

/** Changes of brightness at scattered points of the picture, for `shade`. */
export interface ScatteredChanges {
  /**
   * `POINT_VALUES` of each point: natural logarithms of what red, green and blue are multiplied by (below 0.65), 1, x
   * and y in pixels, weight, 0. Written by the user.
   */
  readonly points: Float32Array;
}

/** A rectangle, pixels. */
export interface ShadedBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const POINT_VALUES = 8;
const MOST_POINTS = 1024;
const NODE_PX = 4;
/** A point changes what is nearer than this, about. */
const POINT_REACH_PX = 32;

/** Where and how edges are smoothed. Box, `jump` and `behind` are in pixels. */
export interface EdgeOptions {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Depths that differ by more than this from one pixel to the next are an edge. */
  readonly jump: number;
  /** An offset that depths beyond half of it carry and that does not count. */
  readonly behind: number;
  /** Whether the border between what is drawn and what is not is an edge as well. */
  readonly outline?: boolean;
}

/**
 * Draws textured triangles by inverse mapping: each pixel whose centre a triangle covers takes its colour from where
 * the triangle's corners come from. Neighbouring triangles leave no gap between them and no pixel twice. What is
 * drawn is then composited over the background.
 *
 * The work is done by a WebAssembly kernel; pictures and textures lie in its memory, whose size is fixed:
 * 84 bytes a pixel and 0.8 MB, 22 MB at 512×512, of which those of textures never created are never touched.
 */
export class TriangleRasterizer {
  /** What is being drawn, in the kernel's memory: complete after `finish`, until the next `begin`; free to draw on. */
  readonly picture: RgbaImage;
  readonly #width: number;
  readonly #height: number;
  readonly #background: Uint8Array;
  readonly #triangles: Uint16Array;
  readonly #target: Float32Array;
  readonly #source: Float32Array;
  /** Where the kernel sorts triangles. */
  readonly #order: number;
  /** Where the kernel notes the rows of a triangle. */
  readonly #rowList: number;
  /** Where the kernel notes edges. */
  readonly #list: number;
  readonly #textures = new Map<DrawableTexture, { readonly address: number; readonly filledCells: number }>();
  #kernel: RasterKernel | null;
  /** Where the kernel spreads changes. */
  #shadingRoom: number | null = null;

  /** Throws a `RangeError` for a size that is no picture's; see `RasterKernel.acquire` for what else. */
  constructor(width: number, height: number) {
    const fits = (side: number) => Number.isInteger(side) && side > 0 && side <= MOST_SIDE_PX;
    if (!fits(width) || !fits(height)) throw new RangeError(`A picture of ${width}×${height} cannot be drawn`);
    this.#width = width;
    this.#height = height;
    const pixels = width * height;
    const cells = (width / CELL_PX + 2) * (height / CELL_PX + 2);
    const bufferBytes = 4 * pixels + ROOM_BYTES;
    const kernel = RasterKernel.acquire(
      3 * bufferBytes +
        8 * pixels +
        MOST_TEXTURES * (16 * pixels + TEXTURE_ROOM_BYTES + 4 * cells) +
        shadingRoomBytes(width, height) +
        MOST_POINTS * POINT_VALUES * 4 +
        MOST_VERTICES * 24 +
        MOST_TRIANGLES * 10 +
        ROW_BYTES * (height + 1) +
        4096,
    );
    this.#kernel = kernel;
    const { buffer } = kernel;
    const colour = kernel.allocate(bufferBytes);
    this.picture = { width, height, data: new Uint8Array(buffer, colour, 4 * pixels) };

    kernel.exports.setUp(width, height, colour, kernel.allocate(bufferBytes));

    this.#background = new Uint8Array(buffer, kernel.allocate(bufferBytes), 4 * pixels);
    this.#triangles = new Uint16Array(buffer, kernel.allocate(MOST_TRIANGLES * 6), MOST_TRIANGLES * 3);
    this.#target = new Float32Array(buffer, kernel.allocate(MOST_VERTICES * 12), MOST_VERTICES * 3);
    this.#source = new Float32Array(buffer, kernel.allocate(MOST_VERTICES * 12), MOST_VERTICES * 3);
    this.#order = kernel.allocate(MOST_TRIANGLES * 4 + 1024);
    this.#rowList = kernel.allocate(ROW_BYTES * (height + 1));
    this.#list = kernel.allocate(8 * pixels);
    packedPixels({ width, height, data: this.#background }).fill(OPAQUE_BLACK);
    this.begin();
  }

  /**
   * A texture to draw from, in this rasteriser's memory; at most four of the rasteriser's own size. With `alpha` the
   * picture's alpha counts (straight, as in files). Throws a `RangeError` where there is no room left.
   */
  createTexture(image: RgbaImage, kind: 'opaque' | 'alpha' = 'opaque'): DrawableTexture {
    const kernel = this.#open();
    const { width, height } = image;
    if (Math.max(width, height) > MOST_SIDE_PX) throw new RangeError(`A texture of ${width}×${height} is too large`);
    const made = createTexture(kind === 'alpha' ? premultiplied(image) : opaque(image)).texels;
    const address = kernel.allocate(made.byteLength + TEXTURE_ROOM_BYTES);
    const texels = new Int32Array(kernel.buffer, address, made.length);
    texels.set(made);
    const texture: DrawableTexture = { width, height, texels, kind };
    this.#textures.set(texture, { address, filledCells: kind === 'alpha' ? this.#countFilledCells(image) : 0 });
    return texture;
  }

  /** What is seen where nothing is drawn. Copied; must have the rasteriser's size. */
  setBackground(image: RgbaImage): void {
    this.#open();
    this.#assertSize(image);
    this.#background.set(image.data);
    for (let i = 3; i < this.#background.length; i += 4) this.#background[i] = 255;
  }

  /** Begins a picture, with nothing drawn. */
  begin(): void {
    this.#open().exports.clear();
  }

  /**
   * Draws `triangles` (three indices each). `target` holds x, y, z per corner in pixels of the picture, z growing
   * away from the viewer: the nearest wins; translucent texels let through what is behind. `source` holds x, y, and a
   * third value that is not read, in pixels of the texture. Triangles with a corner that is not finite are left out.
   * Throws a `RangeError` for an index beyond the vertices, a texture of another rasteriser, and too much of either.
   */
  draw(
    triangles: Uint16Array,
    target: Float32Array,
    source: Float32Array,
    texture: DrawableTexture,
    { unmoved = 'draw', opacity = 1 }: DrawOptions = {},
  ): void {
    const { exports } = this.#open();
    const placed = this.#textures.get(texture);
    if (!placed) throw new RangeError('The texture was made by another rasteriser');
    const vertexCount = Math.floor(Math.min(target.length, source.length) / 3);
    const triangleCount = Math.floor(triangles.length / 3);
    if (vertexCount > MOST_VERTICES) throw new RangeError(`${vertexCount} vertices; the limit is ${MOST_VERTICES}`);
    if (triangleCount > MOST_TRIANGLES) throw new RangeError(`${triangleCount} triangles are too many at once`);
    this.#triangles.set(triangles.subarray(0, 3 * triangleCount));
    this.#target.set(target.subarray(0, 3 * vertexCount));
    this.#source.set(source.subarray(0, 3 * vertexCount));
    const opacityOf255 = Math.round(255 * Math.min(1, Math.max(0, opacity)));
    const { address, filledCells } = placed;
    exports.useTexture(address, 2 * texture.width, 2 * texture.height, filledCells, opacityOf255);
    const wrong = exports.draw(
      this.#triangles.byteOffset,
      triangleCount,
      this.#target.byteOffset,
      this.#source.byteOffset,
      vertexCount,
      unmoved === 'skip',
      this.#order,
      this.#rowList,
    );
    if (wrong >= 0) throw new RangeError(`Triangle ${wrong} has a corner beyond the ${vertexCount} vertices`);
  }

  /** Smooths the staircase along edges where something near hides something farther. */
  softenEdges({ left, top, right, bottom, jump, behind, outline = false }: EdgeOptions): void {
    // Infinite sides reach to the border; in the kernel they would be 0.
    const across = (x: number) => Math.min(this.#width, Math.max(0, x));
    const down = (y: number) => Math.min(this.#height, Math.max(0, y));
    this.#open().exports.softenEdges(
      Math.floor(across(left)),
      Math.floor(down(top)),
      Math.ceil(across(right)),
      Math.ceil(down(bottom)),
      jump,
      behind,
      outline,
      this.#list,
    );
  }

  /** Puts what was drawn over the background: `picture` is complete. */
  finish(): void {
    this.#open().exports.composite(this.#background.byteOffset);
  }

  /** Finishes the picture and copies it. `out` must have the rasteriser's size. */
  composite(out: RgbaImage): void {
    this.#assertSize(out);
    this.finish();
    out.data.set(this.picture.data);
  }

  /** Room for `count` points, at most 1,024 in all; throws a `RangeError` for more. */
  createChanges(count: number): ScatteredChanges {
    const kernel = this.#open();
    if (!(count > 0 && count <= MOST_POINTS)) throw new RangeError(`There is no room for ${count} points`);
    this.#shadingRoom ??= kernel.allocate(shadingRoomBytes(this.#width, this.#height));
    const values = POINT_VALUES * count;
    return { points: new Float32Array(kernel.buffer, kernel.allocate(4 * values), values).fill(0) };
  }

  /**
   * Multiplies `picture` in and around `box` by what the points say, made smooth: fine where they are dense, coarse where
   * they are not, nothing far from all. Channels count from `-floor` (0…63) on, and are rounded and cut to 0…255. Throws
   * a `RangeError` for another rasteriser's points.
   */
  shade({ points }: ScatteredChanges, box: ShadedBox, floor = 0): void {
    const { buffer, exports } = this.#open();
    const room = this.#shadingRoom;
    if (points.buffer !== buffer || room === null) throw new RangeError('The points are another rasteriser’s');
    const [columns, rows] = [nodesAlong(this.#width), nodesAlong(this.#height)];
    const node = (px: number) => Math.floor((px + NODE_PX / 2) / NODE_PX);
    const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
    const left = clamp(node(box.left - POINT_REACH_PX), 0, columns - 2);
    const top = clamp(node(box.top - POINT_REACH_PX), 0, rows - 2);
    const right = clamp(node(box.right + POINT_REACH_PX) + 2, left + 2, columns);
    const bottom = clamp(node(box.bottom + POINT_REACH_PX) + 2, top + 2, rows);
    const count = points.length / POINT_VALUES;
    exports.shade(points.byteOffset, count, room, left, top, right - left, bottom - top, columns, rows, floor);
  }

  /** Gives its memory back, that of its textures too: they must not be used any more. Idempotent. */
  close(): void {
    this.#kernel?.release();
    this.#kernel = null;
    this.#textures.clear();
  }

  /** Writes a summed-area table of the cells with alpha for the kernel; its address. */
  #countFilledCells(image: RgbaImage): number {
    const kernel = this.#open();
    const columns = Math.ceil(image.width / CELL_PX);
    const rows = Math.ceil(image.height / CELL_PX);
    const pitch = columns + 1;
    const table = new Int32Array(kernel.buffer, kernel.allocate(4 * pitch * (rows + 1)), pitch * (rows + 1)).fill(0);
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        if (image.data[4 * (y * image.width + x) + 3] === 0) continue;
        table[(Math.floor(y / CELL_PX) + 1) * pitch + Math.floor(x / CELL_PX) + 1] = 1;
      }
    }
    for (let row = 1; row <= rows; row++) {
      for (let column = 1; column <= columns; column++) {
        const at = row * pitch + column;
        table[at] += table[at - 1] + table[at - pitch] - table[at - pitch - 1];
      }
    }
    return table.byteOffset;
  }

  #open(): RasterKernel {
    if (!this.#kernel) throw new Error('the rasteriser is closed');
    return this.#kernel;
  }

  #assertSize({ width, height, data }: RgbaImage): void {
    if (width === this.#width && height === this.#height && data.length === width * height * 4) return;
    throw new RangeError(`A picture of ${width}×${height}, the rasteriser is for ${this.#width}×${this.#height}`);
  }
}

/** Nodes of the grid that changes are spread over, along a side of the picture. */
function nodesAlong(lengthPx: number): number {
  return Math.ceil(lengthPx / NODE_PX) + 2;
}

/** Three levels, each of half as many nodes a side, and another one like the finest; 16 bytes a node. */
function shadingRoomBytes(width: number, height: number): number {
  const [columns, rows] = [nodesAlong(width), nodesAlong(height)];
  const nodes = [0, 0, 1, 2].reduce((sum, level) => sum + ((columns >> level) + 2) * ((rows >> level) + 2), 0);
  return 16 * nodes;
}
