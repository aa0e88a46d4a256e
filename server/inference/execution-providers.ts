import { existsSync, readdirSync } from 'node:fs';
import type { ExecutionProvider, RefusedProvider } from './onnx-model.ts';
import { vulkanIsSoftware } from './vulkan-drivers.ts';

/** All there are, the fastest first: the order in which they are tried when nobody says otherwise. */
export const EXECUTION_PROVIDERS: readonly ExecutionProvider[] = ['tensorrt', 'cuda', 'webgpu', 'cpu'];

/** A quarter of a frame's time at 30 fps: what batching may add to the delay before it is seen. */
export const DEFAULT_BATCH_WAIT_MS = 8;

/** What decides whether a provider is worth trying; a test describes another machine. */
export interface GraphicsHardware {
  /** A device file of a GPU, so that Vulkan is more than a program on the processor. */
  readonly hasGpu: boolean;
  /** One of NVIDIA's, with its kernel driver. */
  readonly hasNvidiaGpu: boolean;
  /** There is a GPU, and no Vulkan driver for it but one that is a program on the processor. Default false. */
  readonly vulkanIsSoftware?: boolean;
}

/** Looks for device files of GPUs. Only Linux is asked; elsewhere every provider may try. */
export function graphicsHardware(platform = process.platform): GraphicsHardware {
  if (platform !== 'linux') return { hasGpu: true, hasNvidiaGpu: true };
  const hasNvidiaGpu = existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
  const hasRenderNode = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  const hasGpu = hasNvidiaGpu || hasRenderNode || existsSync('/dev/dxg');
  return { hasGpu, hasNvidiaGpu, vulkanIsSoftware: hasGpu && vulkanIsSoftware() };
}

/**
 * Why a provider need not even be tried, with what to do; null where it is worth trying. Vulkan in software counts as
 * a reason: it is slower than the `cpu` provider by orders of magnitude, and is good for tests alone.
 */
export function hardwareRefusal(
  executionProvider: ExecutionProvider,
  hardware: GraphicsHardware,
  allowSoftwareVulkan: boolean,
): string | null {
  switch (executionProvider) {
    case 'tensorrt':
    case 'cuda':
      if (hardware.hasNvidiaGpu) return null;
      return 'there is no NVIDIA GPU with a driver (in a container: start it with --gpus all, or --device nvidia.com/gpu=all)';
    case 'webgpu':
      if (allowSoftwareVulkan) return null;
      if (hardware.vulkanIsSoftware) {
        return 'there is a GPU, but the only Vulkan driver is one in software, which is slower than the CPU provider: install the GPU’s (in a container: with the graphics capability), so that `vulkaninfo --summary` lists it';
      }
      if (hardware.hasGpu) return null;
      return 'there is no GPU (no /dev/dri/renderD* and no /dev/nvidia*; in a container: pass --device /dev/dri), and Vulkan in software is slower than the CPU provider';
    default:
      return null;
  }
}

/** What onnxruntime says, recognised by a pattern, and what a user does about it. */
const ADVICE: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  {
    pattern: /assigned to the default CPU EP/,
    advice:
      'it cannot run this graph whole, and the rest would run on the CPU in silence; if the pack samples volumes, convert it with --sampling slices',
  },
  {
    pattern: /has only .*webgpu|has only cpu/,
    advice:
      'its libraries are not installed; `npm start` fetches those of CUDA (about 300 MB) where there is an NVIDIA GPU and nuget.org can be reached',
  },
  {
    pattern: /driver version is insufficient|forward compatibility|CUDA failure 35\b/i,
    advice: 'update the NVIDIA driver to 525 or newer (CUDA 12 needs it)',
  },
  {
    pattern: /no CUDA-capable device|CUDA failure 100\b/i,
    advice: 'nvidia-smi must list the GPU; check CUDA_VISIBLE_DEVICES',
  },
  {
    pattern: /out of memory|CUDA failure 2\b|failed to allocate/i,
    advice: 'the GPU’s memory is full; end other programs that use it (nvidia-smi lists them), or take a smaller pack',
  },
  {
    pattern: /WebGPU adapter|RequestAdapter|adapter|vulkan/i,
    advice:
      'no Vulkan driver fits; install the GPU’s (AMD and Intel: apt-get install libvulkan1 mesa-vulkan-drivers, version 25 or newer; NVIDIA: libnvidia-gl with libvulkan1); `vulkaninfo --summary` must list the GPU',
  },
];

/** A provider's error with what to do about it, in one line. */
export function explainRefusal(message: string): string {
  // onnxruntime begins with where in its source it was; what it means comes after.
  const reason = message
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/^.* was false\. /, '');
  const known = ADVICE.find(({ pattern }) => pattern.test(reason));
  return known ? `${reason}: ${known.advice}` : reason;
}

export function isExecutionProvider(name: string): name is ExecutionProvider {
  return (EXECUTION_PROVIDERS as readonly string[]).includes(name);
}

/** `cuda: …; webgpu: …`, for logs and error messages. */
export function describeRefusals(refused: readonly RefusedProvider[]): string {
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  return reasons
    .map((reason) => {
      const names = refused
        .filter((other) => other.reason === reason)
        .map(({ executionProvider }) => executionProvider);
      return `${names.join(' and ')}: ${reason}`;
    })
    .join('; ');
}
