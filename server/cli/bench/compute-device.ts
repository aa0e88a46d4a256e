import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { graphicsHardware } from '../../inference/execution-providers.ts';
import type { ExecutionProvider } from '../../inference/onnx-model.ts';

const NVIDIA_SMI_TIMEOUT_MS = 10_000;
const MIB = 2 ** 20;

/** What computes, as its maker calls it. WebGPU does not tell which GPU it took: the first one is named. */
export async function deviceName(executionProvider: ExecutionProvider): Promise<string> {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  if (executionProvider === 'cpu') return `${cpus().length} × ${processor}`;
  const [name] = await nvidiaSmi('name,driver_version');
  if (name) return name.join(', driver ');
  return graphicsHardware().hasGpu ? 'a GPU whose name is not known' : `Vulkan in software on ${processor}`;
}

/** Memory that is in use: of this process, and of NVIDIA's first GPU by everybody; null where that is not known. */
export async function memoryInUse(): Promise<{ processMiB: number; gpuMiB: number | null }> {
  const [used] = await nvidiaSmi('memory.used');
  return { processMiB: await peakMiB(), gpuMiB: used ? Number(used[0]) : null };
}

/** The most that this process has had, threads and native memory included. */
async function peakMiB(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const peakKiB = status.match(/^VmHWM:\s+(\d+) kB$/m)?.[1];
  return peakKiB ? Number(peakKiB) / 1024 : process.memoryUsage().rss / MIB;
}

/** A row of values for each GPU; none where there is no such program. */
async function nvidiaSmi(query: string): Promise<string[][]> {
  try {
    const args = [`--query-gpu=${query}`, '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: NVIDIA_SMI_TIMEOUT_MS });
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split(',').map((value) => value.trim()));
  } catch {
    return [];
  }
}
