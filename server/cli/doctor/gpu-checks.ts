import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { explainRefusal, graphicsHardware, hardwareRefusal } from '../../inference/execution-providers.ts';
import { missingNvidiaLibraries } from '../../inference/nvidia-libraries.ts';
import { type Check, note, ok, oneLine } from './check.ts';

const PROBE = fileURLToPath(new URL('../../inference/probe-webgpu.ts', import.meta.url));
const TIMEOUT_MS = 60_000;
const NOT_NEEDED = 'not needed by the mesh pack';

/** The driver, CUDA with cuDNN, TensorRT and Vulkan. None of them is needed but by packs for GPUs. */
export function gpuChecks(): Check[] {
  return [
    { name: 'NVIDIA driver', look: lookForDriver },
    { name: 'CUDA and cuDNN', look: async () => lookForLibraries('cuda') },
    { name: 'TensorRT', look: async () => lookForLibraries('tensorrt') },
    { name: 'Vulkan (WebGPU)', look: lookForVulkan },
  ];
}

async function lookForDriver() {
  if (!graphicsHardware().hasNvidiaGpu) {
    return note(`no NVIDIA GPU; ${NOT_NEEDED}`, 'in a container, start it with --gpus all');
  }
  try {
    const args = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: TIMEOUT_MS });
    return ok(stdout.trim().split('\n').join('; '));
  } catch (error) {
    return note(`nvidia-smi does not run (${oneLine(error)})`, 'install or reload the NVIDIA driver, 525 or newer');
  }
}

function lookForLibraries(executionProvider: 'cuda' | 'tensorrt') {
  const refusal = hardwareRefusal(executionProvider, graphicsHardware(), false);
  if (refusal !== null) return note(`there is no NVIDIA GPU; ${NOT_NEEDED}`);
  const missing = missingNvidiaLibraries(executionProvider);
  return missing === null ? ok('all libraries are there') : note('cannot be used', missing);
}

/** In a process of its own: a driver may take the process with it. */
async function lookForVulkan() {
  try {
    await promisify(execFile)(process.execPath, [PROBE], { timeout: TIMEOUT_MS });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const reason = stderr?.trim().split('\n').at(-1) ?? oneLine(error);
    return note('cannot be used', explainRefusal(reason));
  }
  const refusal = hardwareRefusal('webgpu', graphicsHardware(), false);
  return refusal === null ? ok('computes') : note('computes, in software: for tests alone', refusal);
}
