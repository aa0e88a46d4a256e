import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { DrawableTexture } from './texture.ts';
import { createTexture, opaque, packedPixels, premultiplied, sampleTexels } from './texture.ts';

/** Depth of what lies behind everything drawn. */
const FARTHEST = 3e38;
/** A fragment is in the way of what lies behind it from this alpha on. */
const SOLID_ALPHA = 128;
const MOST_VERTICES = 16384;

export interface DrawOptions {
  /** Whether triangles whose corners stay where they come from are left out, because the background shows them. */
  readonly unmoved?: 'draw' | 'skip';
  /** 0..1, multiplied with the texture's own alpha. */
  readonly opacity?: number;
}

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
 */
export class TriangleRasterizer {
  readonly #width: number;
  readonly #height: number;
  readonly #depth: Float32Array;
  /** Premultiplied, packed. */
  readonly #colour: Int32Array;
  #background: Int32Array;
  /** Pixels and their new colours, while edges are softened. */
  #softened = new Int32Array(4096);

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#depth = new Float32Array(width * height);
    this.#colour = new Int32Array(width * height);
    this.#background = new Int32Array(width * height).fill(0xff000000 | 0);
  }

  /** A texture to draw from; with `alpha`, the picture's alpha counts (straight, as in files). */
  createTexture(image: RgbaImage, kind: 'opaque' | 'alpha' = 'opaque'): DrawableTexture {
    return { ...createTexture(kind === 'alpha' ? premultiplied(image) : opaque(image)), kind };
  }

  /** What is seen where nothing is drawn. Copied; must have the rasteriser's size. */
  setBackground(image: RgbaImage): void {
    this.#assertSize(image);
    this.#background = packedPixels(opaque(image));
  }

  /** Begins a picture, with nothing drawn. */
  begin(): void {
    this.#colour.fill(0);
    this.#depth.fill(FARTHEST);
  }

  /**
   * Draws `triangles` (three indices each). `target` holds x, y, z per corner in pixels of the picture, z growing
   * away from the viewer: the nearest wins; translucent texels let through what is behind. `source` holds x, y, and a
   * third value that is not read, in pixels of the texture. Triangles with a corner that is not finite are left out.
   * Throws a `RangeError` for an index beyond the vertices.
   */
  draw(
    triangles: Uint16Array,
    target: Float32Array,
    source: Float32Array,
    texture: DrawableTexture,
    { unmoved = 'draw', opacity = 1 }: DrawOptions = {},
  ): void {
    const opacityOf255 = Math.round(255 * Math.min(1, Math.max(0, opacity)));
    const count = Math.min(target.length, source.length) / 3;
    if (count > MOST_VERTICES) throw new RangeError(`${count} vertices; the limit is ${MOST_VERTICES}`);
    for (let i = 0; i < triangles.length; i += 3) {
      if (Math.max(triangles[i], triangles[i + 1], triangles[i + 2]) >= count) {
        throw new RangeError(`Triangle ${i / 3} has a corner beyond the ${count} vertices`);
      }
      const a = 3 * triangles[i];
      const b = 3 * triangles[i + 1];
      const c = 3 * triangles[i + 2];
      if (unmoved === 'draw' || moved(a, target, source) || moved(b, target, source) || moved(c, target, source)) {
        this.#triangle(a, b, c, target, source, texture, opacityOf255);
      }
    }
  }

  /** Smooths the staircase along edges where something near hides something farther. */
  softenEdges({ left, top, right, bottom, jump, behind, outline = false }: EdgeOptions): void {
    const width = this.#width;
    const [x0, y0] = [Math.max(1, Math.floor(left)), Math.max(1, Math.floor(top))];
    const [x1, y1] = [Math.min(width - 1, Math.ceil(right)), Math.min(this.#height - 1, Math.ceil(bottom))];
    const depth = this.#depth;
    let count = 0;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const o = y * width + x;
        // A quick look at four neighbours; the rest only at edges.
        const here = withoutOffset(depth[o], behind);
        const isEdge =
          differs(here, withoutOffset(depth[o - 1], behind), jump, outline) ||
          differs(here, withoutOffset(depth[o + 1], behind), jump, outline) ||
          differs(here, withoutOffset(depth[o - width], behind), jump, outline) ||
          differs(here, withoutOffset(depth[o + width], behind), jump, outline);
        if (!isEdge) continue;
        if (2 * count + 2 > this.#softened.length) this.#softened = grown(this.#softened);
        this.#softened[2 * count] = o;
        this.#softened[2 * count + 1] = this.#softenedColour(o, behind);
        count++;
      }
    }
    for (let i = 0; i < count; i++) this.#colour[this.#softened[2 * i]] = this.#softened[2 * i + 1];
  }

  /** Writes what was drawn, over the background. `out` must have the rasteriser's size. */
  composite(out: RgbaImage): void {
    this.#assertSize(out);
    const to = new Int32Array(out.data.buffer, out.data.byteOffset, out.data.length / 4);
    for (let i = 0; i < to.length; i++) {
      const colour = this.#colour[i];
      const alpha = colour >>> 24;
      to[i] = alpha === 255 ? colour : alpha === 0 ? this.#background[i] : over(colour, this.#background[i]);
    }
  }

  /** Frees its memory; idempotent. */
  close(): void {}

  #assertSize({ width, height, data }: RgbaImage): void {
    if (width === this.#width && height === this.#height && data.length === width * height * 4) return;
    throw new RangeError(`A picture of ${width}×${height}, the rasteriser is for ${this.#width}×${this.#height}`);
  }

  /** The mean colours of near and far around a pixel, mixed by how much of the neighbourhood is near. */
  #softenedColour(o: number, behind: number): number {
    const width = this.#width;
    let nearest = FARTHEST;
    let farthest = -FARTHEST;
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = -1; dx <= 1; dx++) {
        const z = withoutOffset(this.#depth[o + dy + dx], behind);
        nearest = Math.min(nearest, z);
        farthest = Math.max(farthest, z);
      }
    }
    const middle = (nearest + farthest) / 2;
    let [even, odd, total] = [0, 0, 0];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const weight = KERNEL[dy + 1] * KERNEL[dx + 1];
        const colour = this.#colour[o + dy * width + dx];
        even += (colour & 0xff00ff) * weight;
        odd += ((colour >>> 8) & 0xff00ff) * weight;
        total += withoutOffset(this.#depth[o + dy * width + dx], behind) < middle ? weight : 0;
      }
    }
    // All near or all far: an edge of the neighbour's, not of this pixel.
    if (total === 0 || total === 16) return this.#colour[o];
    return (((even + 0x80008) >>> 4) & 0xff00ff) | ((((odd + 0x80008) >>> 4) & 0xff00ff) << 8);
  }

  #triangle(
    a: number,
    b: number,
    c: number,
    t: Float32Array,
    s: Float32Array,
    texture: DrawableTexture,
    opacity: number,
  ): void {
    // Corners from top to bottom, so that triangles that share an edge compute the same crossing with a row.
    let k = 0;
    if (t[b + 1] < t[a + 1]) {
      k = a;
      a = b;
      b = k;
    }
    if (t[c + 1] < t[b + 1]) {
      k = b;
      b = c;
      c = k;
      if (t[b + 1] < t[a + 1]) {
        k = a;
        a = b;
        b = k;
      }
    }
    const ax = t[a];
    const ay = t[a + 1];
    const bx = t[b];
    const by = t[b + 1];
    const cx = t[c];
    const cy = t[c + 1];
    const width = this.#width;
    const firstRow = Math.max(0, Math.ceil(ay - 0.5));
    const lastRow = Math.min(this.#height - 1, Math.ceil(cy - 0.5) - 1);
    if (lastRow < firstRow) return;
    if (Math.max(ax, bx, cx) < 0 || Math.min(ax, bx, cx) > width) return;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    // Not finite where a corner is not.
    if (!(Math.abs(area) >= 1e-7 && Math.abs(area) < 1e30)) return;

    // Gradients of depth and of texel coordinates (twice the pixel's, less one) over the picture.
    const inverse = 1 / area;
    const abx = (bx - ax) * inverse;
    const aby = (by - ay) * inverse;
    const acx = (cx - ax) * inverse;
    const acy = (cy - ay) * inverse;
    const dz1 = t[b + 2] - t[a + 2];
    const dz2 = t[c + 2] - t[a + 2];
    const zx = dz1 * acy - dz2 * aby;
    const zy = dz2 * abx - dz1 * acx;
    const du1 = 2 * (s[b] - s[a]);
    const du2 = 2 * (s[c] - s[a]);
    const ux = du1 * acy - du2 * aby;
    const uy = du2 * abx - du1 * acx;
    const dv1 = 2 * (s[b + 1] - s[a + 1]);
    const dv2 = 2 * (s[c + 1] - s[a + 1]);
    const vx = dv1 * acy - dv2 * aby;
    const vy = dv2 * abx - dv1 * acx;
    const za = t[a + 2];
    const ua = 2 * s[a] - 1;
    const va = 2 * s[a + 1] - 1;

    const longSlope = (cx - ax) / (cy - ay);
    const upperSlope = (bx - ax) / (by - ay);
    const lowerSlope = (cx - bx) / (cy - by);
    const bendIsRight = area > 0;

    const { texels } = texture;
    const stride = 2 * texture.width;
    const maxU = ((stride - 1) << FRACTION_BITS) - 1;
    const maxV = ((2 * texture.height - 1) << FRACTION_BITS) - 1;
    const stepU = Math.round(ux * ONE_TEXEL) | 0;
    const stepV = Math.round(vx * ONE_TEXEL) | 0;
    const depth = this.#depth;
    const out = this.#colour;
    const solid = texture.kind === 'opaque' && opacity === 255;
    for (let y = firstRow; y <= lastRow; y++) {
      const dy = y + 0.5 - ay;
      const long = ax + dy * longSlope;
      const bend = y + 0.5 < by ? ax + dy * upperSlope : bx + (y + 0.5 - by) * lowerSlope;
      const from = Math.max(0, Math.ceil((bendIsRight ? long : bend) - 0.5));
      const to = Math.min(width, Math.ceil((bendIsRight ? bend : long) - 0.5));
      if (to <= from) continue;
      const dx = from + 0.5 - ax;
      let z = za + dx * zx + dy * zy;
      let u = toFixed(ua + dx * ux + dy * uy);
      let v = toFixed(va + dx * vx + dy * vy);
      const steps = to - from - 1;
      const lastU = u + steps * stepU;
      const lastV = v + steps * stepV;
      const end = y * width + to;
      let o = y * width + from;
      const inside = Math.min(u, v, lastU, lastV) >= 0 && Math.max(u, lastU) <= maxU && Math.max(v, lastV) <= maxV;
      for (; o < end; o++) {
        const near = z < depth[o];
        if (near || (!solid && out[o] >>> 24 !== 255)) {
          const atU = inside ? u : Math.min(Math.max(u, 0), maxU);
          const atV = inside ? v : Math.min(Math.max(v, 0), maxV);
          const texel = sampleTexels(texels, stride, atU >> SAMPLE_SHIFT, atV >> SAMPLE_SHIFT);
          const colour = opacity === 255 ? texel : scaled(texel, opacity);
          out[o] = solid ? colour : near ? over(colour, out[o]) : over(out[o], colour);
          if (near && colour >>> 24 >= SOLID_ALPHA) depth[o] = z;
        }
        z += zx;
        u = (u + stepU) | 0;
        v = (v + stepV) | 0;
      }
    }
  }
}

/** One premultiplied colour over another. */
function over(front: number, back: number): number {
  return (front + scaled(back, 255 - (front >>> 24))) | 0;
}

/** All channels times `factor` / 255. */
function scaled(colour: number, factor: number): number {
  // Two channels at a time, 16 bits each; (p + (p >> 8)) >> 8 is p / 255, rounded where p has a half added.
  const scale = (pair: number) => {
    const product = pair * factor + 0x800080;
    return ((product + ((product >>> 8) & 0xff00ff)) >>> 8) & 0xff00ff;
  };
  return (scale(colour & 0xff00ff) + scale((colour >>> 8) & 0xff00ff) * 256) | 0;
}

/** Texture positions while drawing: whole numbers of 1/65536 texel. */
const FRACTION_BITS = 16;
const ONE_TEXEL = 1 << FRACTION_BITS;
/** From there to the 1/256 texel that is sampled with. */
const SAMPLE_SHIFT = 8;
/** Positions are kept to so many texels from the picture, so that they fit 32 bits. */
const MOST_TEXELS = 8192;

function toFixed(texels: number): number {
  // Half of what is sampled with is added, to round where it is cut off.
  return Math.round(Math.min(MOST_TEXELS, Math.max(-MOST_TEXELS, texels)) * ONE_TEXEL + (1 << (SAMPLE_SHIFT - 1))) | 0;
}

/** Binomial weights, whose sum is 4. */
const KERNEL = [1, 2, 1];

function withoutOffset(depth: number, offset: number): number {
  return depth > offset / 2 ? depth - offset : depth;
}

function differs(depth: number, other: number, jump: number, outline: boolean): boolean {
  if (depth > 1e30 || other > 1e30) return outline && depth > 1e30 !== other > 1e30;
  return Math.abs(depth - other) > jump;
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}

function moved(corner: number, target: Float32Array, source: Float32Array): boolean {
  return target[corner] !== source[corner] || target[corner + 1] !== source[corner + 1];
}
