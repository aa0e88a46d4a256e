import { describe, expect, test } from 'vitest';
import { describeRefusals, explainRefusal, hardwareRefusal } from './execution-providers.ts';

const NO_GPU = { hasGpu: false, hasNvidiaGpu: false };
const AMD = { hasGpu: true, hasNvidiaGpu: false };
const NVIDIA = { hasGpu: true, hasNvidiaGpu: true };

describe('hardwareRefusal', () => {
  test('asks for an NVIDIA GPU where CUDA and TensorRT are wanted', () => {
    for (const provider of ['cuda', 'tensorrt'] as const) {
      expect(hardwareRefusal(provider, AMD, false)).toMatch(/no NVIDIA GPU.*--gpus all/);
      expect(hardwareRefusal(provider, NVIDIA, false)).toBeNull();
    }
  });

  test('takes any GPU for WebGPU, and software only when told to', () => {
    expect(hardwareRefusal('webgpu', AMD, false)).toBeNull();
    expect(hardwareRefusal('webgpu', NO_GPU, false)).toMatch(/no GPU.*slower than the CPU/);
    expect(hardwareRefusal('webgpu', NO_GPU, true)).toBeNull();
    const driverless = { ...NVIDIA, vulkanIsSoftware: true };
    expect(hardwareRefusal('webgpu', driverless, false)).toMatch(/driver is one in software/);
    expect(hardwareRefusal('webgpu', driverless, true)).toBeNull();
    expect(hardwareRefusal('cuda', driverless, false)).toBeNull();
  });

  test('has nothing against the CPU', () => {
    expect(hardwareRefusal('cpu', NO_GPU, false)).toBeNull();
  });
});

describe('explainRefusal', () => {
  test.each([
    [
      'x.cc:136 Initialize() was false. Failed to get a WebGPU adapter: No supported adapters',
      /^Failed to get.*mesa-vulkan-drivers/,
    ],
    ['CUDA failure 35: CUDA driver version is insufficient', /update the NVIDIA driver/],
    ['CUDA failure 100: no CUDA-capable device is detected', /nvidia-smi must list/],
    ['CUDA failure 2: out of memory', /memory is full/],
    [
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback is disabled',
      /cannot run this graph whole.*--sampling slices/,
    ],
    ['this onnxruntime has only cpu, webgpu', /`npm start` fetches/],
  ])('%s', (message, sentence) => {
    expect(explainRefusal(message)).toMatch(sentence);
  });

  test('leaves what it does not know as it is, in one line', () => {
    expect(explainRefusal('odd\n  thing')).toBe('odd thing');
  });
});

test('refusals in one line', () => {
  const refused = [
    { executionProvider: 'cuda', reason: 'none' },
    { executionProvider: 'webgpu', reason: 'no' },
    { executionProvider: 'tensorrt', reason: 'none' },
  ] as const;
  expect(describeRefusals(refused)).toBe('cuda and tensorrt: none; webgpu: no');
});
