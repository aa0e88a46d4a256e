import { expect, test } from 'vitest';
import { explainMissing, missingNvidiaLibraries } from './nvidia-libraries.ts';

test.each([
  [['libcudnn.so.9'], /^cuDNN 9 \(libcudnn\.so\.9\) cannot be found: .*libcudnn9-cuda-12/],
  [['libcublasLt.so.12', 'libcudart.so.12'], /^the CUDA 12 runtime \(libcublasLt\.so\.12, libcudart\.so\.12\)/],
  [
    ['libnvinfer.so.10', 'libcudnn.so.9'],
    /cuDNN 9 .* and TensorRT 10 \(libnvinfer\.so\.10\).*apt-get install libcudnn9-cuda-12 libnvinfer/,
  ],
  [['libcuda.so.1'], /the NVIDIA driver/],
  [['libodd.so'], /^libodd\.so cannot be found$/],
])('%j: what to install', (libraries, sentence) => {
  expect(explainMissing(libraries)).toMatch(sentence);
});

test('nothing is missing where nothing is, or where no library of NVIDIA’s is needed', () => {
  expect(explainMissing([])).toBeNull();
  expect(missingNvidiaLibraries('cpu')).toBeNull();
  expect(missingNvidiaLibraries('webgpu')).toBeNull();
});
