import { requireSupported } from './onnx-model.ts';
import { probeProvider } from './probe-graph.ts';

/**
 * Whether the `webgpu` provider runs here at all, on hardware or in software: exit code 0, or 1 and the reason. A
 * process of its own, for a driver may take the process with it.
 */
try {
  requireSupported('webgpu');
  await probeProvider('webgpu');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
