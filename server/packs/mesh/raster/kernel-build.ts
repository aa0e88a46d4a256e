import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('kernel/', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../../../node_modules/assemblyscript/', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../../../.cache/raster-kernel/', import.meta.url));
const COMPILER_OPTIONS = [
  ...['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--importMemory'],
  // v128 passes between functions of the module alone.
  ...['--disableWarning', '112'],
];

/** The kernel could not be compiled. */
export class KernelBuildError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KernelBuildError';
  }
}

/**
 * Path of the compiled kernel: compiled now, in about a second, where it was not since its sources changed. The
 * bootstrap does so before the server starts; whatever runs without it finds the kernel here all the same.
 * Throws a `KernelBuildError`.
 */
export function builtKernel(): string {
  const path = join(OUTPUT, `${fingerprint()}.wasm`);
  if (!existsSync(path)) build(path);
  return path;
}

function sourceFiles(): string[] {
  return readdirSync(SOURCES)
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

/** Changes with the sources, the compiler and what it is told. */
function fingerprint(): string {
  const hash = createHash('sha256').update(COMPILER_OPTIONS.join(' '));
  hash.update(readFileSync(join(COMPILER, 'package.json')));
  for (const name of sourceFiles()) hash.update(`\0${name}\0`).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}

function build(path: string): void {
  // Several processes may do this at once: each writes a file of its own, and the last one stays.
  const next = join(dirname(path), `${process.pid}.next`);
  mkdirSync(dirname(path), { recursive: true });
  const compiler = join(COMPILER, 'bin', 'asc.js');
  const args = [compiler, join(SOURCES, 'index.ts'), '--outFile', next, ...COMPILER_OPTIONS];
  try {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: SOURCES, encoding: 'utf8' });
    if (error || status !== 0) {
      throw new KernelBuildError(`AssemblyScript: ${error?.message ?? (`${stderr}${stdout}`.trim() || 'failed')}`);
    }
    // Not the same one: another process may have just made it, and be about to read it.
    const others = readdirSync(OUTPUT).filter((name) => name.endsWith('.wasm') && name !== basename(path));
    for (const name of others) rmSync(join(OUTPUT, name), { force: true });
    renameSync(next, path);
  } finally {
    rmSync(next, { force: true });
  }
}

if (import.meta.main) builtKernel();
