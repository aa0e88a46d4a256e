import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ExecutionProvider } from './onnx-model.ts';

/** onnxruntime’s own library for a provider, and what it cannot do without. */
const LIBRARIES = {
  cuda: 'libonnxruntime_providers_cuda.so',
  tensorrt: 'libonnxruntime_providers_tensorrt.so',
} as const;
const LDD_TIMEOUT_MS = 5000;

/** What brings a missing library, on Debian and Ubuntu with NVIDIA's repository. */
const PACKAGES: readonly { readonly pattern: RegExp; readonly name: string; readonly apt: string }[] = [
  { pattern: /^libcudnn/, name: 'cuDNN 9', apt: 'libcudnn9-cuda-12' },
  { pattern: /^libnvinfer|^libnvonnxparser/, name: 'TensorRT 10', apt: 'libnvinfer-plugin10 libnvonnxparsers10' },
  { pattern: /^libcuda\.so/, name: 'the NVIDIA driver', apt: 'nvidia-driver' },
  { pattern: /^lib(cu|nv)/, name: 'the CUDA 12 runtime', apt: 'cuda-libraries-12-8' },
];

/**
 * Why CUDA or TensorRT cannot be loaded, with what to do; null where all libraries are there, and for other providers.
 * onnxruntime itself says no more than that it failed.
 */
export function missingNvidiaLibraries(executionProvider: ExecutionProvider): string | null {
  if (executionProvider !== 'cuda' && executionProvider !== 'tensorrt') return null;
  if (process.platform !== 'linux') return null;
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = join(dirname(entry), '../bin/napi-v6', process.platform, process.arch);
  const library = join(folder, LIBRARIES[executionProvider]);
  if (!existsSync(library)) {
    return 'onnxruntime’s libraries for it are not installed: `npm start` fetches them (about 300 MB from nuget.org) where there is an NVIDIA GPU';
  }
  return explainMissing(unresolved(library));
}

/** Names of libraries, `libcudnn.so.9`, that are nowhere to be found → one sentence; null where there are none. */
export function explainMissing(libraries: readonly string[]): string | null {
  if (libraries.length === 0) return null;
  const brought = PACKAGES.map((known) => ({
    ...known,
    files: libraries.filter((file) => PACKAGES.find(({ pattern }) => pattern.test(file)) === known),
  })).filter(({ files }) => files.length > 0);
  const names = brought.map(({ name, files }) => `${name} (${files.join(', ')})`);
  if (names.length === 0) return `${libraries.join(', ')} cannot be found`;
  const packages = brought.map(({ apt }) => apt).join(' ');
  return `${names.join(' and ')} cannot be found: install it (Debian and Ubuntu, from NVIDIA’s repository: apt-get install ${packages}), or point LD_LIBRARY_PATH to it`;
}

/** What the dynamic linker does not find of a library's needs. */
function unresolved(library: string): string[] {
  try {
    const lines = execFileSync('ldd', [library], { encoding: 'utf8', timeout: LDD_TIMEOUT_MS }).split('\n');
    return lines.filter((line) => line.includes('=> not found')).map((line) => line.trim().split(' ')[0]);
  } catch {
    // No ldd here (musl, a slim container): then onnxruntime's own word has to do.
    return [];
  }
}
