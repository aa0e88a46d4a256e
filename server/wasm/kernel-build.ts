import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = fileURLToPath(new URL('../../node_modules/assemblyscript/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));
const COMPILER_OPTIONS = [
  ...['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--importMemory'],
  // v128 passes between functions of the module alone.
  ...['--disableWarning', '112'],
];

/** Where each kernel's sources lie: a folder of AssemblyScript with an `index.ts`. */
const SOURCES = {
  'raster-kernel': new URL('../packs/mesh/raster/kernel/', import.meta.url),
  'crop-kernel': new URL('../face/crop-kernel/', import.meta.url),
  'i420-kernel': new URL('../studio/codec/i420-kernel/', import.meta.url),
} as const;
export type KernelName = keyof typeof SOURCES;

/** A kernel could not be compiled. */
export class KernelBuildError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KernelBuildError';
  }
}

/**
 * Path of a compiled kernel (WebAssembly SIMD): compiled now, in about a second, where it was not since its sources
 * changed. The bootstrap does so before the server starts; whatever runs without it finds the kernel here all the same.
 * Throws a `KernelBuildError`.
 */
export function builtKernel(name: KernelName): string {
  const sources = fileURLToPath(SOURCES[name]);
  const path = join(CACHE, name, `${fingerprint(sources)}.wasm`);
  if (!existsSync(path)) build(sources, path);
  return path;
}

function sourceFiles(sources: string): string[] {
  return readdirSync(sources)
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

/** Changes with the sources, the compiler and what it is told. */
function fingerprint(sources: string): string {
  const hash = createHash('sha256').update(COMPILER_OPTIONS.join(' '));
  hash.update(readFileSync(join(COMPILER, 'package.json')));
  for (const name of sourceFiles(sources)) hash.update(`\0${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}

function build(sources: string, path: string): void {
  // Several processes may do this at once: each writes a file of its own, and the last one stays.
  const next = join(dirname(path), `${process.pid}.next`);
  mkdirSync(dirname(path), { recursive: true });
  const compiler = join(COMPILER, 'bin', 'asc.js');
  const args = [compiler, join(sources, 'index.ts'), '--outFile', next, ...COMPILER_OPTIONS];
  try {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: sources, encoding: 'utf8' });
    if (error || status !== 0) {
      throw new KernelBuildError(`AssemblyScript: ${error?.message ?? (`${stderr}${stdout}`.trim() || 'failed')}`);
    }
    // Not the same one: another process may have just made it, and be about to read it.
    const others = readdirSync(dirname(path)).filter((name) => name.endsWith('.wasm') && name !== basename(path));
    for (const name of others) rmSync(join(dirname(path), name), { force: true });
    renameSync(next, path);
  } finally {
    rmSync(next, { force: true });
  }
}

if (import.meta.main) for (const name of Object.keys(SOURCES)) builtKernel(name as KernelName);
