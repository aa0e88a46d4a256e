import { readFileSync } from 'node:fs';
import { builtKernel } from '../../../wasm/kernel-build.ts';

/** What the kernel exports; see `kernel/`. Addresses are bytes of its memory. */
export interface KernelExports {
  setUp(width: number, height: number, colour: number, depth: number): void;
  clear(): void;
  useTexture(texels: number, width: number, height: number, filledCells: number, opacity: number): void;
  draw(
    triangles: number,
    triangleCount: number,
    target: number,
    source: number,
    vertexCount: number,
    skipUnmoved: boolean,
    order: number,
    rowList: number,
  ): number;
  softenEdges(
    left: number,
    top: number,
    right: number,
    bottom: number,
    jump: number,
    behind: number,
    outline: boolean,
    list: number,
  ): void;
  composite(background: number): void;
  shade(
    points: number,
    count: number,
    room: number,
    left: number,
    top: number,
    columns: number,
    rows: number,
    mostColumns: number,
    mostRows: number,
    floor: number,
  ): void;
}

/** This machine's JavaScript engine cannot run the kernel. */
export class KernelUnsupportedError extends Error {
  constructor(cause: unknown) {
    super(`Node ${process.versions.node} on ${process.arch} cannot run WebAssembly SIMD, which the mesh pack needs`, {
      cause,
    });
    this.name = 'KernelUnsupportedError';
  }
}

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
/** Memories of closed portraits that wait for the next one; a few of the largest hold some 10 MB each. */
const MOST_IDLE = 2;

/** One for the process: all portraits run the same code. */
let compiled: WebAssembly.Module | null = null;
const idle: RasterKernel[] = [];
let inUse = 0;

/** How many kernels portraits hold now, and how many wait for one. */
export function kernelCounts(): { readonly inUse: number; readonly idle: number } {
  return { inUse, idle: idle.length };
}

/**
 * The kernel with a memory of its own, of a fixed size. The engine gives memory back only when it collects garbage, so
 * kernels are used again: take one with `acquire`, hand it back with `release`.
 */
export class RasterKernel {
  readonly exports: KernelExports;
  readonly buffer: ArrayBuffer;
  readonly #pages: number;
  #end = 0;

  private constructor(pages: number) {
    compiled ??= compile();
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.exports = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as KernelExports;
    this.buffer = memory.buffer;
    this.#pages = pages;
  }

  /**
   * With room for `bytes`, of which the operating system provides what is written to. Throws a
   * `KernelUnsupportedError`, a `KernelBuildError`, or a `RangeError` where there is no such room.
   */
  static acquire(bytes: number): RasterKernel {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const index = idle.findIndex((kernel) => kernel.#pages === pages);
    const kernel = index < 0 ? new RasterKernel(pages) : idle.splice(index, 1)[0];
    kernel.#end = ALIGNMENT;
    inUse++;
    return kernel;
  }

  /** Once for each `acquire`; its memory belongs to somebody else from now on. */
  release(): void {
    inUse--;
    if (idle.length >= MOST_IDLE) idle.shift();
    idle.push(this);
  }

  /** Sets bytes aside until `release`; what they hold is not defined. Throws a `RangeError` where none are left. */
  allocate(bytes: number): number {
    const address = this.#end;
    const end = address + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (end > this.buffer.byteLength) throw new RangeError(`No room for ${bytes} more bytes of the picture`);
    this.#end = end;
    return address;
  }
}

function compile(): WebAssembly.Module {
  const code = readFileSync(builtKernel('raster-kernel'));
  try {
    return new WebAssembly.Module(code);
  } catch (error) {
    throw new KernelUnsupportedError(error);
  }
}
